package engine_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/internal/gate"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/route"
)

const unprotectedID = "launch.termination-unprotected"

// A user that renames itself is no other by that: policies and keys go with it, and so does the answer.
func TestWhoRenamesHimselfIsContainedAllTheSame(t *testing.T) {
	away := rename(attackerIAM, "mallory", "ghost")
	for _, c := range []struct {
		story  string
		first  func(*stage)            // before riposte knows
		before map[string]func(*stage) // and right before its calls
		name   string                  // in the end
		key    bool                    // whether the key is there to be switched off
	}{
		{"nobody is renamed", nil, nil, "mallory", true},
		{"before riposte looks", away, nil, "ghost", true},
		{"to another path", moveTo("/attic/"), nil, "mallory", true},
		{"before riposte looks, and an innocent gets the old name", all(away, innocent), nil, "ghost", true},
		{"before riposte looks, and the key is deleted", all(away, keyless("ghost")), nil, "ghost", false},
		{"between plan and act", nil, map[string]func(*stage){"ListAccessKeys": away}, "ghost", true},
		{"to another path between plan and act", nil, map[string]func(*stage){"ListAccessKeys": moveTo("/attic/")}, "mallory", true},
		{"between look and change", nil, map[string]func(*stage){"UpdateAccessKey": away}, "ghost", true},
		{"between the two steps", nil, map[string]func(*stage){"after UpdateAccessKey": away}, "ghost", true},
		{"while the second step is looked at", nil, map[string]func(*stage){"ListAttachedUserPolicies": away}, "ghost", true},
		{"between look and change of the second step", nil, map[string]func(*stage){"AttachUserPolicy": away}, "ghost", true},
		{"between the two steps, and an innocent gets the old name", nil, map[string]func(*stage){"after UpdateAccessKey": all(away, innocent)}, "ghost", true},
		{"twice", away, map[string]func(*stage){"UpdateAccessKey": rename(attackerIAM, "ghost", "wraith")}, "wraith", true},
		{"there and back again", away, map[string]func(*stage){"UpdateAccessKey": rename(attackerIAM, "ghost", "mallory")}, "mallory", true},
	} {
		t.Run(c.story, func(t *testing.T) {
			s := watchedOver(t, c.before)
			unprotect(s, mallory)
			if c.first != nil {
				c.first(s)
			}
			s.pass(10 * time.Minute)
			got := s.only(unprotectedID)
			if got.State != ledger.Verified || !denied(s, c.name) || active(s, c.name) {
				t.Fatalf("%s, denied %v, key active %v: %s\n%s", got.State, denied(s, c.name), active(s, c.name), steps(got), s.history(got))
			}
			if c.name != "mallory" && there(s, "mallory") && denied(s, "mallory") {
				t.Error("the innocent is denied")
			}
			fails(s, c.story)
			takenBack(s, got, c.name, c.key)
			s.whole()
		})
	}
}

// takenBack undoes the case and wants the user as it was, under the name that it has.
func takenBack(s *stage, c *ledger.Case, name string, key bool) {
	s.Helper()
	s.order(c, ledger.Order{Verb: ledger.Undo})
	s.pass(10 * time.Minute)
	c = s.only(unprotectedID)
	if c.State != ledger.Undone || denied(s, name) || active(s, name) != key {
		s.Errorf("taken back: %s, denied %v, key active %v: %s\n%s", c.State, denied(s, name), active(s, name), steps(c), s.history(c))
	}
}

func there(s *stage, name string) bool {
	s.Helper()
	_, err := administrator(s).GetUser(s.Context(), &iam.GetUserInput{UserName: aws.String(name)})
	return err == nil
}

// A rename after containment takes no deny away: nothing is raised, what gets through later is seen, and the way back finds
// the user.
func TestARenameAfterContainmentIsNoUndoing(t *testing.T) {
	s := watchedOver(t, nil)
	unprotect(s, mallory)
	s.pass(20 * time.Second)
	rename(administrator, "mallory", "ghost")(s)
	s.pass(10 * time.Minute)
	rename(administrator, "ghost", "wraith")(s)
	innocent(s)
	s.pass(10 * time.Minute)
	c := s.only(unprotectedID)
	if c.State != ledger.Verified || c.Paged != "" || !denied(s, "wraith") || denied(s, "mallory") {
		t.Fatalf("%s, paged %q, denied %v: %s\n%s", c.State, c.Paged, denied(s, "wraith"), steps(c), s.history(c))
	}
	takenBack(s, c, "wraith", true)
}

// Who lifts the deny under the new name is seen, and it is put back there.
func TestADenyThatIsLiftedUnderTheNewNameIsPutBack(t *testing.T) {
	s := watchedOver(t, nil)
	unprotect(s, mallory)
	s.pass(10 * time.Minute)
	rename(administrator, "mallory", "ghost")(s)
	s.pass(10 * time.Minute)
	_, err := administrator(s).DetachUserPolicy(s.Context(), &iam.DetachUserPolicyInput{UserName: aws.String("ghost"), PolicyArn: aws.String(denyPolicy)})
	s.must(err)
	s.pass(10 * time.Minute)
	c := s.only(unprotectedID)
	if c.State != ledger.Verified || !strings.Contains(c.Paged, "undone") {
		t.Fatalf("%s, paged %q: %s\n%s", c.State, c.Paged, steps(c), s.history(c))
	}
	fails(s, "after the deny was lifted")
	takenBack(s, c, "ghost", true)
}

