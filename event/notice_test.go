package event_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ripostehq/riposte/event"
)

// stateChange is what EC2 sends when an instance comes to a state.
func stateChange(state string, more ...string) string {
	return fmt.Sprintf(`{"version":"0","id":"7bf73129-1428-4cd3-a780-95db273d1602","detail-type":"EC2 Instance State-change Notification","source":"aws.ec2",`+
		`"account":"111122223333","time":"2026-03-01T10:00:00Z","region":"eu-west-1","resources":["arn:aws:ec2:eu-west-1:111122223333:instance/i-0123456789abcdef0"],`+
		`"detail":{"instance-id":"i-0123456789abcdef0","state":%q}%s}`, state, strings.Join(append([]string{""}, more...), ","))
}

func TestAServicesNoticeIsAnEventWithoutAnActor(t *testing.T) {
	found, err := event.Unwrap([]byte(stateChange("pending")))
	if err != nil || len(found) != 1 || found[0].Notice == nil {
		t.Fatalf("%+v, %v", found, err)
	}
	e, err := event.DecodeNotice(found[0].Notice)
	if err != nil {
		t.Fatal(err)
	}
	want := event.Event{
		Kind: event.Notice, ID: "7bf73129-1428-4cd3-a780-95db273d1602", Time: time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC),
		Partition: "aws", Account: "111122223333", Region: "eu-west-1", Source: "aws.ec2", Name: "EC2 Instance State-change Notification",
		Request: []byte(`{"instance-id":"i-0123456789abcdef0","state":"pending"}`), Actor: event.Actor{Kind: event.UnknownActor, MFA: event.MFAUnknown},
	}
	if diff := cmp.Diff(want, e); diff != "" {
		t.Error(diff)
	}
}

// A caller of PutEvents chooses detail-type and detail, and no source of AWS's. What looks like a record is judged as one.
func TestOnlyWhatAServiceSendsIsANotice(t *testing.T) {
	notice := stateChange("pending")
	for _, c := range []struct{ name, message, want string }{
		{"of a sender that is no service", strings.Replace(notice, "aws.ec2", "my.app", 1), "EventBridge: EC2 Instance State-change Notification"},
		{"of a partner", strings.Replace(notice, "aws.ec2", "aws.partner/ec2", 1), "EventBridge: EC2 Instance State-change Notification"},
		{"of another service", strings.Replace(notice, "aws.ec2", "aws.autoscaling", 1), "EventBridge: EC2 Instance State-change Notification"},
		{"of another type", strings.Replace(notice, "State-change", "Rebalance", 1), "EventBridge: EC2 Instance Rebalance Notification"},
		{"replayed from an archive", stateChange("pending", `"replay-name":"again"`), "EventBridge: a replay of an archive"},
		{"with a record for its detail", strings.Replace(notice, `"state":`, `"eventName":`, 1), "the record has no eventSource"},
		{"that is a record too", stateChange("pending", `"eventName":"RunInstances"`), "the record has no eventSource"},
	} {
		if got := contents(t, c.message); len(got) != 1 || got[0] != c.want {
			t.Errorf("one %s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestANoticeIsReadStrictly(t *testing.T) {
	for _, c := range []struct{ name, old, new, want string }{
		{"without an id", `"id":"7bf73129-1428-4cd3-a780-95db273d1602"`, `"id":null`, "the event has no id"},
		{"without a region", `"region":"eu-west-1"`, `"region":""`, "the event has no region"},
		{"without an account", `"account":"111122223333"`, `"account":111122223333`, "the event has no account"},
		{"without a time", `2026-03-01T10:00:00Z`, `yesterday`, "the event has no RFC 3339 time in time"},
		{"without a detail", `"detail":{`, `"details":{`, `the event is none that a service sends of its own accord: riposte reads ["aws.ec2: EC2 Instance State-change Notification" "aws.autoscaling: EC2 Instance-launch Lifecycle Action"]`},
		{"with two details", `"version":"0"`, `"detail":{}`, `the event has the key "detail" twice`},
		{"with two states", `"state":`, `"instance-id":`, `detail has the key "instance-id" twice`},
		{"about another account's", `eu-west-1:111122223333:inst`, `eu-west-1:444455556666:inst`, "the event is about a resource of another account or region than its own"},
		{"about another region's", `ec2:eu-west-1`, `ec2:us-east-1`, "the event is about a resource of another account or region than its own"},
		{"cut off", `}}`, `}`, "no valid JSON"},
	} {
		_, err := event.DecodeNotice([]byte(strings.Replace(stateChange("pending"), c.old, c.new, 1)))
		if err == nil || err.Error() != c.want {
			t.Errorf("one %s: %v, want %q", c.name, err, c.want)
		}
	}
}

func FuzzDecodeNotice(f *testing.F) {
	f.Add([]byte(stateChange("pending")))
	f.Add([]byte(`{"source":"aws.ec2","detail-type":"EC2 Instance State-change Notification","detail":[]}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		e, err := event.DecodeNotice(b)
		if err != nil {
			return
		}
		if e.Kind != event.Notice || e.ID == "" || e.Account == "" || e.Region == "" || e.Time.IsZero() || e.Actor.Credential() != "" {
			t.Fatalf("taken: %+v", e)
		}
	})
}
