package app

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"reflect"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/cloud"
	"github.com/ripostehq/riposte/internal/config"
	"github.com/ripostehq/riposte/internal/gate"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/source"
	"github.com/ripostehq/riposte/playbooks"
)

const (
	shop     = "111122223333"
	lab      = "444455556666"
	stranger = "999900001111"
)

// directoryOf is an AWS Organizations that others change.
type directoryOf struct {
	mu       sync.Mutex
	accounts []cloud.Account
	err      error
	looks    int
	slow     time.Duration
	silent   string // an account that does not tell its regions
}

func (d *directoryOf) Accounts(ctx context.Context, partition string) ([]cloud.Account, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.looks++
	if partition != "aws" {
		return nil, errors.New("the wrong partition")
	}
	select {
	case <-time.After(d.slow):
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	return d.accounts, d.err
}

func (d *directoryOf) Regions(_ context.Context, at event.Place) ([]string, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if at.Account == d.silent {
		return nil, errors.New("access denied")
	}
	return []string{"eu-central-1", "eu-west-1", "us-east-1"}, nil
}

func (d *directoryOf) change(f func(*directoryOf)) {
	d.mu.Lock()
	defer d.mu.Unlock()
	f(d)
}

func active(id string, ous ...string) cloud.Account {
	return cloud.Account{ID: id, Name: "account " + id, Active: true, OUs: ous}
}

const discovering = `
organization:
  discover: true
  accounts: [{id: "444455556666", name: lab, environment: development}]
  regions: [eu-west-1, us-east-1, ap-south-1]
playbooks:
  launch.unapproved-image:
    mode: act
    development: observe
    ou-ab12-cccccccc: ask
    r-ab12: observe
`

func discovered(t *testing.T, file string, d *directoryOf) *Organization {
	t.Helper()
	c, err := config.Parse("riposte.yaml", []byte(file), playbooks.All())
	if err != nil {
		t.Fatal(err)
	}
	home := func() event.Place { return event.Place{Partition: "aws", Region: "eu-west-1"} }
	return organization(c, home, d, time.Now, slog.New(slog.NewTextHandler(io.Discard, nil)))
}

// wants asks as the engine does for an event.
func wants(t *testing.T, o *Organization, account, answer string) {
	t.Helper()
	ours, err := o.Ours(t.Context(), account)
	got := map[bool]string{true: "ours", false: "a stranger"}[ours]
	if err != nil {
		got = "come again"
	}
	if got != answer {
		t.Errorf("%s: %s, want %s (%v)", account, got, answer, err)
	}
}

func TestANewAccountJoinsWithItsFirstEvent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &directoryOf{accounts: []cloud.Account{active(shop)}}
		o := discovered(t, discovering, d)
		if d.looks != 0 {
			t.Error("the organisation was looked at before the first question")
		}
		wants(t, o, shop, "ours")
		time.Sleep(time.Second)
		wants(t, o, stranger, "come again") // it was looked for just now, and may have joined since
		time.Sleep(pause)
		wants(t, o, stranger, "a stranger")
		wants(t, o, stranger, "a stranger")
		if d.looks != 2 {
			t.Errorf("%d looks: a stranger keeps us at it", d.looks)
		}
		time.Sleep(old + time.Second)
		d.change(func(d *directoryOf) { d.accounts = append(d.accounts, active(stranger)) })
		wants(t, o, stranger, "ours")
	})
}

func TestASuspendedAccountLeavesAndAnotherComes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &directoryOf{accounts: []cloud.Account{active(shop), active(lab)}}
		o := discovered(t, discovering, d)
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		go o.Watch(ctx)
		time.Sleep(time.Second)
		wants(t, o, shop, "ours")
		d.change(func(d *directoryOf) {
			d.accounts = []cloud.Account{{ID: shop, Name: "shop"}, {ID: lab, Name: "lab"}, active(stranger)}
		})
		time.Sleep(fresh)
		wants(t, o, shop, "a stranger")
		wants(t, o, lab, "a stranger") // listed by hand, and suspended all the same
		wants(t, o, stranger, "ours")
		if !o.left(shop) || o.left(stranger) {
			t.Error("that an account cannot be entered is told of the wrong one")
		}
		if m := o.Members(); len(m) != 1 || m[0].ID != stranger {
			t.Errorf("members %+v", m)
		}
	})
}

