package engine_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/internal/gate"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/playbook"
)

// What is unused is told, copied after two weeks, deleted behind the whole copy, and comes back.
func TestWhatNobodyUsesIsToldThenCopiedThenDeletedAndComesBack(t *testing.T) {
	s, a := sweeping(t, attics())
	s.sweep(a)
	s.pass(time.Hour)
	s.tells(a, ledger.Verified, "done; act; act", "here true, told true, locked false, copied false")
	if a.streak.Told.IsZero() || a.streak.Case == "" {
		t.Errorf("the streak does not say that its owner was told: %+v", a.streak)
	}
	s.pass(14*day - 2*time.Hour)
	s.tells(a, ledger.Verified, "done; act; act", "here true, told true, locked false, copied false")
	s.pass(time.Hour + time.Minute)
	s.tells(a, ledger.Acting, "done; intent; act", "here true, told true, locked false, copied true")
	s.pass(day)
	s.tells(a, ledger.Verified, "done; done; done", "here false, told false, locked false, copied true, lost 0")
	if ad := s.sweep(a); ad.How != "duplicate" {
		t.Errorf("the same streak again: %+v", ad)
	}
	s.order(s.only("test.attic"), ledger.Order{Verb: ledger.Undo})
	s.pass(day)
	s.tells(a, ledger.Undone, "undone (taken back); stays (it is kept a year); undone (taken back)", "here true, told false, locked false, copied true, lost 0, streak false")
	x := s.only("test.attic").Quiet
	if x == nil || x.Until.Sub(x.Order.At) != 30*day {
		t.Errorf("it is let be by %+v", x)
	}
	if got := strings.Join(a.writes, " "); got != "tell copy remove recall" {
		t.Errorf("changes: %s", got)
	}
	s.whole()
}

// Whatever happens between telling and deleting, a look comes before each delayed step.
func TestWhatIsUsedMeanwhileIsLetBe(t *testing.T) {
	for _, c := range []struct {
		story     string
		meanwhile func(*stage, *attic)
		at        time.Duration // after telling
		state     ledger.State
		steps     string
		world     string
	}{
		{"used before the snapshot", func(_ *stage, a *attic) { a.used = true }, 13 * day, ledger.Dismissed,
			"undone (taken off: it is used again, or kept); dropped (it is used again, or kept); dropped (it is used again, or kept)",
			"here true, told false, locked false, copied false, lost 0, streak false"},
		{"used while the snapshot is made", func(_ *stage, a *attic) { a.used = true }, 14*day + 10*time.Minute, ledger.Dismissed,
			"undone (taken off: it is used again, or kept); done; dropped (it is used again, or kept)",
			"here true, told false, locked false, copied true, lost 0, streak false"},
		{"a person takes the tag off", func(_ *stage, a *attic) { a.told = false }, 13 * day, ledger.Dismissed,
			"undone (taken off: a person took back attic.tell arn:aws:ec2:eu-west-1:111122223333:volume/vol-0junk); dropped (a person took back attic.tell arn:aws:ec2:eu-west-1:111122223333:volume/vol-0junk); dropped (a person took back attic.tell arn:aws:ec2:eu-west-1:111122223333:volume/vol-0junk)",
			"here true, told false, locked false, copied false, lost 0, streak false"},
		{"a tag keeps it", func(s *stage, a *attic) { a.streak.Kept = s.now().Add(90 * day) }, 13 * day, ledger.Dismissed,
			"undone (taken off: a tag keeps it until 2030-04-20T09:00:00Z); dropped (a tag keeps it until 2030-04-20T09:00:00Z); dropped (a tag keeps it until 2030-04-20T09:00:00Z)",
			"here true, told false, locked false, copied false, lost 0, streak false"},
		{"a tag keeps it since the last sweep", func(_ *stage, a *attic) { a.tags = map[string]string{playbook.KeepTag: "true"} }, 13 * day, ledger.Dismissed,
			"undone (taken off: it is used again, or kept); dropped (it is used again, or kept); dropped (it is used again, or kept)",
			"here true, told false, locked false, copied false, lost 0, streak false"},
		{"a tag can't be read", func(_ *stage, a *attic) { a.tags = map[string]string{playbook.KeepTag: "please"} }, 13 * day, ledger.Held, "done; hold; act", "here true, told true, locked false, copied false, lost 0, streak true"},
		{"a tag's end has passed", func(_ *stage, a *attic) { a.tags = map[string]string{playbook.KeepTag: "2029-12-31"} }, 13 * day, ledger.Verified, "done; done; done", "here false, told false, locked false, copied true, lost 0, streak true"},
		{"a sweep saw it used", func(_ *stage, a *attic) { a.streak = nil }, 13 * day, ledger.Dismissed,
			"undone (taken off: it is used again, or kept); dropped (it is used again, or kept); dropped (it is used again, or kept)",
			"here true, told false, locked false, copied false, lost 0, streak false"},
		{"there is no evidence any more", func(_ *stage, a *attic) { a.unknown = true }, 13 * day, ledger.Held, "done; hold; act", "here true, told true, locked false, copied false, lost 0, streak true"},
		{"it was not listed for two days", func(_ *stage, a *attic) { a.unlisted = true }, 13 * day, ledger.Held, "done; hold; hold", "here true, told true, locked false, copied false, lost 0, streak true"},
		{"its playbook surges", func(s *stage, _ *attic) {
			s.must(s.store.Halt(s.Context(), ledger.Brake{Scope: "surge:test.attic", By: "riposte", Reason: "many", At: s.now()}))
		}, 13 * day, ledger.Held, "done; hold; hold", "here true, told true, locked false, copied false, lost 0, streak true"},
	} {
		t.Run(c.story, func(t *testing.T) {
			s, a := sweeping(t, attics())
			s.sweep(a)
			s.pass(c.at)
			c.meanwhile(s, a)
			s.pass(14*day + 2*time.Hour - c.at)
			s.pass(2 * day)
			s.tells(a, c.state, c.steps, c.world)
			if got := s.only("test.attic"); got.Paged != "" {
				t.Errorf("people were paged: %s", got.Paged)
			}
			s.whole()
		})
	}
}

