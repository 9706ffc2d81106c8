package doctor

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/config"
)

// sources asks whether events can come in.
func (p Parts) sources() (out []check) {
	for _, s := range p.Config.Sources {
		switch {
		case s.SQS != nil:
			out = append(out, func(ctx context.Context) []Finding { return p.queue(ctx, *s.SQS, true) })
		case s.S3 != nil:
			out = append(out, func(ctx context.Context) []Finding { return p.bucket(ctx, *s.S3) })
		case s.HTTP != nil:
			out = append(out, func(context.Context) []Finding { return p.secret(*s.HTTP) })
		}
	}
	for _, url := range slices.Concat(p.Config.Lambda.Queues, []string{p.Config.Lambda.WakeQueue}) { // a function's, which has its own triggers for sources
		if url == "" {
			continue
		}
		out = append(out, func(ctx context.Context) []Finding {
			return p.queue(ctx, config.SQS{QueueURL: url, Region: p.Home.Region}, false) // what it holds comes anew each minute
		})
	}
	if len(out) == 0 {
		out = append(out, func(context.Context) []Finding {
			return []Finding{{Check: "source", State: Failed, Says: "no source is configured", Mend: "name a queue under sources: sqs: {queue_url, region}"}}
		})
	}
	return out
}

// bucket asks whether the trail's bucket can be listed, and the queue that tells of new objects be read.
func (p Parts) bucket(ctx context.Context, b config.S3) []Finding {
	ctx, cancel := p.limited(ctx)
	defer cancel()
	client := s3.NewFromConfig(p.Own(event.Place{Partition: p.Home.Partition, Region: b.Region}), func(o *s3.Options) {
		o.UsePathStyle = o.BaseEndpoint != nil // an emulator has no name per bucket
	})
	_, err := client.ListObjectsV2(ctx, &s3.ListObjectsV2Input{
		Bucket: &b.Bucket, Prefix: &b.Prefix, MaxKeys: aws.Int32(1),
	})
	found := one(Finding{Check: "source", Region: b.Region, State: OK, Says: fmt.Sprintf("bucket %s can be listed", b.Bucket)}, err,
		"give riposte's own role s3:ListBucket on the bucket and s3:GetObject on what is in it, and check its name and region")
	if b.QueueURL == "" {
		return found
	}
	return append(found, p.queue(ctx, config.SQS{QueueURL: b.QueueURL, Region: b.Region}, true)...)
}

// secret asks whether the listener has one; its value is never told.
func (p Parts) secret(s config.HTTP) []Finding {
	f := Finding{Check: "source", State: OK, Says: fmt.Sprintf("http on %s has its secret", s.Listen)}
	if p.Getenv(s.SecretEnv) == "" {
		f.State, f.Says = Failed, fmt.Sprintf("http on %s has no secret", s.Listen)
		f.Mend = fmt.Sprintf("set %s in riposte's environment to what the EventBridge connection sends", s.SecretEnv)
	}
	return []Finding{f}
}

// What a queue should be like: longer hidden than a batch takes, not left for long, and with a place for what can't be
// read.
const (
	hidden  = 30 * time.Second
	backlog = 1000
)

// queue asks whether a queue can be read, and is as it should be; lasting: what it holds is lost with it.
func (p Parts) queue(ctx context.Context, q config.SQS, lasting bool) []Finding {
	ctx, cancel := p.limited(ctx)
	defer cancel()
	home := event.Place{Partition: p.Home.Partition, Account: p.Home.Account, Region: q.Region}
	out, err := sqs.NewFromConfig(p.Own(home)).GetQueueAttributes(ctx, &sqs.GetQueueAttributesInput{
		QueueUrl: aws.String(q.QueueURL), AttributeNames: []types.QueueAttributeName{types.QueueAttributeNameAll},
	})
	f := Finding{Check: "source", Region: q.Region, State: OK, Says: "queue " + q.QueueURL + " can be read"}
	if err != nil {
		return one(f, err, "give riposte's own role sqs:GetQueueAttributes, ReceiveMessage, DeleteMessage and ChangeMessageVisibility on the queue, and check its URL and region")
	}
	found := []Finding{f}
	warn := func(mend, says string, args ...any) {
		found = append(found, Finding{Check: "source", Region: q.Region, State: Warning, Says: fmt.Sprintf(says, args...), Mend: mend})
	}
	var redrive struct {
		Target string `json:"deadLetterTargetArn"`
	}
	if err := json.Unmarshal([]byte(out.Attributes["RedrivePolicy"]), &redrive); lasting && (err != nil || redrive.Target == "") {
		warn("give it a redrive policy (deploy/terraform/modules/hub does)", "the queue has no dead-letter queue: what can't be read comes again for days")
	}
	if seconds, err := strconv.Atoi(out.Attributes["VisibilityTimeout"]); err == nil && time.Duration(seconds)*time.Second < hidden {
		warn(fmt.Sprintf("set its visibility timeout to %d s or more", int(hidden.Seconds())), "the queue hides a message for %d s only: two replicas would work on it", seconds)
	}
	if waiting, err := strconv.Atoi(out.Attributes["ApproximateNumberOfMessages"]); err == nil && waiting > backlog {
		warn("see that riposte serves: riposte serve, or the function's errors", "%d messages wait in the queue", waiting)
	}
	return found
}
