package action_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/google/go-cmp/cmp"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/action/actiontest"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/world"
)

// An old word of riposte's, or of another caller in its name, does not keep a case from telling; and it is not put back, since it
// may let another case delete.
func TestWhatWasAnnouncedBeforeIsSaidAnew(t *testing.T) {
	for _, r := range []event.Resource{alone, reports} {
		_, c := open(t)
		day := time.Date(2030, 1, 7, 0, 0, 0, 0, time.UTC)
		run(t, c, action.Announce{Resource: r, Tags: action.Announced("c_old", "waste.other", day, day)})
		anew := action.Announce{Resource: r, Tags: action.Announced("c_new", "waste.other", day, day.AddDate(0, 0, 15))}
		look, err := anew.Look(t.Context(), c.Reads())
		want := action.Look{Inverse: action.RemoveTags{Resource: r, Tags: []action.Tag{anew.Tags[0], anew.Tags[3]}}}
		if d := cmp.Diff(want, look); err != nil || d != "" {
			t.Errorf("%s: %s, %v", r, d, err)
		}
		run(t, c, anew)
		if look, err := anew.Look(t.Context(), c.Reads()); err != nil || !look.Satisfied {
			t.Errorf("%s: announced anew, and it sees %+v, %v", r, look, err)
		}
	}
}

// An address that the account has again, and uses, was not given back by riposte.
func TestAnAddressInUseIsNotGivenBack(t *testing.T) {
	for association, satisfied := range map[string]bool{"": true, ", AssociationId: eipassoc-0a": false} {
		w, err := world.New([]byte(`now: 2030-01-07T09:00:00Z
accounts:
  - id: "111122223333"
    users: [{name: operator, attached: ["arn:aws:iam::aws:policy/AdministratorAccess"], keys: [{id: AKIAOPERATOR00000001, secret: secret}]}]
    regions: {eu-west-1: {rows: {ec2.address: [{AllocationId: eipalloc-0b, PublicIp: 203.0.113.9`+association+`}]}}}
`), world.Options{})
		must(t, err)
		on := actiontest.On(func(p event.Place) aws.Config {
			return w.Config(p, aws.Credentials{AccessKeyID: "AKIAOPERATOR00000001", SecretAccessKey: "secret"})
		})
		look, err := action.RecoverAddress{Address: theVolume.Place().In(event.Address, "eipalloc-0a"), IP: "203.0.113.9"}.Look(t.Context(), on.Reads())
		if err != nil || look.Satisfied != satisfied || (look.Missing == "") != satisfied {
			t.Errorf("%q: it sees %+v, %v", association, look, err)
		}
	}
}
