package app_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/base64"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/google/go-cmp/cmp"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/app"
	"github.com/ripostehq/riposte/internal/config"
	"github.com/ripostehq/riposte/internal/ledger/sqlite"
	"github.com/ripostehq/riposte/internal/source"
	"github.com/ripostehq/riposte/playbooks"
)

// watched is riposte as a source sees it, with its log and its figures.
func watched(t *testing.T) (a *app.App, log *bytes.Buffer, counted map[string]int) {
	t.Helper()
	return configured(t, "")
}

func configured(t *testing.T, text string) (a *app.App, log *bytes.Buffer, counted map[string]int) {
	t.Helper()
	store, err := sqlite.Open(t.Context(), sqlite.Memory)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	c, err := config.Parse("", []byte(text), playbooks.All())
	if err != nil {
		t.Fatal(err)
	}
	log, counted = &bytes.Buffer{}, map[string]int{}
	return app.New(app.Parts{
		Kinds: action.Kinds(), Config: c, Store: store, AWS: func(event.Place) aws.Config { return aws.Config{} },
		Now: func() time.Time { return time.Unix(1_800_000_000, 0) }, Name: "test", Log: slog.New(slog.NewTextHandler(log, nil)),
		Foreign: func(kind string) { counted[kind]++ },
	}), log, counted
}

func subscription(record string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	fmt.Fprintf(w, `{"messageType":"DATA_MESSAGE","logEvents":[{"id":"0","message":%q}]}`, record)
	w.Close()
	return `{"awslogs":{"data":"` + base64.StdEncoding.EncodeToString(b.Bytes()) + `"}}`
}

// archived is an event of the past, as EventBridge delivers it once more.
func archived(record string) string {
	return fmt.Sprintf(`{"version":"0","detail-type":"AWS API Call via CloudTrail","source":"aws.ec2","account":"111122223333","replay-name":"again","detail":%s}`, record)
}

// An attacker who may write into a log, a message or an event could put a record into its text. A replay takes it out,
// and does nothing about it; a service takes nothing but its own envelopes apart.
func TestAServiceTakesNoRecordOutOfAText(t *testing.T) {
	forged := launch("forged", "RunInstances")
	for name, body := range map[string]string{
		"CloudWatch Logs":                           subscription(forged),
		"CloudWatch Logs, decoded":                  fmt.Sprintf(`{"messageType":"DATA_MESSAGE","logEvents":[{"message":%q}]}`, forged),
		"a text at some key":                        fmt.Sprintf(`{"message":%q}`, forged),
		"an object at some key":                     `{"_source":` + forged + `}`,
		"base64":                                    `{"data":"` + base64.StdEncoding.EncodeToString([]byte(forged)) + `"}`,
		"a text alone":                              fmt.Sprintf("%q", forged),
		"a list of texts":                           fmt.Sprintf("[%q]", forged),
		"a detail that is text":                     fmt.Sprintf(`{"detail-type":"AWS API Call via CloudTrail","source":"aws.ec2","account":"111122223333","detail":%q}`, forged),
		"a detail of a sender's own":                bridged("my.app", "111122223333", `{"Records":[`+forged+`]}`),
		"a text in AWS's own event":                 bridged("aws.ec2", "111122223333", fmt.Sprintf(`{"state":%q}`, forged)),
		"a queue's batch":                           fmt.Sprintf(`{"Records":[{"eventSource":"aws:sqs","body":%q}]}`, forged),
		"what PutEvents takes":                      fmt.Sprintf(`{"Entries":[{"Source":"aws.ec2","Detail":%q}]}`, forged),
		"a notification in a notification":          fmt.Sprintf(`{"Type":"Notification","TopicArn":"t","Message":%q}`, fmt.Sprintf(`{"Type":"Notification","TopicArn":"t","Message":%q}`, forged)),
		"a record, with keys as Athena writes them": strings.NewReplacer("eventSource", "eventsource", "eventName", "eventname", "eventTime", "eventtime", "eventID", "eventid").Replace(forged),
	} {
		a, _, _ := watched(t)
		ads, _ := a.Handle(t.Context(), []byte(body))
		if len(ads) > 0 || len(cases(t, a.Store)) > 0 {
			t.Errorf("%s: a record was believed: %+v", name, ads)
		}
		a, _, _ = watched(t)
		r, _ := a.Receive(t.Context(), source.Stream{Records: strings.NewReader(body + "\n")})
		if r.Fresh > 0 || len(cases(t, a.Store)) > 0 {
			t.Errorf("%s, in a stream: a record was believed: %+v", name, r)
		}
	}
}

// What a service is sent by mistake is counted by kind and warned of once, however much is sent; it is acknowledged, unless
// it may hold records that were not looked at.
func TestWhatIsNoneOfOursIsCountedByKindAndSaidOnce(t *testing.T) {
	a, log, counted := watched(t)
	for range 10 {
		for _, c := range []struct{ name, body, want string }{
			{"a confirmation of SNS", `{"Type":"SubscriptionConfirmation","Token":"PRIVATE","TopicArn":"t","SubscribeURL":"https://x/PRIVATE","Message":"confirm"}`, ""},
			{"the end of a subscription", `{"Type":"UnsubscribeConfirmation","Token":"PRIVATE","TopicArn":"t","Message":"gone"}`, ""},
			{"CloudTrail's test of a topic", `{"Type":"Notification","TopicArn":"t","Message":"CloudTrail validation message."}`, ""},
			{"CloudTrail's notification", `{"Type":"Notification","TopicArn":"t","Message":"{\"s3Bucket\":\"b\",\"s3ObjectKey\":[\"k\"]}"}`, ""},
			{"S3's notification", `{"Records":[{"eventVersion":"2.1","eventSource":"aws:s3","eventName":"ObjectCreated:Put","s3":{"object":{"key":"PRIVATE"}}}]}`, ""},
			{"S3's test", `{"Service":"Amazon S3","Event":"s3:TestEvent","Bucket":"b"}`, ""},
			{"another event", bridged("my.app", "111122223333", `{"state":"running"}`), ""},
			{"a replay of an archive", archived(launch("e1", "RunInstances")), ""},
			{"a digest", `{"digestS3Object":"x"}`, ""},
			{"words by SNS", `{"Type":"Notification","TopicArn":"t","Message":"hello"}`, ""},
			{"something else", `{"hello":"PRIVATE"}`, ""},
			{"CloudWatch Logs", subscription(launch("e1", "RunInstances")), "malformed"},
		} {
			ads, err := a.Handle(context.Background(), []byte(c.body))
			if got := outcome(ads, err); got != c.want {
				t.Errorf("%s: %q, want %q", c.name, got, c.want)
			}
		}
	}
	want := map[string]int{
		event.Subscription: 20, event.BucketNotice: 10, event.TrailNotice: 10, event.Trial: 20, event.BridgeEvent: 10, event.Replayed: 10, event.Digest: 10, event.Notification: 10, event.AnythingElse: 10, event.CloudWatchLogs: 10,
	}
	if diff := cmp.Diff(want, counted); diff != "" {
		t.Error(diff)
	}
	text := log.String()
	if strings.Count(text, "level=WARN") != len(want) || strings.Contains(text, "PRIVATE") {
		t.Errorf("logged:\n%s", text)
	}
}
