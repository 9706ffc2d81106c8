package doctor_test

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/app"
	"github.com/ripostehq/riposte/internal/canary"
	"github.com/ripostehq/riposte/internal/cloud"
	"github.com/ripostehq/riposte/internal/doctor"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/ledger/sqlite"
	"github.com/ripostehq/riposte/internal/world"
)

const two = `
now: 2030-01-07T09:00:00Z
accounts:
  - id: "999900001111"
    name: security
    users:
      - name: riposte
        keys: [{id: AKIARIPOSTE000000001, secret: own}]
        inline: {assume: {Version: "2012-10-17", Statement: [{Effect: Allow, Action: "sts:AssumeRole", Resource: "*"}]}}
  - id: "111122223333"
    name: shop
    users: [{name: mallory, keys: [{id: AKIAMALLORY000000001, secret: first}]}]
    roles:
      - name: riposte-audit
        trust: {Version: "2012-10-17", Statement: [{Effect: Allow, Principal: {AWS: "arn:aws:iam::999900001111:user/riposte"}, Action: "sts:AssumeRole"}]}
        inline: {rights: {Version: "2012-10-17", Statement: [{Effect: Allow, Action: ["ec2:Describe*"], Resource: "*"}]}}
      - name: riposte-contain
        trust: {Version: "2012-10-17", Statement: [{Effect: Allow, Principal: {AWS: "arn:aws:iam::999900001111:user/another"}, Action: "sts:AssumeRole"}]}
    regions: {eu-west-1: {}}
`

const oneAccount = `
organization:
  accounts: [{id: "111122223333"}]
  regions: [eu-west-1]
  roles: {audit: riposte-audit, contain: riposte-contain}
`

// served is a riposte that serves a ledger on the world, and a doctor that looks at the same accounts.
type served struct {
	*testing.T
	w     *world.World
	app   *app.App
	parts doctor.Parts
	deaf  bool  // no replica serves
	looks []int // how many cases each look for canaries has read
}

func serve(t *testing.T) *served {
	t.Helper()
	w, err := world.New([]byte(two), world.Options{})
	if err != nil {
		t.Fatal(err)
	}
	store, err := sqlite.Open(t.Context(), sqlite.Memory)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	c := configured(t, oneAccount)
	base := func(p event.Place) aws.Config {
		return w.Config(p, aws.Credentials{AccessKeyID: "AKIARIPOSTE000000001", SecretAccessKey: "own"})
	}
	return &served{T: t, w: w,
		app: app.New(app.Parts{Kinds: action.Kinds(), Config: c, Store: store, AWS: base, Now: w.Now, Name: "test", Log: slog.New(slog.DiscardHandler)}),
		parts: doctor.Parts{
			Config: c, Own: base, Home: event.Place{Partition: "aws", Account: "999900001111", Region: "eu-west-1"},
			Accounts: []doctor.Account{{ID: "111122223333", Regions: []string{"eu-west-1"}}}, Now: w.Now, Call: time.Minute,
			Ledger: func() (string, error) { return "it can be read", nil },
			AWS:    cloud.New(cloud.Options{Base: base, Roles: cloud.RolesOf(c.Organization.Roles), Guard: doctor.Guard(), Now: w.Now}),
		},
	}
}

// flight lets world time pass, and riposte serve, while the doctor waits.
func (s *served) flight() doctor.Flight {
	return doctor.Flight{
		Wait: time.Minute,
		Cases: func(ctx context.Context, after string) ([]*ledger.Case, error) {
			cases, err := s.app.Store.Cases(ctx, ledger.Filter{Playbook: canary.ID, After: after})
			s.looks = append(s.looks, len(cases))
			return cases, err
		},
		Pause: func(ctx context.Context, d time.Duration) error {
			if err := s.w.AdvanceTo(s.w.Now().Add(d)); err != nil {
				return err
			}
			for _, x := range s.w.Deliveries() {
				if s.deaf {
					continue
				}
				if _, err := s.app.Handle(ctx, x.Body); err != nil {
					return err
				}
				if err := s.w.Ack(x.ID); err != nil {
					return err
				}
			}
			_, err := s.app.Engine.RunDue(ctx)
			return err
		},
	}
}

