package s3

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ripostehq/riposte/internal/source"
)

const file = "AWSLogs/o-abcdefghij/111122223333/CloudTrail/eu-west-1/2026/03/01/111122223333_CloudTrail_eu-west-1_20260301T1005Z_AbCdEf0123456789.json.gz"

func TestEverySortOfNotificationNamesItsObjects(t *testing.T) {
	direct := `{"Records":[{"eventSource":"aws:s3","eventName":"ObjectCreated:Put","s3":{"bucket":{"name":"trail"},"object":{"key":"a%2Bb+c.json.gz"}}}]}`
	for _, c := range []struct {
		name, body string
		want       []object
		bad        bool
	}{
		{"of S3, with a key as forms write it", direct, []object{{"trail", "a+b c.json.gz"}}, false},
		{"of S3, by SNS", fmt.Sprintf(`{"Type":"Notification","TopicArn":"t","Message":%q}`, direct), []object{{"trail", "a+b c.json.gz"}}, false},
		{"of EventBridge, with a key as it is", `{"detail-type":"Object Created","source":"aws.s3","detail":{"bucket":{"name":"trail"},"object":{"key":"a+b%20c"}}}`,
			[]object{{"trail", "a+b%20c"}}, false},
		{"of CloudTrail, by SNS", `{"Type":"Notification","Message":"{\"s3Bucket\":\"trail\",\"s3ObjectKey\":[\"a\",\"b\"]}"}`, []object{{"trail", "a"}, {"trail", "b"}}, false},
		{"of an object that was removed", `{"Records":[{"eventSource":"aws:s3","eventName":"ObjectRemoved:Delete","s3":{"bucket":{"name":"trail"},"object":{"key":"a"}}}]}`, nil, false},
		{"of S3, to try the queue", `{"Service":"Amazon S3","Event":"s3:TestEvent","Bucket":"trail"}`, nil, false},
		{"of EventBridge, of something else", `{"detail-type":"Object Deleted","source":"aws.s3","detail":{}}`, nil, false},
		{"that a caller put on a bus", `{"detail-type":"Object Created","source":"my.app","detail":{"bucket":{"name":"trail"},"object":{"key":"a"}}}`, nil, true},
		{"that is a record of CloudTrail", `{"Records":[{"eventSource":"s3.amazonaws.com","eventName":"PutObject"}]}`, nil, true},
		{"that was cut off", direct[:50], nil, true},
		{"of words, by SNS", `{"Type":"Notification","Message":"hello"}`, nil, true},
		{"of another form", `{"Records":"none"}`, nil, true},
		{"that is empty", ``, nil, true},
	} {
		got, err := named([]byte(c.body))
		if !slices.Equal(got, c.want) || (err != nil) != c.bad {
			t.Errorf("a notification %s: %v, %v", c.name, got, err)
		}
	}
}

