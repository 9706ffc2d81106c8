package exposure_test

import (
	"context"
	"errors"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ripostehq/riposte/action/actiontest"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/world"
	"github.com/ripostehq/riposte/playbook"
	"github.com/ripostehq/riposte/playbooks/exposure"
)

// TestAnOrganizationThatIsNotKnownYetIsAnError: neither is a share with a sister account cut, nor one with a stranger let be.
func TestAnOrganizationThatIsNotKnownYetIsAnError(t *testing.T) {
	d := exposure.SnapshotShared()
	w, err := world.New([]byte(d.Stories.World+`
    users: [{name: operator, attached: ["arn:aws:iam::aws:policy/AdministratorAccess"], keys: [{id: AKIAOPERATOR00000001, secret: operator}]}]
`), world.Options{})
	if err != nil {
		t.Fatal(err)
	}
	c := actiontest.On(func(p event.Place) aws.Config {
		return w.Config(p, aws.Credentials{AccessKeyID: "AKIAOPERATOR00000001", SecretAccessKey: "operator"})
	})
	book, err := d.Default()
	if err != nil {
		t.Fatal(err)
	}
	e, err := event.Decode([]byte(d.Stories.Stories[1].Record))
	if err != nil {
		t.Fatal(err)
	}
	leads, err := book.Suspects(e)
	if err != nil || len(leads) != 1 {
		t.Fatalf("%d leads, %v", len(leads), err)
	}
	unknown := errors.New("the organisation is not read yet")
	in := playbook.In{AWS: c.Reads(), Now: w.Now(), Organization: func(context.Context, string) (bool, error) { return false, unknown }}
	if found, err := book.Check(t.Context(), in, "c_1", leads[0]); !errors.Is(err, unknown) || len(found) > 0 {
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
