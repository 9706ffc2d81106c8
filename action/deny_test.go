package action_test

import (
	"encoding/json"
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
		if err != nil || look.Satisfied || look.Refused == "" {
			t.Errorf("%s: %+v, %v", a.About().Kind.Name, look, err)
		}
	}
}

// spared are policies that deny nearly everything, or seem to, each with what it lets its target do.
func spared(t *testing.T) map[string]string {
	t.Helper()
	quoted := func(patterns []string) string {
		b, err := json.Marshal(patterns)
		must(t, err)
		return string(b)
	}
	var marks []string
	for _, call := range action.Destruction() {
		marks = append(marks, strings.ReplaceAll(call, "*", "?")) // as text it matches the pattern, and no call
	}
	one := func(rest string) string {
		return `{"Version":"2012-10-17","Statement":[{"Effect":"Deny",` + rest + `}]}`
	}
	return map[string]string{
		"question marks for stars":              one(`"Action":` + quoted(marks) + `,"Resource":"*"`),
		"what destroys, and no more":            one(`"Action":` + quoted(action.Destruction()) + `,"Resource":"*"`),
		"all but what she wants":                one(`"NotAction":["iam:DetachUserPolicy","iam:CreateAccessKey"],"Resource":"*"`),
		"everything but one bucket":             one(`"Action":"*","NotResource":"arn:aws:s3:::hers/*"`),
		"principals without their own name":     one(`"Action":"*","Resource":"*","Condition":{"StringNotLike":{"aws:PrincipalArn":"*/${aws:username}"}}`),
		"all but her":                           one(`"Action":"*","Resource":"*","Condition":{"ArnNotLike":{"aws:PrincipalArn":"*"}}`),
		"a condition that always holds":         one(`"Action":"*","Resource":"*","Condition":{"StringLike":{"aws:PrincipalArn":"*"}}`),
		"everything, of the older version":      strings.Replace(one(`"Action":"*","Resource":"*"`), "2012-10-17", "2008-10-17", 1),
		"a key that is there twice":             one(`"Action":"s3:GetObject","Action":"*","Resource":"*"`),
		"an effect that is there twice":         `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*","Effect":"Deny"}]}`,
		"beside it a statement that allows":     `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"},{"Effect":"Allow","Action":"*","Resource":"*"}]}`,
		"two halves, which no module deploys":   `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"iam:*","Resource":"*"},{"Effect":"Deny","NotAction":"iam:*","Resource":"*"}]}`,
		"everything, on everything but IAM":     one(`"Action":"*","Resource":"arn:aws:ec2:*:*:*"`),
		"emptied":                               `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"none:None","Resource":"*"}]}`,
		"allows":                                `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`,
		"a hole":                                `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","NotAction":"iam:*","Resource":"*"}]}`,
		"one resource":                          `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"arn:aws:s3:::logs"}]}`,
		"not for her":                           `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"ArnNotEquals":{"aws:PrincipalArn":"arn:aws:iam::111122223333:user/staff/mallory"}}}]}`,
		"at night only":                         `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"DateLessThan":{"aws:CurrentTime":"2020-01-01T00:00:00Z"}}}]}`,
		"a resource that a probe may ask about": `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"arn:aws:*:::any"}]}`,
		"all but her own":                       `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","NotResource":"arn:aws:iam::111122223333:*"}]}`,
		"not by her name":                       `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"StringNotEquals":{"aws:username":"mallory"}}}]}`,
		"where no principal is known":           `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"Null":{"aws:userid":"true"}}}]}`,
		"one condition of two":                  `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"StringEquals":{"aws:PrincipalAccount":"111122223333","aws:username":"nobody"}}}]}`,
		"unreadable":                            `{"Statement":`,
		"riposte's own roles are left out":      `{"Version":"2012-10-17","Statement":{"Sid":"All","Effect":"Deny","Action":"*","Resource":"*","Condition":{"ArnNotLike":{"aws:PrincipalArn":"arn:aws:iam::*:role/riposte-*"}}}}`,
		"beside it one that denies less":        `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"},{"Effect":"Deny","Action":"*","NotResource":"arn:aws:s3:::logs"},{"Effect":"Deny","Action":["*"],"Resource":["*"]}]}`,
		"an element that is no IAM's at all":    one(`"Action":"*","Resource":"*","Comment":"none"`),
	}
}

