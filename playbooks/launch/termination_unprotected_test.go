package launch_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/ripostehq/riposte/action/actiontest"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/playbook"
	"github.com/ripostehq/riposte/playbooks/launch"
	"github.com/ripostehq/riposte/playbooks/playbooktest"
)

func attribute(identity, parameters string, more ...string) string {
	return called(identity, "ModifyInstanceAttribute", `{"instanceId":"i-0alone",`+parameters+`}`, `{"_return":true}`, more...)
}

// mfa is mallory's session that says so, as CloudTrail does: in words.
func mfa(value string) string {
	return strings.TrimSuffix(mallory, "}") + `,"sessionContext":{"attributes":{"creationDate":"2030-01-07T08:00:00Z","mfaAuthenticated":` + value + `}}}`
}

const (
	off       = `"disableApiTermination":{"value":false}`
	byMallory = "arn:aws:iam::111122223333:user/staff/mallory switched off disableApiTermination of instance i-0alone without MFA"
	denied    = "\n  iam.deactivate-key AKIAMALLORY000000001\n  iam.attach-user-deny staff/mallory, else iam.deny-user staff/mallory riposte-deny-c_1, else iam.bound-user staff/mallory"
	contained = "user staff/mallory: " + byMallory + "\n  ec2.protect i-0alone disableApiTermination" + denied
)