// What held goes on once it is known: evidence is asked for again each day, a surge is released.
func TestWhatWasHeldGoesOn(t *testing.T) {
	s, a := sweeping(t, attics())
	a.unknown = true
	s.sweep(a)
	s.pass(3 * day)
	if c := s.only("test.attic"); c.State != ledger.Held || !strings.HasPrefix(c.Reason, "evidence") || c.Paged != "" || len(c.Revisions) > 0 {
		t.Fatalf("%s: %s, paged %q", c.State, c.Reason, c.Paged)
	}
	a.unknown = false
	s.pass(day + time.Hour)
	s.tells(a, ledger.Verified, "done; act; act", "here true, told true")
	s.must(s.store.Halt(t.Context(), ledger.Brake{Scope: gate.SurgeOf("test.attic"), By: "riposte", Reason: "many", At: s.now()}))
	s.pass(15 * day)
	s.tells(a, ledger.Held, "done; hold; hold", "here true, told true")
	_, err := s.store.Release(t.Context(), s.now(), gate.SurgeOf("test.attic"), "sam")
	s.must(err)
	s.pass(day)
	s.tells(a, ledger.Verified, "done; done; done", "here false, told false, locked false, copied true, lost 0")
}

// What a person takes back is not done again, nor by another rung; the third time in a month it is held, and people are paged.
func TestWhatAPersonTakesBackIsLetBe(t *testing.T) {
	s, a := sweeping(t, locks())
	for range 3 {
		a.found("test.lock")
		s.sweep(a)
		s.pass(4 * time.Second)
		if a.locked = false; len(a.writes) == 0 {
			t.Fatal("it was not locked")
		}
		s.pass(7 * day)
		s.tells(a, ledger.Dismissed, "undone (taken off: a person took back attic.lock arn:aws:ec2:eu-west-1:111122223333:volume/vol-0junk)", "here true, told false, locked false, copied false, lost 0, streak false")
	}
	a.found("test.lock")
	s.sweep(a)
	s.pass(day)
	s.tells(a, ledger.Held, "hold", "here true, told false, locked false")
	cases, err := s.store.Cases(t.Context(), ledger.Filter{})
	s.must(err)
	if c := cases[3]; !strings.Contains(c.Reason, "30 days") || c.Paged == "" {
		t.Errorf("%s, paged %q", c.Reason, c.Paged)
	}
	if got := strings.Join(a.writes, " "); got != "lock lock lock" {
		t.Errorf("changes: %s", got)
	}
	s.whole()
}

