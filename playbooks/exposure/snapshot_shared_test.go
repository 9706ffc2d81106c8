package exposure_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/action/actiontest"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/world"
	"github.com/ripostehq/riposte/playbook"
	"github.com/ripostehq/riposte/playbooks/exposure"
)

// lead is the snapshot that was shared with a stranger and a sister account, of a world in which a vendor has it as well.
func lead(t *testing.T) (playbook.Playbook, playbook.StoredSuspect, *actiontest.AWS) {
	t.Helper()
	d := exposure.SnapshotShared()
	w, err := world.New([]byte(d.Stories.World+`
    users: [{name: operator, attached: ["arn:aws:iam::aws:policy/AdministratorAccess"], keys: [{id: AKIAOPERATOR00000001, secret: operator}]}]
`), world.Options{})
	if err != nil {
		t.Fatal(err)
	}
	book, err := d.Default()
	if err != nil {
		t.Fatal(err)
	}
	e, err := event.Decode([]byte(d.Stories.Stories[1].Record))
	if err != nil {
		t.Fatal(err)
	}
	found, err := book.Suspects(e)
	if err != nil || len(found) != 1 {
		t.Fatalf("%d suspects, %v", len(found), err)
	}
	return book, found[0], actiontest.On(func(p event.Place) aws.Config {
		return w.Config(p, aws.Credentials{AccessKeyID: "AKIAOPERATOR00000001", SecretAccessKey: "operator"})
	})
}

// TestExactlyTheForeignShareIsTakenBack: the vendor, who had the snapshot before, keeps it, and so does the sister account; undo
// gives back what was taken.
func TestExactlyTheForeignShareIsTakenBack(t *testing.T) {
	book, suspect, c := lead(t)
	in := playbook.In{AWS: c.Reads(), History: playbook.History{Recall: playbook.Nothing}, Organization: playbook.Organization{Accounts: func(_ context.Context, account string) (bool, error) { return account == "444455556666", nil }}}
	found, err := book.Check(t.Context(), in, "c_1", suspect)
	if err != nil || len(found) != 1 || len(found[0].Plan.Steps) != 1 {
		t.Fatalf("%+v, %v", found, err)
	}
	unshare := found[0].Plan.Steps[0].Ladder[0].Do
	look, err := unshare.Look(t.Context(), c.Reads())
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct {
		do   action.Action
		want []string
	}{
		{unshare, []string{"555566667777", "444455556666"}}, {look.Inverse, []string{"555566667777", "444455556666", "999988887777"}},
	} {
		if err := x.do.Do(t.Context(), c.Writes()); err != nil {
			t.Fatal(err)
		}
		if got, err := action.SharesOf(t.Context(), c.Reads(), suspect.Resource); err != nil || !slices.Equal(got, x.want) {
			t.Errorf("after %s it is shared with %v, want %v, %v", x.do.About().Kind.Name, got, x.want, err)
		}
	}
}

// TestAnOrganizationThatIsNotKnownYetIsAnError: neither is a share with a sister account cut, nor one with a stranger let be.
func TestAnOrganizationThatIsNotKnownYetIsAnError(t *testing.T) {
	book, suspect, c := lead(t)
	unknown := errors.New("the organisation is not read yet")
	in := playbook.In{AWS: c.Reads(), History: playbook.History{Recall: playbook.Nothing}, Organization: playbook.Organization{Accounts: func(context.Context, string) (bool, error) { return false, unknown }}}
	if found, err := book.Check(t.Context(), in, "c_1", suspect); !errors.Is(err, unknown) || len(found) > 0 {
		t.Errorf("%d plans, %v", len(found), err)
	}
}

func TestOnlyAccountsCanBeAllowed(t *testing.T) {
	for _, id := range []string{"all", "*", "12345678901", "vendor"} {
		_, err := exposure.SnapshotShared().Bind(func(p any) error {
			p.(*exposure.SnapshotParams).AllowAccounts = []string{id}
			return nil
		})
		if err == nil {
			t.Errorf("%q is allowed", id)
		}
	}
}
