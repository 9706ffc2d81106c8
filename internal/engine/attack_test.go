package engine_test

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/ripostehq/riposte/internal/gate"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/world"
)

// What an attacker may try who has read this code: to make riposte believe that its answer was taken back by somebody who
// may, that it denies what it does not, that nothing more can be done.

const denyPolicy = "arn:aws:iam::111122223333:policy/riposte-deny"

// daily is what an administrator does: a policy goes onto another user, and off again.
func daily(s *stage) {
	s.Helper()
	client := clients{w: s.w, by: own}.iam(ireland)
	_, err := client.AttachUserPolicy(s.Context(), &iam.AttachUserPolicyInput{UserName: aws.String("riposte"), PolicyArn: aws.String(denyPolicy)})
	s.must(err)
	_, err = client.DetachUserPolicy(s.Context(), &iam.DetachUserPolicyInput{UserName: aws.String("riposte"), PolicyArn: aws.String(denyPolicy)})
	s.must(err)
}

// attached gives mallory a policy or takes it away, as an administrator.
func attached(s *stage, on bool, policy string) {
	s.Helper()
	client, user := clients{w: s.w, by: own}.iam(ireland), aws.String("mallory")
	var err error
	if on {
		_, err = client.AttachUserPolicy(s.Context(), &iam.AttachUserPolicyInput{UserName: user, PolicyArn: aws.String(policy)})
	} else {
		_, err = client.DetachUserPolicy(s.Context(), &iam.DetachUserPolicyInput{UserName: user, PolicyArn: aws.String(policy)})
	}
	s.must(err)
}

// edit gives the deployed deny another text, as a caller with the right to write policies can.
func edit(s *stage, document string) {
	s.Helper()
	_, err := attackerIAM(s).CreatePolicyVersion(s.Context(), &iam.CreatePolicyVersionInput{
		PolicyArn: aws.String(denyPolicy), PolicyDocument: aws.String(document), SetAsDefault: true,
	})
	s.must(err)
}

// fails wants a call of mallory's second key to be refused.
func fails(s *stage, story string) {
	s.Helper()
	if _, err := attackerIAM(s).ListUsers(s.Context(), nil); err == nil {
		s.Errorf("%s: the second key still works", story)
	}
}

// Whoever may take an answer back does something else within the same seconds: it must not pass for her own detaching.
func TestWhatAnAdministratorDoesBesideDoesNotMakeHerDetachingHis(t *testing.T) {
	const admin = "arn:aws:iam::aws:policy/AdministratorAccess"
	fromHer := func(s *stage) { attached(s, false, admin) }
	pause := func(s *stage) { s.must(s.w.AdvanceTo(s.w.Now().Add(time.Second))) }
	for story, acts := range map[string][]func(*stage){
		"a policy from somebody else, at the same moment": {detach, daily},
		"a policy from somebody else, a second before":    {daily, pause, detach},
		"another policy from her, right afterwards":       {detach, fromHer},
		"another policy from her, right before":           {fromHer, detach},
		"another policy from her, a second before":        {fromHer, pause, detach},
	} {
		s := set(t, world.Options{}, ladders())
		s.policy.BreakGlass = []gate.Principal{s.principal("riposte")}
		s.restart()
		attached(s, true, admin)
		unprotect(s, mallory)
		s.pass(6 * time.Second) // contained, and not enforced yet
		for _, act := range acts {
			act(s)
		}
		s.pass(10 * time.Minute)
		c := s.only("test.ladder")
		if deny := c.Revisions[0].Steps[1]; c.State != ledger.Verified || deny.Rung != 1 || deny.State != ledger.Done {
			t.Errorf("%s: %s, at rung %d: %s\n%s", story, c.State, deny.Rung, steps(c), s.history(c))
		}
		fails(s, story)
	}
}

func TestWhatOthersDoToOtherUsersIsNoUndoing(t *testing.T) {
	s := set(t, world.Options{}, ladders())
	unprotect(s, mallory)
	s.pass(10 * time.Minute)
	verified := s.only("test.ladder").Times.Verified
	for range 5 {
		daily(s)
		s.pass(time.Minute)
	}
	s.pass(10 * time.Minute)
	c := s.only("test.ladder")
	if c.State != ledger.Verified || c.Times.Verified != verified || c.Paged != "" || c.Revisions[0].Steps[1].Rung != 0 {
		t.Errorf("%s at %s, paged %q: %s", c.State, c.Times.Verified, c.Paged, steps(c))
	}
}

// A deny that was deployed beforehand and edited since spares her by what it does not say: the next rung is taken.
func TestADeployedDenyThatSparesItsTargetIsPassedOver(t *testing.T) {
	for story, document := range map[string]string{
		"one resource":      `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"arn:aws:*:::any"}]}`,
		"all but some":      `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","NotResource":"arn:aws:iam::111122223333:*"}]}`,
		"everybody else":    `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"StringNotEquals":{"aws:username":"mallory"}}}]}`,
		"whoever is no one": `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"Null":{"aws:userid":"true"}}}]}`,
	} {
		s := set(t, world.Options{}, ladders())
		edit(s, document)
		unprotect(s, mallory)
		s.pass(5 * time.Minute)
		if c := s.only("test.ladder"); c.State != ledger.Verified || c.Revisions[0].Steps[1].Rung != 1 {
			t.Errorf("%s: %s: %s", story, c.State, steps(c))
		}
		fails(s, story)
	}
}

// She empties the deployed deny and fills the budget of her inline policies: the deny can't be done, and the key that was
// switched off is guarded all the same.
func TestAStepThatCantBeDoneDoesNotEndTheWatchOverTheOthers(t *testing.T) {
	s := set(t, world.Options{}, ladders())
	edit(s, `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`)
	_, err := attackerIAM(s).PutUserPolicy(t.Context(), &iam.PutUserPolicyInput{
		UserName: aws.String("mallory"), PolicyName: aws.String("padding"),
		PolicyDocument: aws.String(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::` + strings.Repeat("a", 1855) + `"}]}`),
	})
	s.must(err)
	unprotect(s, mallory)
	s.pass(20 * time.Second)
	if c := s.only("test.ladder"); c.State != ledger.Contained || steps(c) != "done; failed" {
		t.Fatalf("%s: %s: the key must be verified first", c.State, steps(c))
	}
	reactivate := func(story string) {
		t.Helper()
		_, err := attackerIAM(s).UpdateAccessKey(t.Context(), &iam.UpdateAccessKeyInput{
			UserName: aws.String("mallory"), AccessKeyId: aws.String(mallory.AccessKeyID), Status: types.StatusTypeActive,
		})
		s.must(err)
		s.pass(10 * time.Minute)
		if _, err := (clients{w: s.w, by: mallory}).iam(ireland).ListUsers(t.Context(), nil); err == nil {
			t.Errorf("%s: the first key works again", story)
		}
		if c := s.only("test.ladder"); c.State != ledger.Failed || steps(c) != "done; failed" || c.Paged == "" {
			t.Errorf("%s: %s: %s, paged %q\n%s", story, c.State, steps(c), c.Paged, s.history(c))
		}
	}
	reactivate("between two rounds")
	reactivate("after the case has ended")
}