func TestTerminationUnprotected(t *testing.T) {
	stories := []playbooktest.Story{
		{
			Sort: playbooktest.Fires, Name: "a user's session without MFA has no key to switch off", AWS: sighted, Suspects: 1,
			Record: attribute(strings.ReplaceAll(mfa(`"false"`), "AKIAMALLORY", "ASIAMALLORY"), off),
			Plans: []string{"user staff/mallory: " + byMallory + "\n  ec2.protect i-0alone disableApiTermination" +
				"\n  iam.attach-user-deny staff/mallory, else iam.deny-user staff/mallory riposte-deny-c_1, else iam.bound-user staff/mallory"},
		},
		{
			Sort: playbooktest.Fires, Name: "a role session: restored, and asked before denying", Record: attribute(session, off), AWS: sighted, Suspects: 1,
			Plans: []string{"session builder/job-1: arn:aws:sts::111122223333:assumed-role/builder/job-1 switched off disableApiTermination of instance i-0alone with MFA unknown" +
				"\n  ec2.protect i-0alone disableApiTermination" +
				"\n  iam.deny-session ci/builder riposte-deny-c_1 ?, else iam.revoke-sessions ci/builder riposte-deny-c_1-older ?, else iam.attach-role-deny ci/builder ?"},
		},
		{
			Sort: playbooktest.Fires, Name: "a person of Identity Center: restored, and told who must act", Record: attribute(sso, off), AWS: sighted, Suspects: 1,
			Plans: []string{"session AWSReservedSSO_Admin_0123456789abcdef/ann@example.com: arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Admin_0123456789abcdef/ann@example.com " +
				"switched off disableApiTermination of instance i-0alone with MFA unknown; a role of Identity Center can't be edited: whoever administers it must end the person's sessions" +
				"\n  ec2.protect i-0alone disableApiTermination"},
		},
		{
			Sort: playbooktest.Fires, Name: "root: restored, and told who must act", Record: attribute(root, off), AWS: sighted, Suspects: 1,
			Plans: []string{"account 111122223333: arn:aws:iam::111122223333:root switched off disableApiTermination of instance i-0alone without MFA; " +
				"the account's root user can't be denied from inside: whoever administers the organisation must act\n  ec2.protect i-0alone disableApiTermination"},
		},
		{
			Sort: playbooktest.Fires, Name: "stop protection", Record: attribute(mallory, `"disableApiStop":{"value":false}`), AWS: sighted, Suspects: 1,
			Plans: []string{"user staff/mallory: " + strings.Replace(byMallory, "disableApiTermination", "disableApiStop", 1) + "\n  ec2.protect i-0alone disableApiStop" + denied},
		},
		{
			Sort: playbooktest.Fires, Name: "shutdown from inside", Record: attribute(mallory, `"instanceInitiatedShutdownBehavior":{"value":"terminate"}`), AWS: unsafe, Suspects: 1,
			Plans: []string{"user staff/mallory: " + strings.Replace(byMallory, "disableApiTermination", "instanceInitiatedShutdownBehavior", 1) + "\n  ec2.protect i-0alone instanceInitiatedShutdownBehavior" + denied},
		},
		{Sort: playbooktest.Quiet, Name: "with MFA", Record: attribute(mfa(`"true"`), off)},
		{Sort: playbooktest.Quiet, Name: "with MFA as a boolean", Record: attribute(mfa(`true`), off)},
		{Sort: playbooktest.Quiet, Name: "the restoring value", Record: attribute(mallory, `"disableApiTermination":{"value":true}`)},
		{Sort: playbooktest.Quiet, Name: "the restoring word", Record: attribute(mallory, `"attribute":"disableApiTermination","value":"true"`)},
		{Sort: playbooktest.Quiet, Name: "the restoring value with MFA: seed 001's second sample", Record: attribute(mfa(`"true"`), `"disableApiTermination":{"value":true}`)},
		{Sort: playbooktest.Quiet, Name: "stop on shutdown", Record: attribute(mallory, `"instanceInitiatedShutdownBehavior":{"value":"stop"}`)},
		{Sort: playbooktest.Quiet, Name: "another attribute", Record: attribute(mallory, `"attribute":"userData","value":"false"`)},
		{Sort: playbooktest.Quiet, Name: "a failed call", Record: attribute(mallory, off, failed("Client.UnauthorizedOperation"))},
		{Sort: playbooktest.Quiet, Name: "a protection that does not count here", Record: attribute(mallory, `"disableApiStop":{"value":false}`), Configure: with("Attributes", []string{"disableApiTermination"})},
		{Sort: playbooktest.Quiet, Name: "an AWS service", Record: attribute(`{"type":"AWSService","invokedBy":"autoscaling.amazonaws.com"}`, off)},
		{Sort: playbooktest.Quiet, Name: "switched on again since", Record: strings.ReplaceAll(attribute(mallory, off), "i-0alone", "i-0protected"), AWS: sighted, Suspects: 1},
		{
			Sort: playbooktest.Gone, Name: "terminated by now: the caller is stopped the more", Record: strings.ReplaceAll(attribute(mallory, off), "i-0alone", "i-0ended"), AWS: ended, Suspects: 1,
			Plans: []string{strings.ReplaceAll("user staff/mallory: "+byMallory+"; the instance is terminated"+denied, "i-0alone", "i-0ended")},
		},
		{
			Sort: playbooktest.Gone, Name: "terminated by root: there is nothing that riposte can do, and it says who can", Record: strings.ReplaceAll(attribute(root, off), "i-0alone", "i-0ended"), AWS: ended, Suspects: 1,
			Plans: []string{"account 111122223333: arn:aws:iam::111122223333:root switched off disableApiTermination of instance i-0ended without MFA; the instance is terminated; " +
				"the account's root user can't be denied from inside: whoever administers the organisation must act\n  ec2.protect i-0ended disableApiTermination"},
		},
		{
			Sort: playbooktest.Gone, Name: "AWS knows no such instance, and it was protected: it is gone", Record: strings.ReplaceAll(attribute(mallory, off), "i-0alone", "i-0never"), AWS: sighted, Suspects: 1,
			Plans: []string{strings.ReplaceAll("user staff/mallory: "+byMallory+"; the instance is terminated"+denied, "i-0alone", "i-0never")},
		},
		{Sort: playbooktest.Denied, Name: "riposte may read nothing", Record: attribute(mallory, off), AWS: blind, Suspects: 1},
		{Sort: playbooktest.Hostile, Name: "nothing but null", Record: attribute(mallory, `"disableApiTermination":null`)},
		{Sort: playbooktest.Hostile, Name: "a key of another case", Record: attribute(mallory, `"DisableApiTermination":{"value":false}`)},
		{Sort: playbooktest.Hostile, Name: "no instance", Record: called(mallory, "ModifyInstanceAttribute", `{`+off+`}`, `null`)},
		{Sort: playbooktest.Hostile, Name: "nobody is named", Record: attribute(`{"type":"IAMUser","accountId":"111122223333"}`, off), AWS: sighted, Suspects: 1,
			Plans: []string{"account 111122223333: a caller that is not named switched off disableApiTermination of instance i-0alone without MFA; " +
				"the user is not named: whoever administers the account must act\n  ec2.protect i-0alone disableApiTermination"}},
	}
	for name, spelling := range map[string]string{
		"value in an object": off, "a bare boolean": `"disableApiTermination":false`, "a word in an object": `"disableApiTermination":{"value":"false"}`,
		"a bare word": `"disableApiTermination":"False"`, "attribute and value": `"attribute":"disableApiTermination","value":"false"`,
		"attribute and boolean": `"attribute":"disableApiTermination","value":false`, "attribute and object": `"attribute":"disableApiTermination","value":{"value":"false"}`,
		"a value nobody knows": `"disableApiTermination":{"value":"0"}`,
	} {
		stories = append(stories, playbooktest.Story{
			Sort: playbooktest.Fires, Name: "spelled as " + name, Record: attribute(mallory, spelling), AWS: sighted, Suspects: 1, Plans: []string{contained},
		})
	}
	wanted := at("10", attribute(session, `"instanceInitiatedShutdownBehavior":{"value":"stop"}`))
	for i := range stories {
		stories[i].Before = []string{wanted, guarded("i-0alone"), guarded("i-0ended"), guarded("i-0never"), guarded("i-0protected")}
	}
	playbooktest.Run(t, launch.TerminationUnprotected(), stories)
}

