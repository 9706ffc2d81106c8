package lambda_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/ripostehq/riposte/internal/source/lambda"
)

// outbox is a queue that keeps how long each message is held back.
type outbox struct {
	delays []int32
	fails  error
	hidden []hiding
}

// hiding is a message that was hidden for some seconds.
type hiding struct {
	queue, receipt string
	seconds        int32
}

func (o *outbox) ChangeMessageVisibilityBatch(_ context.Context, in *sqs.ChangeMessageVisibilityBatchInput, _ ...func(*sqs.Options)) (*sqs.ChangeMessageVisibilityBatchOutput, error) {
	if o.fails != nil {
		return nil, o.fails
	}
	if len(in.Entries) > 10 {
		return nil, errors.New("TooManyEntriesInBatchRequest")
	}
	for _, e := range in.Entries {
		o.hidden = append(o.hidden, hiding{*in.QueueUrl, *e.ReceiptHandle, e.VisibilityTimeout})
	}
	return &sqs.ChangeMessageVisibilityBatchOutput{}, nil
}

func (o *outbox) SendMessage(_ context.Context, in *sqs.SendMessageInput, _ ...func(*sqs.Options)) (*sqs.SendMessageOutput, error) {
	if o.fails != nil {
		return nil, o.fails
	}
	o.delays = append(o.delays, in.DelaySeconds)
	return &sqs.SendMessageOutput{}, nil
}

func TestWakes(t *testing.T) {
	for _, c := range []struct {
		name string
		at   []time.Duration // from noon; asked for one after the other
		want []int32
	}{
		{"verification", []time.Duration{5 * time.Second, 30 * time.Second, 90 * time.Second}, []int32{5, 30, 90}},
		{"never early", []time.Duration{4*time.Second + time.Millisecond}, []int32{5}},
		{"the same time again", []time.Duration{5 * time.Second, 5 * time.Second}, []int32{5}},
		{"another moment of the same second", []time.Duration{4200 * time.Millisecond, 4900 * time.Millisecond}, []int32{5}},
		{"now, and what is overdue: in a second, once", []time.Duration{0, -time.Hour}, []int32{1}},
		{"as long as SQS holds it", []time.Duration{15 * time.Minute}, []int32{900}},
		{"longer: the tick's business", []time.Duration{15*time.Minute + time.Second}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			var out outbox
			w := lambda.NewWaker(&out, "https://queue", fixed)
			for _, at := range c.at {
				if err := w.At(t.Context(), noon.Add(at)); err != nil {
					t.Fatal(err)
				}
			}
			if !slices.Equal(out.delays, c.want) {
				t.Errorf("wakes after %v s, want %v", out.delays, c.want)
			}
		})
	}
}

// An attacker opens ten thousand cases in an hour, each due at another moment: the wakes are as many as there are seconds.
func TestManyCasesAreFewWakes(t *testing.T) {
	var out outbox
	now := noon
	w := lambda.NewWaker(&out, "https://queue", func() time.Time { return now })
	for i := range 10_000 {
		now = noon.Add(time.Duration(i) * 6 * time.Millisecond)
		if err := w.At(t.Context(), now.Add(5*time.Second+time.Duration(i%997)*time.Millisecond)); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(out.delays); n < 60 || n > 63 {
		t.Errorf("%d wakes in a minute", n)
	}
}

// What could not be sent is asked for again.
func TestALostWakeIsNoAskedOne(t *testing.T) {
	out := outbox{fails: errors.New("throttled")}
	w := lambda.NewWaker(&out, "https://queue", fixed)
	if err := w.At(t.Context(), noon); !errors.Is(err, out.fails) || !strings.Contains(err.Error(), "https://queue") {
		t.Errorf("want what failed and where, got %v", err)
	}
	out.fails = nil
	if err := w.At(t.Context(), noon); err != nil || len(out.delays) != 1 {
		t.Errorf("%v, wakes %v", err, out.delays)
	}
}

type wire struct{ requests []*http.Request }

func (w *wire) Do(r *http.Request) (*http.Response, error) {
	w.requests = append(w.requests, r)
	body := io.NopCloser(strings.NewReader(`{"MessageId":"m"}`))
	return &http.Response{StatusCode: 200, Header: http.Header{"Content-Type": {"application/x-amz-json-1.0"}}, Body: body}, nil
}

// Lambda stops what it takes for a recursive loop, by a trace that the SDK hands on inside a function. Of a wake it must know
// nothing, or a case that is looked at each minute would end the defence after sixteen minutes.
func TestAWakeIsNoLinkOfARecursion(t *testing.T) {
	t.Setenv("AWS_LAMBDA_FUNCTION_NAME", "riposte")
	t.Setenv("_X_AMZN_TRACE_ID", "Root=1-5759e988-bd862e3fe1be46a994272793;Lineage=a87bd80c:15")
	var net wire
	client := sqs.New(sqs.Options{
		Region: "eu-west-1", HTTPClient: &net, DisableMessageChecksumValidation: true,
		Credentials: credentials.NewStaticCredentialsProvider("AKIAIOSFODNN7EXAMPLE", "x", ""),
	})
	if err := lambda.NewWaker(client, "https://sqs.eu-west-1.amazonaws.com/111122223333/wake", fixed).At(t.Context(), noon); err != nil {
		t.Fatal(err)
	}
	if _, err := client.SendMessage(t.Context(), &sqs.SendMessageInput{QueueUrl: aws.String("https://q"), MessageBody: aws.String("x")}); err != nil {
		t.Fatal(err)
	}
	if len(net.requests) != 2 || net.requests[0].Header.Get("X-Amzn-Trace-Id") != "" || net.requests[1].Header.Get("X-Amzn-Trace-Id") == "" {
		t.Errorf("the wake carries the trace %q; this test expects that other messages do", net.requests[0].Header.Get("X-Amzn-Trace-Id"))
	}
}
