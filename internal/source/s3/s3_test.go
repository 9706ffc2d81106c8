package s3_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awss3 "github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"
	awssqs "github.com/aws/aws-sdk-go-v2/service/sqs"
	sqstypes "github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/mototest"
	"github.com/ripostehq/riposte/internal/source"
	"github.com/ripostehq/riposte/internal/source/s3"
)

// taker is a receiver that keeps what it reads; what holds "fresh" is suspicious and new, what holds "known" is not new.
type taker struct {
	source.Unmetered
	mu                sync.Mutex
	taken             []string
	away              bool
	missed, malformed int
}

func (k *taker) receive(_ context.Context, s source.Stream) (source.Receipt, error) {
	b, err := io.ReadAll(s.Records)
	if err != nil {
		s.Fault(err)
		return source.Receipt{}, nil
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.away {
		return source.Receipt{}, errors.New("no space left on device")
	}
	k.taken = append(k.taken, string(b))
	return source.Receipt{Records: 1, Fresh: strings.Count(string(b), "fresh"), Known: strings.Count(string(b), "known")}, nil
}

func (k *taker) Count(what source.Figure, n int, _ string, _ ...string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	switch what {
	case source.CountReconciled:
		k.missed += n
	case source.CountMalformed:
		k.malformed += n
	}
}

func (k *taker) all() []string {
	k.mu.Lock()
	defer k.mu.Unlock()
	return slices.Sorted(slices.Values(k.taken))
}

func (k *taker) set(away bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.away = away
}

// reading starts a source; the function it returns stops it.
func reading(t *testing.T, o s3.Options, k *taker) (stop func()) {
	t.Helper()
	o.Receive, o.Meter, o.Now = k.receive, k, time.Now
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s3.New(o).Run(ctx) }()
	return func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("ended with %v", err)
		}
	}
}

// Two accounts of an organisation write; a file comes late, another is of the day before yesterday.
func TestABucketIsListedAndEachFileTakenOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, k, log := newBucket(), &taker{}, &bytes.Buffer{}
		began := time.Now()
		first, second := key("111122223333", began.Add(-time.Hour), "a"), key("444455556666", began.Add(-23*time.Hour), "b")
		b.put(first, zipped("one fresh, one known"))
		b.put(second, zipped("one known"))
		b.put(key("111122223333", began.Add(-50*time.Hour), "old"), zipped("old"))
		b.put("AWSLogs/o-abcdefghij/111122223333/CloudTrail-Digest/eu-west-1/2000/01/01/x.json.gz", zipped("digest"))
		b.put("elsewhere/x.json.gz", zipped("elsewhere"))
		stop := reading(t, s3.Options{Client: b, Bucket: "trail", Log: slog.New(slog.NewTextHandler(log, nil))}, k)
		time.Sleep(time.Hour)
		late := key("111122223333", time.Now().Add(-20*time.Minute), "late")
		b.put(late, zipped("late fresh"))
		time.Sleep(3 * 24 * time.Hour)
		stop()
		if got := k.all(); !slices.Equal(got, []string{"late fresh", "one fresh, one known", "one known"}) {
			t.Errorf("taken %q", got)
		}
		for _, key := range []string{first, second, late} {
			if n := b.got(key); n != 1 {
				t.Errorf("%s was read %d times", key, n)
			}
		}
		if k.missed != 2 || strings.Count(log.String(), "no other source had brought") != 2 {
			t.Errorf("%d reconciled, logged:\n%s", k.missed, log)
		}
	})
}

func TestWhatFailsIsTriedAgainAndWhatIsNoLogIsNot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, k := newBucket(), &taker{away: true}
		at := time.Now().Add(-time.Hour)
		good, torn, junk, empty, forbidden, busy := key("111122223333", at, "good"), key("111122223333", at, "torn"), key("111122223333", at, "junk"),
			key("111122223333", at, "empty"), key("111122223333", at, "forbidden"), key("111122223333", at, "busy")
		b.put(good, zipped("good"))
		b.put(torn, zipped("torn on its way"))
		b.put(junk, append(zipped("junk")[:12], "no gzip behind its head"...))
		b.put(empty, nil)
		b.put(forbidden, zipped("forbidden"))
		b.put(busy, zipped("busy"))
		b.status[forbidden], b.status[busy], b.breaks[torn] = 403, 503, true
		stop := reading(t, s3.Options{Client: b, Bucket: "trail"}, k)
		time.Sleep(3 * time.Hour)
		k.set(false)
		time.Sleep(3 * time.Hour)
		b.mu.Lock()
		b.status[busy] = 0
		b.mu.Unlock()
		time.Sleep(3 * time.Hour)
		stop()
		if got := k.all(); !slices.Equal(got, []string{"busy", "good", "torn on its way"}) {
			t.Errorf("taken %q", got)
		}
		if n := b.got(forbidden); n != 12 {
			t.Errorf("what S3 refuses was tried %d times", n)
		}
		if n := b.got(empty); n != 1 {
			t.Errorf("what is no log was read %d times", n)
		}
	})
}

// As many bodies stall as there are readers: the others are read, later ones too, and these again.
func TestABodyThatStallsHoldsUpNoSweep(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, k := newBucket(), &taker{}
		var want []string
		for n := range 8 {
			name := "body" + strconv.Itoa(n)
			at := key("111122223333", time.Now().Add(-time.Hour), name)
			b.put(at, zipped(name))
			b.stalls[at] = n < 4
			want = append(want, name)
		}
		stop := reading(t, s3.Options{Client: b, Bucket: "trail"}, k)
		time.Sleep(time.Minute)
		b.put(key("111122223333", time.Now(), "late"), zipped("late"))
		time.Sleep(30 * time.Minute)
		stop()
		if got := k.all(); !slices.Equal(got, append(want, "late")) {
			t.Errorf("taken %q", got)
		}
	})
}

func TestANotificationIsReadFromTheTrailAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, k := newBucket(), &taker{}
		mine := key("111122223333", time.Now(), "a")
		b.put(mine, zipped("mine"))
		b.put("home/alice.json.gz", zipped("not the trail's"))
		q := &inbox{bodies: []string{
			`{"s3Bucket":"trail","s3ObjectKey":["` + mine + `","home/alice.json.gz","` + key("111122223333", time.Now(), "gone") + `"]}`,
			`{"s3Bucket":"other","s3ObjectKey":["` + mine + `"]}`, `{"Event":"s3:TestEvent"}`, `hello`,
		}}
		stop := reading(t, s3.Options{Client: b, Bucket: "trail", Queue: q, URL: "q"}, k)
		time.Sleep(time.Minute)
		stop()
		if got := k.all(); !slices.Equal(got, []string{"mine"}) || b.got("home/alice.json.gz") != 0 {
			t.Errorf("taken %q", got)
		}
		if q.deleted != 3 || k.malformed != 1 {
			t.Errorf("%d messages deleted, %d malformed", q.deleted, k.malformed)
		}
	})
}

// inbox is a queue that hands out each message once.
type inbox struct {
	mu      sync.Mutex
	bodies  []string
	deleted int
}

func (q *inbox) ReceiveMessage(ctx context.Context, in *awssqs.ReceiveMessageInput, _ ...func(*awssqs.Options)) (*awssqs.ReceiveMessageOutput, error) {
	q.mu.Lock()
	bodies := q.bodies
	q.bodies = nil
	q.mu.Unlock()
	out := &awssqs.ReceiveMessageOutput{}
	for _, b := range bodies {
		out.Messages = append(out.Messages, sqstypes.Message{Body: &b, MessageId: aws.String("m"), ReceiptHandle: aws.String("m")})
	}
	if len(bodies) > 0 {
		return out, nil
	}
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-time.After(time.Duration(in.WaitTimeSeconds) * time.Second):
		return out, nil
	}
}

func (q *inbox) DeleteMessageBatch(_ context.Context, in *awssqs.DeleteMessageBatchInput, _ ...func(*awssqs.Options)) (*awssqs.DeleteMessageBatchOutput, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.deleted += len(in.Entries)
	return &awssqs.DeleteMessageBatchOutput{}, nil
}

func (q *inbox) ChangeMessageVisibilityBatch(context.Context, *awssqs.ChangeMessageVisibilityBatchInput, ...func(*awssqs.Options)) (*awssqs.ChangeMessageVisibilityBatchOutput, error) {
	return &awssqs.ChangeMessageVisibilityBatchOutput{}, nil
}

// The same against a bucket and a queue that other people wrote: listed, and by the notifications that the bucket sends.
func TestSourceOnMoto(t *testing.T) {
	server := mototest.Start(t)
	cfg := server.Config(event.Place{Region: "eu-west-1"})
	client := awss3.NewFromConfig(cfg, func(o *awss3.Options) { o.UsePathStyle = true })
	queue := awssqs.NewFromConfig(cfg)
	_, err := client.CreateBucket(t.Context(), &awss3.CreateBucketInput{
		Bucket: aws.String("trail"), CreateBucketConfiguration: &s3types.CreateBucketConfiguration{LocationConstraint: "eu-west-1"},
	})
	if err != nil {
		t.Fatal(err)
	}
	url := notifying(t, client, queue)
	var want []string
	for i, account := range []string{"111122223333", "444455556666"} {
		content := "records of " + account
		want = append(want, content)
		if _, err := client.PutObject(t.Context(), &awss3.PutObjectInput{
			Bucket: aws.String("trail"), Key: aws.String(key(account, time.Now().Add(-time.Duration(i)*time.Hour), "a")), Body: bytes.NewReader(zipped(content)),
		}); err != nil {
			t.Fatal(err)
		}
	}
	for name, o := range map[string]s3.Options{"listed": {}, "notified": {Queue: queue, URL: url}} {
		o.Client, o.Bucket = client, "trail"
		k := &taker{}
		stop := reading(t, o, k)
		for deadline := time.Now().Add(20 * time.Second); len(k.all()) < 2 && time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		}
		stop()
		if got := slices.Compact(k.all()); !slices.Equal(got, want) {
			t.Errorf("%s: %q", name, got)
		}
	}
}

// notifying makes a queue that the bucket tells of new objects.
func notifying(t *testing.T, client *awss3.Client, queue *awssqs.Client) (url string) {
	t.Helper()
	made, err := queue.CreateQueue(t.Context(), &awssqs.CreateQueueInput{QueueName: aws.String("files")})
	if err != nil {
		t.Fatal(err)
	}
	_, err = client.PutBucketNotificationConfiguration(t.Context(), &awss3.PutBucketNotificationConfigurationInput{
		Bucket: aws.String("trail"), NotificationConfiguration: &s3types.NotificationConfiguration{QueueConfigurations: []s3types.QueueConfiguration{{
			QueueArn: aws.String("arn:aws:sqs:eu-west-1:" + mototest.Account + ":files"), Events: []s3types.Event{s3types.EventS3ObjectCreated},
		}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return *made.QueueUrl
}
