package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	eventtypes "github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/cloud"
	"github.com/ripostehq/riposte/internal/demo"
	"github.com/ripostehq/riposte/internal/ledger/sqlite"
	"github.com/ripostehq/riposte/internal/spelling"
)

type attackVerb struct {
	Name     string `arg:"" help:"The demo's attack: deputy."`
	Instance string `placeholder:"ID" help:"The instance that the records name, of an Auto Scaling group. Default: the first that runs."`
	Send     bool   `xor:"to" help:"Send them to the account's bus, instead of printing what aws events put-events --entries takes. For emulators."`
	Queue    string `xor:"to" placeholder:"URL" help:"Send them into riposte's own queue, past bus and rules, as on AWS: its URL."`
}

// Run tells the bus of an attack that did not happen, about an instance that there is.
func (v attackVerb) Run(ctx context.Context, sh *shell) error {
	if !slices.Contains(demo.Drills(), v.Name) {
		known := names(demo.AttacksOn(sh.catalogue))
		if slices.Contains(known, v.Name) {
			return wrongUsage("%s is about people, keys or policies that only the demo has: riposte demo --attack %s; here there are %s", v.Name, v.Name, strings.Join(demo.Drills(), ", "))
		}
		return wrongUsage("there is no attack %q%s", v.Name, spelling.Among(v.Name, demo.Drills()))
	}
	base, err := cloud.Load(ctx)
	if err != nil {
		return err
	}
	at := cloud.Home(base)
	target, err := v.target(ctx, base(at), at)
	if err != nil {
		return err
	}
	target.Now = sh.now()
	told, err := v.told(ctx, sh, target)
	if err != nil {
		return err
	}
	sh.remark("a drill: %s of group %s, from %s, as if the group had launched it just now", target.Instance, target.Group, target.Image)
	if !v.Send && v.Queue == "" {
		sh.object(entries(told))
		return nil
	}
	sh.remark("what answers it is no drill: where the playbook acts, the instance is terminated or cut off, and its group stopped")
	if v.Queue != "" {
		return sh.enqueue(ctx, sqs.NewFromConfig(base(at)), v.Queue, target.Place, told)
	}
	return sh.put(ctx, eventbridge.NewFromConfig(base(at)), told)
}

// target is a machine of a group, by the tag that Auto Scaling gives it.
func (v attackVerb) target(ctx context.Context, c aws.Config, at event.Place) (demo.Target, error) {
	in := &ec2.DescribeInstancesInput{Filters: []types.Filter{
		{Name: aws.String("tag-key"), Values: []string{groupTag}}, {Name: aws.String("instance-state-name"), Values: []string{"pending", "running"}},
	}}
	if v.Instance != "" {
		in = &ec2.DescribeInstancesInput{InstanceIds: []string{v.Instance}}
	}
	out, err := ec2.NewFromConfig(c).DescribeInstances(ctx, in)
	if err != nil {
		return demo.Target{}, fmt.Errorf("look for an instance: %w", err)
	}
	for _, r := range out.Reservations {
		for _, i := range r.Instances {
			at.Account = aws.ToString(r.OwnerId)
			t := demo.Target{Place: at, Instance: aws.ToString(i.InstanceId), Image: aws.ToString(i.ImageId)}
			for _, tag := range i.Tags {
				if aws.ToString(tag.Key) == groupTag {
					t.Group = aws.ToString(tag.Value)
				}
			}
			if t.Group != "" {
				return t, nil
			}
		}
	}
	if v.Instance != "" {
		return demo.Target{}, fmt.Errorf("instance %s is of no Auto Scaling group: the attack is about one that a group launched", v.Instance)
	}
	return demo.Target{}, fmt.Errorf("no Auto Scaling group has an instance in %s: launch one there, from an image that may not be launched", at.Region)
}

// groupTag names the group of an instance: https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-tagging.html
const groupTag = "aws:autoscaling:groupName"

// told plays the attack on the demo's world, out of sight.
func (v attackVerb) told(ctx context.Context, sh *shell, t demo.Target) ([]demo.Telling, error) {
	store, err := sqlite.Open(ctx, sqlite.Memory)
	if err != nil {
		return nil, fmt.Errorf("open a ledger in memory: %w", err)
	}
	defer store.Close()
	stage, err := demo.Open(demo.Options{Catalogue: sh.catalogue, Kinds: sh.kinds, Store: store, Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	if err != nil {
		return nil, err
	}
	all, err := chosen([]string{v.Name}, demo.AttacksOn(sh.catalogue))
	if err != nil {
		return nil, err
	}
	return stage.Drill(ctx, all[0], t)
}

// entry is what aws events put-events --entries takes.
type entry struct{ Source, DetailType, Time, Detail string }

func entries(told []demo.Telling) (out []entry) {
	for _, t := range told {
		out = append(out, entry{t.Source, t.DetailType, t.Time.Format("2006-01-02T15:04:05Z"), t.Detail})
	}
	return out
}

// put sends them. AWS's own bus takes events in the name of AWS's services from those services alone, so that this is for emulators.
// https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEventsResultEntry.html
func (sh *shell) put(ctx context.Context, bus *eventbridge.Client, told []demo.Telling) error {
	in := &eventbridge.PutEventsInput{}
	for _, t := range told {
		in.Entries = append(in.Entries, eventtypes.PutEventsRequestEntry{
			Source: aws.String(t.Source), DetailType: aws.String(t.DetailType), Detail: aws.String(t.Detail), Time: aws.Time(t.Time), Resources: t.Resources,
		})
	}
	out, err := bus.PutEvents(ctx, in)
	if err != nil {
		return fmt.Errorf("send the records: %w", err)
	}
	for _, e := range out.Entries {
		switch code := aws.ToString(e.ErrorCode); code {
		case "":
		case "NotAuthorizedForSourceException":
			return errors.New("the bus takes no events in the name of AWS's services, as AWS's own never does: on AWS, riposte doctor --canary shows that events arrive, and --queue sends a drill into riposte's own queue")
		default:
			return fmt.Errorf("the bus refused a record: %s: %s", code, aws.ToString(e.ErrorMessage))
		}
	}
	sh.sent(told)
	return nil
}

// enqueue puts them where the rules of EventBridge would have put them. A principal that may send to this queue may do so anyway: it is no way past
// a check, which believes no record.
func (sh *shell) enqueue(ctx context.Context, queues *sqs.Client, url string, at event.Place, told []demo.Telling) error {
	for _, t := range told {
		body, err := t.Envelope(at)
		if err != nil {
			return err
		}
		if _, err := queues.SendMessage(ctx, &sqs.SendMessageInput{QueueUrl: &url, MessageBody: aws.String(string(body))}); err != nil {
			return fmt.Errorf("send a record to the queue %s: %w", url, err)
		}
	}
	sh.sent(told)
	return nil
}

// sent says how many there were.
func (sh *shell) sent(told []demo.Telling) {
	if sh.json() {
		sh.object(map[string]int{"sent": len(told)})
		return
	}
	sh.line("sent: %s; riposte cases shows what became of it", counted(len(told), "event"))
}
