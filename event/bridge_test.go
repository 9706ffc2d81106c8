package event_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ripostehq/riposte/event"
)

func TestUnwrapOpensWhatSNSDelivers(t *testing.T) {
	one := record()
	bridge := fmt.Sprintf(`{"version":"0","detail-type":"AWS API Call via CloudTrail","source":"aws.ec2","detail":%s}`, one)
	sns := func(message string, more ...string) string {
		return fmt.Sprintf(`{"Type":"Notification","MessageId":"m","TopicArn":"arn:aws:sns:eu-west-1:111122223333:t","Message":%q%s}`,
			message, strings.Join(append([]string{""}, more...), ","))
	}
	for _, c := range []struct {
		name, message string
		want          []string
	}{
		{"a record", sns(one), []string{"RunInstances"}},
		{"an EventBridge event", sns(bridge), []string{"RunInstances"}},
		{"a log file", sns(`{"Records":[` + one + "," + one + `]}`), []string{"RunInstances", "RunInstances"}},
		{"a notification in a list", "[" + sns(one) + "," + one + "]", []string{"RunInstances", "RunInstances"}},
		{"a notification of S3", sns(`{"Records":[{"eventSource":"aws:s3"}]}`), []string{"notification of s3"}},
		{"words", sns("hello"), []string{"SNS message"}},
		{"nothing", sns(""), []string{"SNS message"}},
		{"a notification in a notification", sns(sns(one)), []string{"SNS message"}},
		{"one that was cut off", sns(one[:40]), []string{"no valid JSON at byte 0"}},
		{"one that claims to be a record", sns(one, `"eventName":"A"`), []string{"the record has no eventSource"}},
		{"a subscription to be confirmed", strings.Replace(sns(one), `"Notification"`, `"SubscriptionConfirmation"`, 1), []string{"SNS SubscriptionConfirmation"}},
	} {
		if diff := cmp.Diff(c.want, contents(t, c.message)); diff != "" {
			t.Errorf("%s:\n%s", c.name, diff)
		}
	}
}

// The caller of PutEvents chooses detail and detail-type, but neither a source of AWS's nor the account.
func TestOnlyWhatAWSSentIsVouchedFor(t *testing.T) {
	for _, c := range []struct{ name, source, account, want string }{
		{"sent by a service", `"aws.ec2"`, `"111122223333"`, ""},
		{"that names no account", `"aws.ec2"`, `""`, ""},
		{"made up", `"my.app"`, `"111122223333"`, "a record in an event whose source is no AWS service: those begin with aws. and no partner sends them"},
		{"without a source", `null`, `"111122223333"`, "a record in an event whose source is no AWS service: those begin with aws. and no partner sends them"},
		{"almost AWS's", `"aws"`, `"111122223333"`, "a record in an event whose source is no AWS service: those begin with aws. and no partner sends them"},
		{"made up by a partner", `"aws.partner/example.com/x"`, `"111122223333"`, "a record in an event whose source is no AWS service: those begin with aws. and no partner sends them"},
		{"of another account", `"aws.ec2"`, `"444455556666"`, "a record in an event of another account than its own"},
	} {
		message := fmt.Sprintf(`{"detail-type":"AWS API Call via CloudTrail","source":%s,"account":%s,"detail":{"eventSource":"ec2.amazonaws.com",`+
			`"eventName":"RunInstances","eventTime":"2026-03-01T10:00:00Z","recipientAccountId":"111122223333"}}`, c.source, c.account)
		found, err := event.Unwrap([]byte(message))
		if err != nil || len(found) != 1 || found[0].Bridge == nil {
			t.Fatalf("%s: %+v, %v", c.name, found, err)
		}
		e, err := event.Decode(found[0].Record)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		if err := found[0].Bridge.Vouch(e); err != nil {
			got = err.Error()
		}
		if got != c.want {
			t.Errorf("an event %s: %q, want %q", c.name, got, c.want)
		}
	}
}
