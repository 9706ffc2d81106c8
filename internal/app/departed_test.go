package app

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/notify/slack/slacktest"
)

// The owner of an account has left: Slack looks up neither the address of a deactivated account nor one that it never had. The fallback group is told in the
// owner's place, the case says so, and two days of silence count from when the group was told.
func TestTheOwnerHasLeft(t *testing.T) {
	for _, x := range []struct {
		name string
		left []slacktest.User
	}{
		{"deactivated", []slacktest.User{{ID: "U3GIL", Team: slacktest.Team, Email: "gil@example.com", Deleted: true}}},
		{"unknown", nil},
	} {
		t.Run(x.name, func(t *testing.T) {
			k := newReplicas(t, 1, `owners: {fallback: security, accounts: {"111122223333": gil@example.com}}`, x.left...)
			k.one = 0 // no replica dies
			k.grows("h0")
			k.until(k.w.Now().Add(time.Minute))
			c := k.only()
			asks := c.Asks(0)
			if len(asks) == 0 || c.Told(asks[0]) != nil {
				t.Fatalf("it asks %v, and people know before the day's letter: %+v", asks, c.Told(asks[0]))
			}
			k.until(k.w.Now().Add(24 * time.Hour))
			c = k.only()
			at, told := k.accepted[c.ID+c.Shown(0)], c.Told(asks[0])
			if len(at) == 0 || told == nil || !told.At.Equal(at[0]) || told.Until.Sub(at[0]) < 48*time.Hour {
				t.Fatalf("told at %v, and the case knows %+v", at, told)
			}
			for _, m := range k.slack.Messages() {
				if m.Channel != slacktest.Channel {
					t.Errorf("somebody else was written to: %+v", m)
				}
			}
			if says := k.history(c); !strings.Contains(says, "gil@example.com could not be told by slack: no such person is in Slack") {
				t.Errorf("the case says: %s", says)
			}
			k.until(told.Until.Add(-time.Hour))
			if c = k.only(); len(c.Asks(0)) == 0 || len(k.silent) > 0 {
				t.Errorf("an hour before its end the case is %s", c.State)
			}
			k.until(told.Until.Add(12 * time.Hour)) // look fails where silence acts and the group was not told, and reminded
			if c = k.only(); c.State != ledger.Verified || len(k.silent) == 0 {
				t.Errorf("the case is %s: %s", c.State, c.Reason)
			}
		})
	}
}

// grows has a person raise the maximum of a group.
func (k *killed) grows(name string) {
	k.Helper()
	mallory := autoscaling.NewFromConfig(k.w.Config(event.Place{Partition: "aws", Account: "111122223333", Region: "eu-west-1"},
		aws.Credentials{AccessKeyID: "AKIAMALLORY000000001", SecretAccessKey: "first"}))
	if _, err := mallory.UpdateAutoScalingGroup(k.Context(), &autoscaling.UpdateAutoScalingGroupInput{AutoScalingGroupName: &name, MaxSize: aws.Int32(9)}); err != nil {
		k.Fatal(err)
	}
}

func (k *killed) only() *ledger.Case {
	k.Helper()
	all, err := k.store.Cases(k.Context(), ledger.Filter{})
	if err != nil || len(all) != 1 {
		k.Fatalf("%d cases, %v", len(all), err)
	}
	return all[0]
}

func (k *killed) history(c *ledger.Case) (says string) {
	k.Helper()
	all, err := k.store.History(k.Context(), c.ID)
	if err != nil {
		k.Fatal(err)
	}
	for _, e := range all {
		says += strings.Join(e.Notes, "\n") + "\n"
	}
	return says
}