// at is a record of another moment of the same hour.
func at(minute, record string) string {
	return strings.Replace(record, "2030-01-07T09:00:00Z", "2030-01-07T08:"+minute+":00Z", 1)
}

// guarded is the launch of an instance that asks for all protections. That it stops on shutdown proves none: it would anyway.
func guarded(instance string) string {
	return at("00", called(root, "RunInstances", `{"disableApiTermination":true,"disableApiStop":true,"instanceInitiatedShutdownBehavior":"stop"}`,
		`{"instancesSet":{"items":[{"instanceId":"`+instance+`","imageId":"ami-0bbbbbbbbbbbbbbbb"}]}}`))
}

// What switches a protection off before it deletes need not know whether there was one: Terraform does so always. Only where
// a record shows that the protection was on it is an attack.
func TestWhatWasNeverProtectedIsAskedAbout(t *testing.T) {
	const refused = `,"errorCode":"Client.OperationNotPermitted","errorMessage":"The instance 'i-0alone' may not be terminated. Modify its 'disableApiTermination' instance attribute and try again."`
	ask := []string{"user staff/mallory: " + byMallory + "; nothing shows that it was on\n  ec2.protect i-0alone disableApiTermination ?" +
		"\n  iam.deactivate-key AKIAMALLORY000000001 ?\n  iam.attach-user-deny staff/mallory ?, else iam.deny-user staff/mallory riposte-deny-c_1 ?, else iam.bound-user staff/mallory ?"}
	on := `"disableApiTermination":{"value":true}`
	for _, c := range []struct {
		name   string
		before []string
		plans  []string
	}{
		{"nothing was observed", nil, ask},
		{"the launch asked for it", []string{guarded("i-0alone")}, []string{contained}},
		{"another instance's launch asked for it", []string{guarded("i-0golden")}, ask},
		{"the launch asked for another protection", []string{at("00", called(root, "RunInstances", `{"disableApiStop":true}`, `{"instancesSet":{"items":[{"instanceId":"i-0alone"}]}}`))}, ask},
		{"an earlier call switched it on", []string{at("10", attribute(mallory, on))}, []string{contained}},
		{"in the same second", []string{attribute(session, on)}, []string{contained}},
		{"the call that switched it on failed", []string{at("10", attribute(mallory, on, failed("Client.UnauthorizedOperation")))}, ask},
		{"it was switched off before, too", []string{guarded("i-0alone"), at("20", attribute(mallory, off))}, ask},
		{"and on again", []string{guarded("i-0alone"), at("20", attribute(mallory, off)), at("30", attribute(session, on))}, []string{contained}},
		{"terminating it was refused because of it", []string{at("40", called(mallory, "TerminateInstances", `{"instancesSet":{"items":[{"instanceId":"i-0alone"}]}}`, `null`, refused))}, []string{contained}},
		{"terminating it was refused for want of rights", []string{at("40", called(mallory, "TerminateInstances", `{"instancesSet":{"items":[{"instanceId":"i-0alone"}]}}`, `null`, failed("Client.UnauthorizedOperation")))}, ask},
	} {
		t.Run(c.name, func(t *testing.T) {
			playbooktest.Story{Record: attribute(mallory, off), AWS: sighted, Suspects: 1, Before: c.before, Plans: c.plans}.Tell(t, launch.TerminationUnprotected())
		})
	}
}