func FuzzNamed(f *testing.F) {
	f.Add([]byte(`{"Records":[{"eventSource":"aws:s3","eventName":"ObjectCreated:Put","s3":{"object":{"key":"%"}}}]}`))
	f.Add([]byte(`{"Type":"Notification","Message":"{\"s3Bucket\":\"b\",\"s3ObjectKey\":[\"a\"]}"}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		if found, err := named(body); err != nil && len(found) > 0 && found[0] == (object{}) {
			t.Errorf("%v beside %v", found, err)
		}
	})
}

func TestOnlyLogFilesOfTheTrailAreRead(t *testing.T) {
	for key, want := range map[string]bool{
		file: true,
		"AWSLogs/111122223333/CloudTrail/us-gov-west-1/2026/03/01/111122223333_CloudTrail_us-gov-west-1_20260301T1005Z_x.json.gz":     true,
		"AWSLogs/111122223333/CloudTrail-Digest/eu-west-1/2026/03/01/111122223333_CloudTrail-Digest_eu-west-1_20260301T1005Z.json.gz": false,
		"AWSLogs/111122223333/CloudTrail/eu-west-1/2026/03/01/other.json.gz":                                                          false,
		"other/" + file: false,
		"../" + file:    false,
		file + "/x":     false,
		"":              false,
	} {
		if got := (layout{}).holds(key); got != want {
			t.Errorf("%q: %v", key, got)
		}
	}
	if owner := (layout{"trails/main/"}).owner("trails/main/" + file); owner != "111122223333" {
		t.Errorf("a file of the organisation's trail is %q's", owner)
	}
	if !(layout{"trails/main/"}).holds("trails/main/"+file) || (layout{"trails"}).holds(file) {
		t.Error("the prefix does not count")
	}
	at, ok := layout{}.delivered(file)
	if want := time.Date(2026, 3, 1, 10, 5, 0, 0, time.UTC); !ok || !at.Equal(want) {
		t.Errorf("delivered at %v, %v", at, ok)
	}
}

func TestAMarkBeginsWithinItsDay(t *testing.T) {
	region := "AWSLogs/111122223333/CloudTrail/eu-west-1/"
	folders, after := days(region, time.Date(2026, 2, 28, 23, 35, 0, 0, time.UTC), time.Date(2026, 3, 1, 0, 5, 0, 0, time.UTC))
	if want := []string{region + "2026/02/28/", region + "2026/03/01/"}; !slices.Equal(folders, want) {
		t.Errorf("folders %q", folders)
	}
	if want := []string{region + "2026/02/28/111122223333_CloudTrail_eu-west-1_20260228T2335Z", ""}; !slices.Equal(after, want) {
		t.Errorf("begun behind %q", after)
	}
}

// SNS, S3 and CloudTrail try the way, and speak for themselves: that is done with, counted, and said once.
func TestWhatNamesNoObjectIsAcknowledgedAndCounted(t *testing.T) {
	var log bytes.Buffer
	counted := counts{of: map[string]int{}}
	s := New(Options{Bucket: "trail", Log: slog.New(slog.NewTextHandler(&log, nil)), Meter: counted})
	for range 3 {
		for _, body := range []string{
			`{"Type":"SubscriptionConfirmation","Token":"PRIVATE","SubscribeURL":"https://sns/PRIVATE","TopicArn":"t","Message":"You have chosen to subscribe"}`,
			`{"Type":"UnsubscribeConfirmation","Token":"PRIVATE","TopicArn":"t","Message":"You have chosen to leave"}`,
			`{"Type":"Notification","TopicArn":"t","Message":"CloudTrail validation message."}`,
			`{"Service":"Amazon S3","Event":"s3:TestEvent","Bucket":"trail"}`,
			`{"Type":"Notification","TopicArn":"t","Message":"{\"Service\":\"Amazon S3\",\"Event\":\"s3:TestEvent\",\"Bucket\":\"trail\"}"}`,
			`{"detail-type":"Object Deleted","source":"aws.s3","detail":{}}`,
		} {
			if err := s.notified(t.Context(), []byte(body)); err != nil {
				t.Errorf("%s: %v", body, err)
			}
		}
	}
	if counted.of["sns"] != 6 || counted.of["test"] != 9 || counted.of["s3-notification"] != 3 {
		t.Errorf("counted %v", counted.of)
	}
	if text := log.String(); strings.Count(text, "level=WARN") != 3 || strings.Contains(text, "PRIVATE") {
		t.Errorf("logged:\n%s", text)
	}
	var bad *source.Malformed
	if err := s.notified(t.Context(), []byte(`{"Type":"Notification","Message":"hello"}`)); !errors.As(err, &bad) {
		t.Errorf("words by SNS: %v", err)
	}
}

// counts are figures by kind.
type counts struct {
	source.Unmetered
	of map[string]int
}

func (c counts) Foreign(kind string) { c.of[kind]++ }