func TestAnOrganizationsThatDoesNotAnswerLosesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &directoryOf{err: errors.New("access denied")}
		o := discovered(t, discovering, d)
		wants(t, o, shop, "come again")
		wants(t, o, lab, "ours") // the configuration lists it
		if o.foreign(shop) {
			t.Error("a role in an account that is not known yet is taken for a stranger's")
		}
		if f := o.failing(); len(f) != 1 || f[0].Purpose != cloud.Own || f[0].Region != "us-east-1" || !strings.Contains(f[0].Why, "denied") || f[0].Since.IsZero() {
			t.Errorf("failing: %+v", f)
		}
		time.Sleep(pause)
		d.change(func(d *directoryOf) { d.err, d.accounts = nil, []cloud.Account{active(shop)} })
		wants(t, o, shop, "ours")
		if f := o.failing(); len(f) != 0 {
			t.Errorf("it answers, and fails: %+v", f)
		}
		d.change(func(d *directoryOf) { d.err, d.accounts = errors.New("throttled"), nil })
		time.Sleep(24 * time.Hour)
		wants(t, o, shop, "ours") // what was known last stays
		if o.foreign(shop) || !o.foreign(stranger) {
			t.Error("the gate knows otherwise")
		}
		synctest.Wait()
		wants(t, o, stranger, "come again")
		if f := o.failing(); len(f) != 1 {
			t.Errorf("failing: %+v", f)
		}
		d.change(func(d *directoryOf) { d.err, d.accounts = nil, nil })
		time.Sleep(pause)
		wants(t, o, shop, "ours")
		synctest.Wait()
		if f := o.failing(); len(f) != 1 {
			t.Error("an organisation without any account is believed")
		}
	})
}

// A sender makes events of accounts that are not known: they come again by themselves, and a source must not take that for an
// outage, which would slow all events. As long as Organizations has never answered it is one.
func TestAStrangerPostponesItsOwnEventsAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &directoryOf{err: errors.New("access denied")}
		o := discovered(t, discovering, d)
		asks := func(when string, postponed bool) {
			_, err := o.Ours(t.Context(), stranger)
			var own *source.Postponed
			if err == nil || errors.As(err, &own) != postponed {
				t.Errorf("%s: %v", when, err)
			}
		}
		asks("never answered", false)
		time.Sleep(pause)
		d.change(func(d *directoryOf) { d.err, d.accounts = nil, []cloud.Account{active(shop)} })
		wants(t, o, shop, "ours")
		time.Sleep(time.Second)
		asks("looked for a second ago", true)
		d.change(func(d *directoryOf) { d.err, d.accounts = errors.New("throttled"), nil })
		time.Sleep(pause)
		asks("Organizations fails by now", true)
		d.change(func(d *directoryOf) { d.slow = time.Minute })
		time.Sleep(pause)
		asks("it is slow", true)
		time.Sleep(time.Hour) // the look goes on
	})
}

func TestUnitsThatCantBeReadKeepNobodyOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &directoryOf{accounts: []cloud.Account{active(shop)}, err: errors.New("list the units in r-ab12: throttled")}
		o := discovered(t, discovering, d)
		wants(t, o, shop, "ours")
		if got, why := o.mode("launch.unapproved-image", shop, action.Contain); got != gate.Hold || len(o.failing()) != 1 {
			t.Errorf("%s, %s, failing: %+v", got, why, o.failing())
		}
	})
}

func TestAnEventDoesNotWaitForASlowLookAndTheLookGoesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &directoryOf{accounts: []cloud.Account{active(shop)}, slow: 20 * time.Second}
		o := discovered(t, discovering, d)
		began := time.Now()
		wants(t, o, shop, "come again")
		wants(t, o, shop, "come again")
		if waited := time.Since(began); waited != 2*patience {
			t.Errorf("two events waited %v", waited)
		}
		time.Sleep(20 * time.Second)
		wants(t, o, shop, "ours")
		if d.looks != 1 {
			t.Errorf("%d looks at once", d.looks)
		}
	})
}

