package action_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/google/go-cmp/cmp"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/action/actiontest"
	"github.com/ripostehq/riposte/event"
)

func leaving(t *testing.T, c *actiontest.AWS) action.DeleteUser {
	t.Helper()
	s := actiontest.ShopOf(t, c.Reads(), ireland)
	return action.DeleteUser{User: s.Leaver, UserID: s.LeaverID, Case: "c_1", Was: s.LeaverHas()}
}

// Whoever lets the user work again, says no by taking the tag off, or gave it what riposte takes from no user, keeps it.
func TestAUserThatIsNotAsAnnouncedStays(t *testing.T) {
	untag := func(key string) func(*iam.Client) error {
		return func(c *iam.Client) error {
			_, err := c.UntagUser(t.Context(), &iam.UntagUserInput{UserName: aws.String("leaver"), TagKeys: []string{key}})
			return err
		}
	}
	for story, x := range map[string]struct {
		do   func(*iam.Client) error
		want string
	}{
		"its tag was taken off": {untag("riposte:case"), "its tag riposte:case"},
		"its denies were taken off": {func(c *iam.Client) error {
			if _, err := c.DetachUserPolicy(t.Context(), &iam.DetachUserPolicyInput{UserName: aws.String("leaver"), PolicyArn: aws.String("arn:aws:iam::111122223333:policy/riposte-deny")}); err != nil {
				return err
			}
			_, err := c.DeleteUserPolicy(t.Context(), &iam.DeleteUserPolicyInput{UserName: aws.String("leaver"), PolicyName: aws.String("riposte-deny-c_1")})
			return err
		}, "no deny of riposte's holds it any more"},
	} {
		t.Run(story, func(t *testing.T) {
			_, c := open(t)
			if err := x.do(c.Writes().IAM(ireland).(*iam.Client)); err != nil {
				t.Fatal(err)
			}
			look, err := leaving(t, c).Look(t.Context(), c.Reads())
			if err != nil || !strings.Contains(look.Refused, x.want) || look.Satisfied {
				t.Errorf("%+v, %v, want it refused since %q", look, err, x.want)
			}
		})
	}
	_, c := open(t)
	look, err := action.DeleteUser{User: ireland.In(event.User, "guarded"), UserID: "AIDAGUARDED000000001", Case: "c_1"}.Look(t.Context(), c.Reads())
	if err != nil || !strings.Contains(look.Refused, "it has an MFA device") {
		t.Errorf("with an MFA device: %+v, %v", look, err)
	}
}

// What it has by now is what people are asked about, under the name that it has by now; another under its old name stays.
func TestWhatAUserHasByNowIsWhatIsDeleted(t *testing.T) {
	_, c := open(t)
	planned := leaving(t, c)
	blind := planned
	blind.Was = action.UserSetup{}
	look, err := blind.Look(t.Context(), c.Reads())
	if d := cmp.Diff(action.Action(planned), look.Renamed); err != nil || d != "" {
		t.Errorf("looked at as it is: %s, %v", d, err)
	}
	if followed := action.Follow(blind, look.Renamed); !cmp.Equal(followed, action.Action(planned)) {
		t.Errorf("followed: %+v", followed)
	}
	if hits := planned.About().Hits; !strings.Contains(hits, "1 access key, a password, 1 group, 2 policies") || !strings.Contains(hits, "neither its keys nor its password") {
		t.Errorf("people are told %q", hits)
	}

	client := c.Writes().IAM(ireland).(*iam.Client)
	if _, err := client.UpdateUser(t.Context(), &iam.UpdateUserInput{UserName: aws.String("leaver"), NewUserName: aws.String("stayer")}); err != nil {
		t.Fatal(err)
	}
	if _, err := client.CreateUser(t.Context(), &iam.CreateUserInput{UserName: aws.String("leaver"), Path: aws.String("/staff/")}); err != nil {
		t.Fatal(err)
	}
	look, err = planned.Look(t.Context(), c.Reads())
	now, ok := look.Renamed.(action.DeleteUser)
	if err != nil || !ok || now.User.ID != "staff/stayer" {
		t.Fatalf("renamed: %+v, %v", look, err)
	}
	run(t, c, now)
	if look, err := now.Look(t.Context(), c.Reads()); err != nil || !look.Satisfied {
		t.Errorf("deleted: %+v, %v", look, err)
	}
	if out, err := c.Reads().IAM(ireland).GetUser(t.Context(), &iam.GetUserInput{UserName: aws.String("leaver")}); err != nil || aws.ToString(out.User.UserId) == planned.UserID {
		t.Errorf("the innocent user: %+v, %v", out, err)
	}
}

// Whoever waits for the deletion to take the denies off, and gives the user a key at that moment, has no user freed by it.
func TestAUserThatCannotBeDeletedStaysDenied(t *testing.T) {
	_, c := open(t)
	planned := leaving(t, c)
	client := c.Writes().IAM(ireland).(*iam.Client)
	given, err := client.CreateAccessKey(t.Context(), &iam.CreateAccessKeyInput{UserName: aws.String("leaver")})
	if err != nil {
		t.Fatal(err)
	}
	if err := planned.Do(t.Context(), c.Writes()); !errors.Is(err, action.ErrCannot) || !strings.Contains(err.Error(), "DeleteConflict") {
		t.Fatalf("deleted with another key: %v", err)
	}
	u, err := client.GetUser(t.Context(), &iam.GetUserInput{UserName: aws.String("leaver")})
	if err != nil || u.User.PermissionsBoundary == nil || aws.ToString(u.User.PermissionsBoundary.PermissionsBoundaryArn) != "arn:aws:iam::111122223333:policy/riposte-deny-boundary" {
		t.Fatalf("the user is free: %+v, %v", u.User, err)
	}
	look, err := planned.Look(t.Context(), c.Reads())
	now, ok := look.Renamed.(action.DeleteUser)
	if err != nil || !ok || look.Refused != "" {
		t.Fatalf("what it has by now is not asked about: %+v, %v", look, err)
	}
	if d := cmp.Diff(action.UserSetup{Keys: []string{aws.ToString(given.AccessKey.AccessKeyId)}}, now.Was); d != "" {
		t.Error(d)
	}
	run(t, c, now)
	if look, err := now.Look(t.Context(), c.Reads()); err != nil || !look.Satisfied {
		t.Errorf("deleted at the second go: %+v, %v", look, err)
	}
}