// A second case about the same user, under the new name, wants the same deny: taking the first back leaves it.
func TestARenamedUserIsDeniedOnceForTwoCases(t *testing.T) {
	s := watchedOver(t, nil)
	unprotect(s, mallory)
	s.pass(time.Second)
	rename(attackerIAM, "mallory", "ghost")(s)
	s.pass(5 * time.Second) // contained as ghost, and not enforced yet
	_, err := ec2.NewFromConfig(s.w.Config(ireland, second)).ModifyInstanceAttribute(s.Context(), &ec2.ModifyInstanceAttributeInput{
		InstanceId: aws.String("i-0cattle"), DisableApiStop: &types.AttributeBooleanValue{Value: aws.Bool(false)},
	})
	s.must(err)
	rename(administrator, "ghost", "wraith")(s)
	s.pass(10 * time.Minute)
	cases, err := s.store.Cases(s.Context(), ledger.Filter{Playbook: unprotectedID})
	s.must(err)
	if len(cases) != 2 {
		t.Fatalf("%d cases", len(cases))
	}
	s.order(cases[0], ledger.Order{Verb: ledger.Undo})
	s.pass(10 * time.Minute)
	if !denied(s, "wraith") {
		t.Errorf("the deny of the other case is gone:\n%s\n\n%s", s.history(cases[0]), s.history(cases[1]))
	}
	s.order(cases[1], ledger.Order{Verb: ledger.Undo})
	s.pass(10 * time.Minute)
	if denied(s, "wraith") {
		t.Errorf("both are taken back, and the deny is there:\n%s\n\n%s", s.history(cases[0]), s.history(cases[1]))
	}
}

// Where IAM does not say which user holds the key or is there, no user is taken for gone: it holds, and goes on when it can.
func TestWhoCantBeFoundIsNotTakenForGone(t *testing.T) {
	for story, failing := range map[string][]string{
		"who holds the key is not told":        {"GetAccessKeyLastUsed"},
		"nor who is there":                     {"GetAccessKeyLastUsed", "ListUsers"},
		"nor anything about users, for a time": {"GetAccessKeyLastUsed", "ListUsers", "GetUser"},
	} {
		s := watchedOver(t, nil)
		unprotect(s, mallory)
		rename(attackerIAM, "mallory", "ghost")(s)
		for _, op := range failing {
			s.w.Fail("iam", op, 12, errors.New("no answer"))
		}
		s.pass(2 * time.Hour)
		c := s.only(unprotectedID)
		if c.State != ledger.Verified || !denied(s, "ghost") || active(s, "ghost") {
			t.Errorf("%s: %s: %s\n%s", story, c.State, steps(c), s.history(c))
		}
	}
}

// A person is asked about the user by the name that it has: an approval of the plan that was made before is of that one.
func TestARenameWhileAPersonIsAskedMakesANewPlan(t *testing.T) {
	s := watchedOver(t, nil)
	s.policy.Mode = func(string, string, action.Class) (gate.Decision, string) { return gate.Ask, "the test asks" }
	s.restart()
	unprotect(s, mallory)
	s.pass(10 * time.Second)
	rename(attackerIAM, "mallory", "ghost")(s)
	s.order(s.only(unprotectedID), ledger.Order{Verb: ledger.Approve, Revision: 1})
	s.pass(time.Minute)
	c := s.only(unprotectedID)
	if c.State != ledger.Asked || len(c.Revisions) != 2 || c.Revisions[0].Superseded != 2 || denied(s, "ghost") {
		t.Fatalf("%s, %d revisions: %s\n%s", c.State, len(c.Revisions), steps(c), s.history(c))
	}
	s.order(c, ledger.Order{Verb: ledger.Approve, Revision: 2})
	s.pass(10 * time.Minute)
	if c = s.only(unprotectedID); c.State != ledger.Verified || !denied(s, "ghost") || active(s, "ghost") {
		t.Errorf("approved: %s: %s\n%s", c.State, steps(c), s.history(c))
	}
}

// A contained user is watched under any name: its records are not passed over before they are read.
func TestAContainedUserIsWatchedUnderAnyName(t *testing.T) {
	s := watchedOver(t, nil)
	who, err := administrator(s).GetUser(s.Context(), &iam.GetUserInput{UserName: aws.String("mallory")})
	s.must(err)
	unprotect(s, mallory)
	s.pass(10 * time.Minute)
	caller := `{"type":"IAMUser","principalId":%q,"arn":"arn:aws:iam::111122223333:user/ghost","userName":"ghost"}`
	for id, want := range map[string]bool{aws.ToString(who.User.UserId): true, "AIDASOMEBODYELSE": false} {
		got, _, err := s.e.Wants(s.Context(), route.Record{Source: []byte("s3.amazonaws.com"), Name: []byte("DeleteObject"), Caller: fmt.Appendf(nil, caller, id)})
		if err != nil || got != want {
			t.Errorf("a call by %s: wanted %v, %v", id, got, err)
		}
	}
}
