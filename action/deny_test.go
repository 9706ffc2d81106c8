package action_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/action/actiontest"
	"github.com/ripostehq/riposte/event"
)

func TestAnEmptiedDenyPolicyHoldsNothing(t *testing.T) {
	_, c := open(t)
	run(t, c, action.AttachUserDeny{User: mallory}, action.AttachRoleDeny{Role: builder}, action.BoundUser{User: mallory})
	for _, policy := range []string{action.DenyPolicy, action.BoundaryPolicy} {
		empty(t, c, policy)
	}
	for _, a := range []action.Action{action.AttachUserDeny{User: mallory}, action.AttachRoleDeny{Role: builder}, action.BoundUser{User: mallory}} {
		look, err := a.Look(t.Context(), c.Reads())
		if err != nil || look.Holds || look.Cannot == "" {
			t.Errorf("%s: %+v, %v", a.Kind().Name, look, err)
		}
	}
}

// A deny that somebody emptied under its own name is seen by its document.
func TestAnEmptiedInlineDenyHoldsNothing(t *testing.T) {
	_, c := open(t)
	a := action.DenyUser{User: mallory, Case: "c_1", Scope: action.Everything}
	run(t, c, a)
	_, err := c.Writes().IAM(ireland).PutUserPolicy(t.Context(), &iam.PutUserPolicyInput{
		UserName: aws.String("mallory"), PolicyName: aws.String("riposte-deny-c_1"),
		PolicyDocument: aws.String(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`),
	})
	if err != nil {
		t.Fatal(err)
	}
	if look, err := a.Look(t.Context(), c.Reads()); err != nil || look.Holds || look.Undo == nil {
		t.Errorf("%+v, %v", look, err)
	}
}

// Two leads of one case may revoke up to two moments: the later one holds for both, or they would undo each other for ever.
func TestALaterRevocationHoldsForAnEarlierOne(t *testing.T) {
	_, c := open(t)
	at := time.Date(2030, 1, 7, 9, 0, 0, 0, time.UTC)
	early := action.RevokeSessions{Role: builder, UserID: "AROAEXAMPLE:job-1", Before: at, Case: "c_1", Scope: action.Everything}
	late := early
	late.Before = at.Add(time.Hour)
	run(t, c, early)
	if look, err := late.Look(t.Context(), c.Reads()); err != nil || look.Holds {
		t.Errorf("the earlier moment holds for the later one: %+v, %v", look, err)
	}
	run(t, c, late)
	for _, a := range []action.Action{early, late} {
		if look, err := a.Look(t.Context(), c.Reads()); err != nil || !look.Holds {
			t.Errorf("%+v: %+v, %v", a, look, err)
		}
	}
}

func TestAFullBudgetIsDefinitive(t *testing.T) {
	_, c := open(t)
	_, err := c.Writes().IAM(ireland).PutUserPolicy(t.Context(), &iam.PutUserPolicyInput{
		UserName: aws.String("mallory"), PolicyName: aws.String("padding"), PolicyDocument: aws.String(padding(2000)),
	})
	if err != nil {
		t.Fatal(err)
	}
	a := action.DenyUser{User: mallory, Case: "c_1", Scope: action.Everything}
	if err := a.Do(t.Context(), c.Writes()); !errors.Is(err, action.ErrCannot) {
		t.Errorf("%v, want a definitive refusal", err)
	}
}

func TestAMissingDenyPolicyIsDefinitive(t *testing.T) {
	_, c := open(t)
	elsewhere := event.Place{Partition: "aws", Account: "111122223333"}.In(event.User, "operator")
	elsewhere.Partition = "aws-cn" // the policy of another partition is not there
	if err := (action.AttachUserDeny{User: elsewhere}).Do(t.Context(), c.Writes()); !errors.Is(err, action.ErrCannot) {
		t.Errorf("%v, want a definitive refusal", err)
	}
}

// empty makes a deny policy deny nobody, as an attacker who may write policies would.
func empty(t *testing.T, c *actiontest.AWS, policy string) {
	t.Helper()
	client, ok := c.Writes().IAM(ireland).(*iam.Client)
	if !ok {
		t.Fatal("the writing half is no client of the SDK")
	}
	_, err := client.CreatePolicyVersion(t.Context(), &iam.CreatePolicyVersionInput{
		PolicyArn: aws.String("arn:aws:iam::111122223333:policy/" + policy), SetAsDefault: true,
		PolicyDocument: aws.String(`{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"s3:GetObject","Resource":"arn:aws:s3:::none/*"}]}`),
	})
	if err != nil {
		t.Fatal(err)
	}
}

// padding is a policy of about n characters.
func padding(n int) string {
	return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::` +
		strings.Repeat("x", n-130) + `"}]}`
}