// Neither an instance that AWS does not know is proof of a termination, nor one that AWS shows as terminated: ordinary tools
// delete, too.
func TestAnEndedInstanceThatWasNeverProtectedIsAskedAbout(t *testing.T) {
	for name, c := range map[string]struct {
		instance, says string
		aws            func(*testing.T) (*actiontest.AWS, time.Time)
	}{
		"terminated":     {"i-0ended", "; the instance is terminated", ended},
		"never heard of": {"i-0never", "; AWS knows no such instance", sighted},
	} {
		t.Run(name, func(t *testing.T) {
			want := strings.ReplaceAll("user staff/mallory: "+byMallory, "i-0alone", c.instance) + c.says + "; nothing shows that it was on" +
				"\n  iam.deactivate-key AKIAMALLORY000000001 ?\n  iam.attach-user-deny staff/mallory ?, else iam.deny-user staff/mallory riposte-deny-c_1 ?, else iam.bound-user staff/mallory ?"
			playbooktest.Story{
				Record: strings.ReplaceAll(attribute(mallory, off), "i-0alone", c.instance), AWS: c.aws, Suspects: 1, Plans: []string{want},
			}.Tell(t, launch.TerminationUnprotected())
		})
	}
}

// What need not wait for a look at the present is the user's containment, and only where a record shows the protection on and
// another that there was no second factor.
func TestOnlyWhatIsClearIsDoneBeforeALook(t *testing.T) {
	book, err := launch.TerminationUnprotected().Default()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, record string
		shown        bool
		want         string
	}{
		{"a user without MFA, and the protection was on", attribute(mallory, off), true, "[iam.deactivate-key iam.attach-user-deny]"},
		{"nothing shows that it was on", attribute(mallory, off), false, "[]"},
		{"a session, whose MFA no record tells", attribute(session, off), true, "[]"},
		{"root, whom nothing denies", attribute(root, off), true, "[]"},
	} {
		e, err := event.Decode([]byte(c.record))
		if err != nil {
			t.Fatal(err)
		}
		leads, err := book.Suspects(e)
		if err != nil || len(leads) != 1 {
			t.Fatalf("%s: %d leads, %v", c.name, len(leads), err)
		}
		recall := func(_ context.Context, r event.Resource, of string, before time.Time) (*playbook.Observation, error) {
			if !c.shown {
				return nil, nil
			}
			return &playbook.Observation{Resource: r, Of: of, On: true, At: before.Add(-time.Hour), Call: "RunInstances"}, nil
		}
		plan, err := book.Preempt(t.Context(), recall, "c_1", leads[0])
		if got := fmt.Sprint(plan.Kinds()); err != nil || got != c.want {
			t.Errorf("%s: %s, %v, want %s", c.name, got, err, c.want)
		}
	}
}