// Only the document that riposte is deployed with is a deny: what another one spares need only be the one call that was
// not asked about.
func TestADenyIsExact(t *testing.T) {
	for story, document := range spared(t) {
		t.Run(story, func(t *testing.T) {
			if exact, err := action.DeniesEverything(document); err != nil || exact {
				t.Errorf("it counts as deployed: %v", err)
			}
			_, c := open(t)
			for _, policy := range []string{action.DenyPolicy, action.BoundaryPolicy} {
				if !rewrite(t, c, policy, document) {
					return // IAM itself refuses it
				}
			}
			for _, a := range []action.Action{action.AttachUserDeny{User: mallory}, action.AttachRoleDeny{Role: builder}, action.BoundUser{User: mallory}} {
				look, err := a.Look(t.Context(), c.Reads())
				if err != nil || look.Satisfied || !strings.Contains(look.Refused, "version v2 of the policy riposte-deny") {
					t.Errorf("%s: %+v, %v", a.About().Kind.Name, look, err)
				}
			}
		})
	}
}

// However a deployment spells it, it is the same document.
func TestTheDeployedDenyIsKnownInAnySpelling(t *testing.T) {
	deployed, err := action.DenyDocument(action.Everything)
	must(t, err)
	for _, document := range []string{
		string(deployed),
		`{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}`,
		`{"Statement":{"Resource":["*"],"Action":"*","Effect":"Deny","Sid":"Any"},"Version":"2012-10-17"}`,
		"{ \"Version\": \"2012-10-17\",\n  \"Statement\": [{\"Effect\": \"Deny\", \"Action\": [\"*\"], \"Resource\": \"*\"}] }",
	} {
		if exact, err := action.DeniesEverything(document); err != nil || !exact {
			t.Errorf("%s is not taken for it: %v", document, err)
		}
	}
}

// A deny policy that was emptied under its own name is told by its document.
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
	if look, err := a.Look(t.Context(), c.Reads()); err != nil || look.Satisfied || look.Inverse == nil {
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
	if look, err := late.Look(t.Context(), c.Reads()); err != nil || look.Satisfied {
		t.Errorf("the earlier moment holds for the later one: %+v, %v", look, err)
	}
	run(t, c, late)
	for _, a := range []action.Action{early, late} {
		if look, err := a.Look(t.Context(), c.Reads()); err != nil || !look.Satisfied {
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

// empty makes a deny policy deny nothing, as an attacker with the right to write policies would.
func empty(t *testing.T, c *actiontest.AWS, policy string) {
	t.Helper()
	if !rewrite(t, c, policy, `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"s3:GetObject","Resource":"arn:aws:s3:::none/*"}]}`) {
		t.Fatal("the policy was not rewritten")
	}
}

// rewrite is false where IAM refuses the document.
func rewrite(t *testing.T, c *actiontest.AWS, policy, document string) bool {
	t.Helper()
	client, ok := c.Writes().IAM(ireland).(*iam.Client)
	if !ok {
		t.Fatal("the writing half is no client of the SDK")
	}
	_, err := client.CreatePolicyVersion(t.Context(), &iam.CreatePolicyVersionInput{
		PolicyArn: aws.String("arn:aws:iam::111122223333:policy/" + policy), SetAsDefault: true, PolicyDocument: aws.String(document),
	})
	return err == nil
}

// padding is a policy of about n characters.
func padding(n int) string {
	return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::` +
		strings.Repeat("x", n-130) + `"}]}`
}

// A case may deny several instances of one role: their denies must not overwrite each other.
func TestEachInstanceOfARoleHasADenyOfItsOwn(t *testing.T) {
	role := event.Place{Partition: "aws", Account: "111122223333"}.In(event.Role, "ops")
	name := func(session string) string {
		return action.DenySession{Role: role, UserID: "AROAOPS:" + session, Case: "c_1", Scope: action.Everything}.About().Facet
	}
	if one, two := name("i-0one"), name("i-0two"); one == two || name("sam") != "riposte-deny-c_1" {
		t.Errorf("%q, %q, and a person's session %q", one, two, name("sam"))
	}
}
