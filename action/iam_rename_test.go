package action_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/action/actiontest"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/mototest"
)

const malloryKey = "AKIAMALLORY000000001"

// against are the actions on mallory, a user known by its id.
func against(id string) []action.Action {
	return []action.Action{
		action.DeactivateKey{User: mallory, Key: malloryKey, UserID: id},
		action.AttachUserDeny{User: mallory, UserID: id},
		action.DenyUser{User: mallory, UserID: id, Case: "c_1", Scope: action.Everything},
		action.BoundUser{User: mallory, UserID: id},
	}
}

func update(t *testing.T, c *actiontest.AWS, in *iam.UpdateUserInput) {
	t.Helper()
	client, ok := c.Writes().IAM(ireland).(*iam.Client)
	if !ok {
		t.Fatal("the writing half is no client of the SDK")
	}
	if _, err := client.UpdateUser(t.Context(), in); err != nil {
		t.Fatal(err)
	}
}

// A user that is renamed, or moved to another path, is looked at under its new name, and not taken for deleted; so are
// the change and its way back.
func TestARenamedUserIsFound(t *testing.T) {
	for story, c := range map[string]struct {
		in  iam.UpdateUserInput
		now string
	}{
		"renamed":              {iam.UpdateUserInput{UserName: aws.String("mallory"), NewUserName: aws.String("ghost")}, "staff/ghost"},
		"moved":                {iam.UpdateUserInput{UserName: aws.String("mallory"), NewPath: aws.String("/attic/")}, "attic/mallory"},
		"only in another case": {iam.UpdateUserInput{UserName: aws.String("mallory"), NewUserName: aws.String("Mallory")}, "staff/Mallory"},
	} {
		_, fresh := open(t)
		for i := range against(idOf(t, fresh)) {
			_, aws := open(t)
			a := against(idOf(t, aws))[i]
			before, err := a.Look(t.Context(), aws.Reads())
			must(t, err)
			update(t, aws, &c.in)
			look, err := a.Look(t.Context(), aws.Reads())
			if err != nil || look.Missing != "" || look.Satisfied || look.Renamed == nil || look.Inverse == nil {
				t.Fatalf("%s: %s: %+v, %v", story, a.About().Kind.Name, look, err)
			}
			if followed := action.Follow(a, look.Renamed); followed != look.Renamed || action.Follow(action.Protect{}, look.Renamed) != (action.Protect{}) {
				t.Errorf("%s: %s follows to %+v", story, a.About().Kind.Name, followed)
			}
			if at := concerned(look.Renamed); at.ID != c.now || at.Region != mallory.Region {
				t.Errorf("%s: %s is against %s, want %s", story, a.About().Kind.Name, at, c.now)
			}
			run(t, aws, look.Renamed)
			if look, err := a.Look(t.Context(), aws.Reads()); err != nil || !look.Satisfied || look.Renamed == nil {
				t.Errorf("%s: %s, done: %+v, %v", story, a.About().Kind.Name, look, err)
			}
			back, err := before.Inverse.Look(t.Context(), aws.Reads())
			if err != nil || back.Renamed == nil || back.Satisfied {
				t.Fatalf("%s: the way back from %s: %+v, %v", story, a.About().Kind.Name, back, err)
			}
			run(t, aws, back.Renamed)
			if back, err = before.Inverse.Look(t.Context(), aws.Reads()); err != nil || !back.Satisfied {
				t.Errorf("%s: the way back from %s, done: %+v, %v", story, a.About().Kind.Name, back, err)
			}
		}
	}
}

// concerned returns the user that an action's calls concern.
func concerned(a action.Action) event.Resource {
	for _, r := range append([]event.Resource{a.About().Target}, a.About().Concerns...) {
		if r.Type == event.User {
			return r
		}
	}
	return event.Resource{}
}

// unanswered is an IAM in which some reads fail.
type unanswered struct {
	access.Reads
	access.IAMReads
	key, list error
}

func (u unanswered) IAM(p event.Place) access.IAMReads { u.IAMReads = u.Reads.IAM(p); return u }

func (u unanswered) GetAccessKeyLastUsed(ctx context.Context, in *iam.GetAccessKeyLastUsedInput, o ...func(*iam.Options)) (*iam.GetAccessKeyLastUsedOutput, error) {
	if u.key != nil {
		return nil, u.key
	}
	return u.IAMReads.GetAccessKeyLastUsed(ctx, in, o...)
}

