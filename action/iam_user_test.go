package action_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/action/actiontest"
)

// An attacker's user is deleted, and an innocent one gets its name: no user is denied for the name alone.
func TestWhoeverHasTheNameLaterIsLeftAlone(t *testing.T) {
	_, c := open(t)
	first := idOf(t, c)
	denies := []action.Action{
		action.AttachUserDeny{User: mallory, UserID: first},
		action.DenyUser{User: mallory, UserID: first, Case: "c_1", Scope: action.Everything},
		action.BoundUser{User: mallory, UserID: first},
	}
	var undos []action.Action
	for _, a := range denies {
		look, err := a.Look(t.Context(), c.Reads())
		if err != nil || look.Missing != "" || look.Inverse == nil {
			t.Fatalf("%s of the user that was seen: %+v, %v", a.About().Kind.Name, look, err)
		}
		undos = append(undos, look.Inverse)
	}
	remake(t, c)
	if idOf(t, c) == first {
		t.Fatal("IAM used an id twice")
	}
	for _, a := range append(denies, undos...) {
		look, err := a.Look(t.Context(), c.Reads())
		if err != nil || !strings.Contains(look.Missing, "another user has that name now") || look.Satisfied || look.Inverse != nil {
			t.Errorf("%s: %+v, %v", a.About().Kind.Name, look, err)
		}
	}
	look, err := action.DeactivateKey{User: mallory, Key: "AKIAMALLORY000000001"}.Look(t.Context(), c.Reads())
	if err != nil || look.Missing == "" {
		t.Errorf("the key of the user that was seen: %+v, %v", look, err)
	}
}

// Where the id is known, an action keeps its contract as it does without.
func TestDeniesByIDKeepTheContract(t *testing.T) {
	fresh := func(t *testing.T) *actiontest.AWS { _, c := open(t); return c }
	id := idOf(t, fresh(t))
	for name, a := range map[string]action.Action{
		"attach": action.AttachUserDeny{User: mallory, UserID: id},
		"deny":   action.DenyUser{User: mallory, UserID: id, Case: "c_1", Scope: action.Everything},
		"bound":  action.BoundUser{User: mallory, UserID: id},
	} {
		t.Run(name, func(t *testing.T) { actiontest.Run(t, fresh, a) })
	}
}

func idOf(t *testing.T, c *actiontest.AWS) string {
	t.Helper()
	out, err := c.Reads().IAM(ireland).GetUser(t.Context(), &iam.GetUserInput{UserName: aws.String("mallory")})
	if err != nil {
		t.Fatal(err)
	}
	return aws.ToString(out.User.UserId)
}

// remake deletes mallory and makes a user of the same name and path.
func remake(t *testing.T, c *actiontest.AWS) {
	t.Helper()
	client, ok := c.Writes().IAM(ireland).(*iam.Client)
	if !ok {
		t.Fatal("the writing half is no client of the SDK")
	}
	who := aws.String("mallory")
	_, detached := client.DetachUserPolicy(t.Context(), &iam.DetachUserPolicyInput{UserName: who, PolicyArn: aws.String("arn:aws:iam::aws:policy/AdministratorAccess")})
	_, keyless := client.DeleteAccessKey(t.Context(), &iam.DeleteAccessKeyInput{UserName: who, AccessKeyId: aws.String("AKIAMALLORY000000001")})
	_, deleted := client.DeleteUser(t.Context(), &iam.DeleteUserInput{UserName: who})
	_, made := client.CreateUser(t.Context(), &iam.CreateUserInput{UserName: who, Path: aws.String("/staff/")})
	for _, err := range []error{detached, keyless, deleted, made} {
		if err != nil {
			t.Fatal(err)
		}
	}
}
