package s3

import (
	"encoding/json"
	"errors"
	"net/url"
	"strings"

	"github.com/ripostehq/riposte/event"
)

// object is one that a notification names.
type object struct{ bucket, key string }

// notification is any of the messages that tell of new log files: S3's own, EventBridge's, CloudTrail's, and SNS around
// these. Others have none of its fields.
type notification struct {
	Records []struct {
		EventSource string `json:"eventSource"`
		EventName   string `json:"eventName"`
		S3          struct {
			Bucket struct{ Name string }
			Object struct{ Key string }
		}
	}
	Source     string
	DetailType string `json:"detail-type"`
	Detail     struct {
		Bucket struct{ Name string }
		Object struct{ Key string }
	}
	S3Bucket    string   `json:"s3Bucket"`
	S3ObjectKey []string `json:"s3ObjectKey"`
	Event       string   // s3:TestEvent, sent when notifications are set up
	Type        string   // Notification: SNS
	Message     string
}

// validation is what CloudTrail sends to see whether a topic takes its messages, whenever a trail is changed.
const validation = "CloudTrail validation message."

// ofSNS reports whether SNS speaks for itself: of subscriptions.
func (n notification) ofSNS() bool {
	return n.Type == "SubscriptionConfirmation" || n.Type == "UnsubscribeConfirmation"
}

// tries reports whether a message is there to try the way: of S3 when notifications are set up, and of CloudTrail.
func (n notification) tries() bool {
	return n.Event == "s3:TestEvent" || n.Type == "Notification" && strings.TrimSpace(n.Message) == validation
}

// idle says what a sound message is that names no object.
func idle(body []byte) (kind, what string) {
	var n notification
	switch _ = json.Unmarshal(body, &n); { // it was read before
	case n.ofSNS():
		return event.Subscription, "SNS " + n.Type
	case n.tries():
		return event.Trial, "a test of the way from S3 or CloudTrail"
	case json.Unmarshal([]byte(n.Message), &n) == nil && n.tries():
		return event.Trial, "a test of the way from S3"
	}
	return event.BucketNotice, "a notification that names no new object"
}

// named are the objects that a message names; none where it is sound and tells of something else.
//
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html
// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/configure-sns-notifications-for-cloudtrail.html
func named(body []byte) ([]object, error) {
	var n notification
	if err := json.Unmarshal(body, &n); err != nil {
		return nil, errors.New("no notification of S3: no JSON of its form")
	}
	switch {
	case n.ofSNS() || n.tries():
		return nil, nil
	case n.Type == "Notification":
		inner := []byte(n.Message)
		if n = (notification{}); json.Unmarshal(inner, &n) != nil {
			return nil, errors.New("no notification of S3 in the notification of SNS")
		}
	}
	switch {
	case n.Records != nil:
		return n.records()
	case n.Source == "aws.s3" && n.DetailType == "Object Created":
		return []object{{n.Detail.Bucket.Name, n.Detail.Object.Key}}, nil
	case n.S3Bucket != "":
		var out []object
		for _, key := range n.S3ObjectKey {
			out = append(out, object{n.S3Bucket, key})
		}
		return out, nil
	case n.tries() || n.Source == "aws.s3":
		return nil, nil
	}
	return nil, errors.New("no notification of S3")
}

func (n notification) records() (out []object, err error) {
	for _, r := range n.Records {
		if r.EventSource != "aws:s3" {
			return out, errors.New("no notification of S3: another service's record")
		}
		if !strings.HasPrefix(r.EventName, "ObjectCreated:") {
			continue
		}
		key, err := url.QueryUnescape(r.S3.Object.Key) // S3 alone writes keys as forms do
		if err != nil {
			return out, errors.New("a notification of S3 with a key that is not encoded")
		}
		out = append(out, object{r.S3.Bucket.Name, key})
	}
	return out, nil
}