func (u unanswered) ListUsers(ctx context.Context, in *iam.ListUsersInput, o ...func(*iam.Options)) (*iam.ListUsersOutput, error) {
	if u.list != nil {
		return nil, u.list
	}
	return u.IAMReads.ListUsers(ctx, in, o...)
}

// A user that is not found counts as gone only if IAM said so.
func TestNobodyIsTakenForGoneBecauseIAMDoesNotAnswer(t *testing.T) {
	down := errors.New("no answer")
	for _, c := range []struct {
		story     string
		renamed   bool
		id        string // "": mallory's
		key       string
		keys, all error
		want      string // name, "gone" or "error"
	}{
		{"there", false, "", malloryKey, down, down, "staff/mallory"},
		{"renamed", true, "", malloryKey, nil, nil, "staff/ghost"},
		{"renamed, and the key's holder is not told", true, "", malloryKey, down, nil, "staff/ghost"},
		{"renamed, and by a session", true, "", "", nil, nil, "staff/ghost"},
		{"renamed, and the list is not told", true, "", malloryKey, nil, down, "staff/ghost"},
		{"renamed, and nothing is told", true, "", malloryKey, down, down, "error"},
		{"another user by the name", false, "AIDASOMEBODY", malloryKey, nil, nil, "gone"},
		{"no user of the name, and another holds the key", true, "AIDASOMEBODY", malloryKey, nil, nil, "gone"},
		{"no user of the name nor of the id, and the list is not told", true, "AIDASOMEBODY", malloryKey, nil, down, "error"},
		{"known by the key alone", true, "-", malloryKey, nil, nil, "staff/ghost"},
		{"known by the key alone, which is not told", true, "-", malloryKey, down, nil, "error"},
		{"known by a key that no user holds", true, "-", "AKIANOBODY0000000001", nil, nil, "error"},
		{"known by the name alone", false, "-", "", down, down, "staff/mallory"},
		{"known by the name alone, and renamed", true, "-", "", nil, nil, "gone"},
	} {
		t.Run(c.story, func(t *testing.T) {
			_, aws := open(t)
			id := map[string]string{"": idOf(t, aws), "-": ""}[c.id]
			if c.id != "" && c.id != "-" {
				id = c.id
			}
			if c.renamed {
				update(t, aws, ghost())
			}
			found, err := action.FindUser(t.Context(), unanswered{Reads: aws.Reads(), key: c.keys, list: c.all}, mallory, id, c.key)
			got := found.User.ID
			switch {
			case err != nil:
				got = "error"
			case found.Gone != "":
				got = "gone"
			}
			if got != c.want {
				t.Errorf("%s (%+v, %v), want %s", got, found, err, c.want)
			}
		})
	}
}

func ghost() *iam.UpdateUserInput {
	return &iam.UpdateUserInput{UserName: aws.String("mallory"), NewUserName: aws.String("ghost")}
}

// Moto, too, knows a renamed user by its id.
func TestARenamedUserIsFoundOnMoto(t *testing.T) {
	s := mototest.Start(t)
	g, c := onMoto(t, s)
	out, err := c.Reads().IAM(motoPlace).GetUser(t.Context(), &iam.GetUserInput{UserName: aws.String("mallory")})
	must(t, err)
	update(t, c, ghost())
	for _, a := range []action.Action{
		action.DeactivateKey{User: g.User, Key: g.Key, UserID: *out.User.UserId},
		action.AttachUserDeny{User: g.User, UserID: *out.User.UserId},
		action.DenyUser{User: g.User, UserID: *out.User.UserId, Case: "c_1", Scope: action.Everything},
	} {
		look, err := a.Look(t.Context(), c.Reads())
		if err != nil || look.Renamed == nil || !strings.HasSuffix(concerned(look.Renamed).ID, "ghost") {
			t.Fatalf("%s: %+v, %v", a.About().Kind.Name, look, err)
		}
		run(t, c, look.Renamed)
		if look, err = a.Look(t.Context(), c.Reads()); err != nil || !look.Satisfied {
			t.Errorf("%s, done: %+v, %v", a.About().Kind.Name, look, err)
		}
	}
}