func TestModesKnowWhereADiscoveredAccountStands(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &directoryOf{accounts: []cloud.Account{
			active(shop, "ou-ab12-dddddddd", "ou-ab12-cccccccc", "r-ab12"), active(lab, "r-ab12"), active(stranger, "ou-cd34-aaaaaaaa", "r-cd34"), active("777788889999"),
		}}
		o := discovered(t, discovering, d)
		expect := func(when string, modes map[string]gate.Decision) {
			for account, want := range modes {
				if got, why := o.mode("launch.unapproved-image", account, action.Contain); got != want {
					t.Errorf("%s, %s: %s, %s", when, account, got, why)
				}
			}
		}
		expect("before the first look", map[string]gate.Decision{lab: gate.Hold})
		wants(t, o, shop, "ours")
		expect("after", map[string]gate.Decision{shop: gate.Ask, lab: gate.Observe, stranger: gate.Act, "777788889999": gate.Hold})
		d.change(func(d *directoryOf) { d.accounts = []cloud.Account{active(shop)} }) // moved while the tree was walked
		time.Sleep(pause)
		if err := o.Look(t.Context()); err != nil {
			t.Fatal(err)
		}
		expect("moved just now", map[string]gate.Decision{shop: gate.Ask})
	})
}

func TestMembersHaveTheRegionsThatAreEnabledAndWatched(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &directoryOf{accounts: []cloud.Account{active(shop), active(lab)}, silent: lab}
		o := discovered(t, discovering, d)
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		go o.Watch(ctx)
		time.Sleep(time.Second)
		want := []Member{
			{shop, "account " + shop, []string{"eu-west-1", "us-east-1"}},
			{lab, "lab", []string{"eu-west-1", "us-east-1", "ap-south-1"}}, // it does not say: what the configuration says counts
		}
		if got := o.Members(); !reflect.DeepEqual(got, want) {
			t.Errorf("members %+v", got)
		}
	})
}

func TestWithoutDiscoveryTheFileIsTheWholeTruth(t *testing.T) {
	d := &directoryOf{}
	listed := discovered(t, `organization: {accounts: [{id: "111122223333"}]}`, d)
	wants(t, listed, shop, "ours")
	wants(t, listed, stranger, "a stranger")
	if !listed.foreign(stranger) || listed.foreign(shop) {
		t.Error("the gate knows other accounts")
	}
	everybody := discovered(t, `{}`, d)
	wants(t, everybody, stranger, "ours")
	if everybody.foreign(stranger) || d.looks != 0 {
		t.Errorf("no account is listed; %d looks", d.looks)
	}
	everybody.Watch(t.Context()) // returns: there is nothing to watch
}

// An account that the configuration lists with its unit may be in any unit above that one: a halt of those holds it.
func TestAHaltOfAUnitHoldsAccountsOfWhichOnlyTheNearestIsKnown(t *testing.T) {
	const listed = `organization: {accounts: [{id: "111122223333", ou: ou-ab12-child123}]}`
	both := strings.Replace(discovering, "accounts: [", `accounts: [{id: "111122223333", ou: ou-ab12-child123}, `, 1)
	for _, x := range []struct {
		name, text, brake string
		units             []string // that AWS Organizations says
		want              gate.Decision
	}{
		{"the unit itself", listed, "ou:ou-ab12-child123", nil, gate.Hold},
		{"a unit above", listed, "ou:ou-ab12-parent12", nil, gate.Hold},
		{"the root", listed, "ou:r-ab12", nil, gate.Hold},
		{"discovered, a unit above", both, "ou:ou-ab12-parent12", []string{"ou-ab12-child123", "ou-ab12-parent12", "r-ab12"}, gate.Hold},
		{"discovered, another", both, "ou:ou-ab12-sibling1", []string{"ou-ab12-child123", "ou-ab12-parent12", "r-ab12"}, gate.Act},
	} {
		t.Run(x.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				aws := &directoryOf{accounts: []cloud.Account{active(shop, x.units...)}}
				o := discovered(t, x.text, aws)
				if x.units != nil {
					if err := o.Look(t.Context()); err != nil {
						t.Fatal(err)
					}
				}
				p := policy(o.config, o)
				p.Mode = func(string, string, action.Class) (gate.Decision, string) { return gate.Act, "the test says act" }
				got := gate.Judge(p, gate.Facts{
					Now: time.Now(), Playbook: "launch.unapproved-image", Class: action.Destroy, Brakes: []ledger.Brake{{Scope: x.brake, By: "ada"}},
					Target: event.Place{Account: shop, Region: "eu-west-1"}.In(event.Instance, "i-0123456789abcdef0"), Region: "eu-west-1",
				})
				if got.Do != x.want {
					t.Errorf("%s: %s", got.Do, got.Reason())
				}
			})
		})
	}
}
