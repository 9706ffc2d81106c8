package app_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/ripostehq/riposte/event"
)

// A notice that a sender made up opens nothing, and what becomes of it is said: as malformed, as an event of another sort, or as one of
// an account that is none of the organisation's.
func TestAForgedNoticeOpensNothing(t *testing.T) {
	const organization = "organization: {accounts: [{id: \"111122223333\"}]}\nplaybooks: {launch.unapproved-image: {mode: act}}\n"
	notice := func(source, kind, account, of string) string {
		return fmt.Sprintf(`{"version":"0","id":"n1","detail-type":%q,"source":%q,"account":%q,"time":"2026-03-01T10:00:00Z","region":"eu-west-1",`+
			`"resources":["arn:aws:ec2:eu-west-1:%s:instance/i-0123456789abcdef0"],"detail":{"instance-id":"i-0123456789abcdef0","state":"pending"}}`,
			kind, source, account, of)
	}
	const state, ours, theirs = "EC2 Instance State-change Notification", "111122223333", "444455556666"
	const hook = "EC2 Instance-launch Lifecycle Action"
	for _, c := range []struct{ name, message, want, told string }{
		{"one that EC2 sent", notice("aws.ec2", state, ours, ours), "opened", ""},
		{"of a launch hook", strings.NewReplacer("aws.ec2", "aws.autoscaling", state, hook, `"instance-id"`, `"EC2InstanceId"`).Replace(notice("aws.ec2", state, ours, ours)), "opened", ""},
		{"of a launch hook by EC2", strings.Replace(notice("aws.ec2", state, ours, ours), state, hook, 1), "", event.BridgeEvent},
		{"of a sender's own source", notice("my.app", state, ours, ours), "", event.BridgeEvent},
		{"of a source in capitals", notice("AWS.EC2", state, ours, ours), "", event.BridgeEvent},
		{"of a partner's source", notice("aws.partner/aws.ec2", state, ours, ours), "", event.BridgeEvent},
		{"of another service's source", notice("aws.s3", state, ours, ours), "", event.BucketNotice},
		{"of a type that only looks like it", notice("aws.ec2", state+" ", ours, ours), "", event.BridgeEvent},
		{"of an account that is not its resource's", notice("aws.ec2", state, ours, theirs), "malformed", "another account"},
		{"of an account that is none of ours", notice("aws.ec2", state, theirs, theirs), "", "outside the organisation"},
		{"replayed from an archive", strings.Replace(notice("aws.ec2", state, ours, ours), `"version":"0"`, `"replay-name":"again"`, 1), "", event.Replayed},
		{"within a notice", fmt.Sprintf(`{"detail-type":"x","source":"my.app","account":"1","detail":%s}`, notice("aws.ec2", state, ours, ours)), "", event.BridgeEvent},
	} {
		a, log, counted := configured(t, organization)
		ads, err := a.Vouched(t.Context(), []byte(c.message))
		if got := outcome(ads, err); got != c.want {
			t.Errorf("one %s: %q, want %q", c.name, got, c.want)
		}
		if told := fmt.Sprint(log, counted, err); !strings.Contains(told, c.told) {
			t.Errorf("one %s: told %s", c.name, told)
		}
	}
}