func (s *served) canaries() (out []doctor.Finding) {
	s.Helper()
	if err := doctor.Canaries(s.Context(), s.parts, s.flight(), func(f doctor.Finding) { out = append(out, f) }); err != nil {
		s.Fatal(err)
	}
	return out
}

func TestACanaryArrivesThroughRiposteItself(t *testing.T) {
	s := serve(t)
	for range 2 { // the second joins no case that is closed
		found := s.canaries()
		if len(found) != 1 || found[0].State != doctor.OK || found[0].Says != "arrived 5s after it was sent" {
			t.Fatalf("found %+v", found)
		}
	}
	cases, err := s.app.Store.Cases(t.Context(), ledger.Filter{})
	if err != nil || len(cases) != 2 || cases[0].State != ledger.Dismissed || cases[1].State != ledger.Dismissed {
		t.Errorf("the ledger holds %+v, %v", cases, err)
	}
}

// Canaries of earlier hours are read once, and not in every second of the wait.
func TestCanariesOfBeforeAreReadOnce(t *testing.T) {
	s := serve(t)
	for range 3 {
		s.canaries()
		if err := s.w.AdvanceTo(s.w.Now().Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
	}
	s.looks = nil
	if found := s.canaries(); len(found) != 1 || found[0].State != doctor.OK {
		t.Fatalf("found %+v", found)
	}
	if want := []int{3, 0, 0, 0, 0, 1}; !slices.Equal(s.looks, want) {
		t.Errorf("looks read %v cases, want %v", s.looks, want)
	}
}

// mallory has no right at all, and need not: her calls are refused, and recorded.
func TestAStrangersCanaryLeavesNothingInTheLedger(t *testing.T) {
	s := serve(t)
	shop := s.parts.Accounts[0]
	by := ec2.NewFromConfig(s.w.Config(event.Place{Partition: "aws", Account: shop.ID, Region: "eu-west-1"},
		aws.Credentials{AccessKeyID: "AKIAMALLORY000000001", SecretAccessKey: "first"}))
	if _, err := canary.Send(t.Context(), by.ModifyInstanceAttribute, [5]byte{1, 2, 3, 4, 5}); err != nil {
		t.Fatal(err)
	}
	if err := s.flight().Pause(t.Context(), time.Minute); err != nil {
		t.Fatal(err)
	}
	cases, err := s.app.Store.Cases(t.Context(), ledger.Filter{})
	if err != nil || len(cases) > 0 {
		t.Errorf("the ledger holds %+v, %v", cases, err)
	}
}

func TestACanaryThatDoesNotArriveIsTold(t *testing.T) {
	s := serve(t)
	s.deaf = true
	if found := s.canaries(); len(found) != 1 || found[0].State != doctor.Failed || found[0].Says != "not arrived within 1m0s" {
		t.Errorf("found %+v", found)
	}
}

func TestADoctorWhoIsStoppedStops(t *testing.T) {
	s := serve(t)
	stop := errors.New("stopped")
	f := s.flight()
	f.Pause = func(context.Context, time.Duration) error { return stop }
	if err := doctor.Canaries(t.Context(), s.parts, f, func(doctor.Finding) {}); !errors.Is(err, stop) {
		t.Error(err)
	}
}

func TestARoleThatCannotBeAssumedIsFoundAndTheRestIsLookedAt(t *testing.T) {
	s := serve(t)
	var roles []string
	doctor.Run(t.Context(), s.parts, func(f doctor.Finding) {
		if f.Check == "role" || f.Check == "read" {
			roles = append(roles, string(f.State)+" "+f.Check+" "+f.Mend)
		}
	})
	if len(roles) != 3 || !strings.HasPrefix(roles[0], "ok role") || !strings.Contains(roles[1], `failed role deploy the spoke in account 111122223333 with the tier "contain"`) ||
		!strings.HasPrefix(roles[2], "ok read") {
		t.Errorf("found %q", roles)
	}
}