// A mend is asked later whether it does harm: people are paged where it does, and it stands until one of them takes it back. What
// shows the harm may be the doing of an attacker that wants the protection off.
func TestAMendThatHarmsIsTakenBackByAPersonAlone(t *testing.T) {
	for _, c := range []struct {
		story string
		at    time.Duration
		harm  func(*attic)
		state ledger.State
		steps string
		wrote string
		paged bool
	}{
		{"nobody is harmed", 0, func(*attic) {}, ledger.Verified, "done", "lock", false},
		{"somebody is harmed at once", 0, func(a *attic) { a.harmed = true }, ledger.Verified, "done", "lock", true},
		{"somebody is harmed after two days", 2 * day, func(a *attic) { a.harmed = true }, ledger.Verified, "done", "lock", true},
		{"nobody can say", time.Minute, func(a *attic) { a.unknown = true }, ledger.Verified, "done", "lock", false},
	} {
		t.Run(c.story, func(t *testing.T) {
			s, a := sweeping(t, locks())
			s.sweep(a)
			s.pass(c.at + time.Minute)
			c.harm(a)
			s.pass(30 * day)
			s.tells(a, c.state, c.steps, "here true")
			if got := s.only("test.lock"); (got.Paged != "") != c.paged || strings.Join(a.writes, " ") != c.wrote {
				t.Errorf("paged %q, changes %v", got.Paged, a.writes)
			}
			s.whole()
		})
	}
}

// What would save nothing has no plan; a price that is not known keeps none from one.
func TestWhatSavesNothingHasNoPlan(t *testing.T) {
	for _, c := range []struct {
		story  string
		saving playbook.Saving
		err    error
		state  ledger.State
	}{
		{"a volume that costs more than its snapshot", playbook.Saving{Monthly: 8, Kept: 5}, nil, ledger.Contained},
		{"a cold one", playbook.Saving{Monthly: 1.5, Kept: 5, Formula: "100 GB x 0.015 - 100 GB x 0.05"}, nil, ledger.Observed},
		{"no price is known", playbook.Saving{}, playbook.ErrNoPrice, ledger.Contained},
		{"the price list does not answer", playbook.Saving{}, errors.New("throttled"), ledger.Suspected},
	} {
		t.Run(c.story, func(t *testing.T) {
			spec := attics()
			spec.Saves = func(context.Context, playbook.Prices, playbook.Suspect[string]) (playbook.Saving, error) {
				return c.saving, c.err
			}
			s, a := sweeping(t, spec)
			s.sweep(a)
			s.pass(time.Second)
			got := s.only("test.attic")
			if got.State != c.state || c.state != ledger.Contained && len(a.writes) > 0 || !strings.Contains(got.Title, c.saving.Formula) || got.Paged != "" {
				t.Errorf("%s: %s, changes %v, paged %q\n%s", got.State, got.Title, a.writes, got.Paged, s.history(got))
			}
		})
	}
}

// Sweeps have limits of their own: an attack's are as empty as before, and what was listed bounds how much of it is changed.
func TestSweepsHaveLimitsOfTheirOwn(t *testing.T) {
	s, a := sweeping(t, locks())
	a.listed = 5 // a tenth of it is none: one
	s.policy.Limits = gate.Limits{Incidents: 1, Destroy: 1, Sweep: gate.SweepLimits{Share: 10}}
	s.restart()
	s.sweep(a)
	s.pass(day)
	s.tells(a, ledger.Verified, "done", "here true, told false, locked true")
	f, err := s.store.Facts(t.Context(), ledger.Question{
		At: s.now(), Buckets: []string{"playbook:test.lock", "account:" + ireland.Account, "organisation", "sweep:organisation", "sweep:test.lock:111122223333:AWS::EC2::Volume"}, Incident: "x", Since: s.now().Add(-2 * day),
	})
	s.must(err)
	if got := f.Incidents; len(got) != 5 || got[0]+got[1]+got[2] != 0 || got[3] != 1 || got[4] != 1 {
		t.Errorf("the limits hold %v", got)
	}
}

// Containment heeds no tag.
func TestATagKeepsNobodyFromContainment(t *testing.T) {
	spec := attics()
	spec.Plan = func(s playbook.Suspect[string], _ struct{}) action.Plan {
		return action.Plan{Steps: []action.Step{action.Try(action.Suspend{Group: ireland.In("AWS::AutoScaling::AutoScalingGroup", "web"), Processes: launching()})}}
	}
	s, a := sweeping(t, spec)
	a.streak.Kept = s.now().Add(month)
	s.sweep(a)
	s.pass(day)
	s.tells(a, ledger.Verified, "done", "here true")
}
