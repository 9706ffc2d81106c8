package engine_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/world"
	"github.com/ripostehq/riposte/playbook"
)

type imageFacts struct{ Image string }

func (f imageFacts) Found() []string { return []string{"image " + f.Image} }

// finds is a playbook that finds an image in the group whenever its template gets a version, and stops the group.
func finds(image *string) playbook.Definition {
	return playbook.Define(playbook.Spec[struct{}, imageFacts]{
		ID: "test.finds", On: []playbook.Trigger{playbook.Call(call.EC2CreateLaunchTemplateVersion)},
		Suspect: func(e event.Event, _ struct{}) []playbook.Suspect[imageFacts] {
			return []playbook.Suspect[imageFacts]{{Resource: e.Place().In(event.Group, "web"), Title: "a version"}}
		},
		Check: func(_ context.Context, _ playbook.In, s playbook.Suspect[imageFacts], _ struct{}) ([]playbook.Suspect[imageFacts], error) {
			s.Facts.Image = *image
			return []playbook.Suspect[imageFacts]{s}, nil
		},
		Plan: func(s playbook.Suspect[imageFacts], _ struct{}) action.Plan {
			return action.Plan{Steps: []action.Step{action.Try(action.Suspend{Group: s.Resource, Processes: []string{"Launch"}})}}
		},
	})
}

// What a person has looked at stays quiet; another image in the same group is answered, and people are told.
func TestAnExceptionIsOfWhatWasSeen(t *testing.T) {
	image := "ami-e2"
	s := set(t, world.Options{}, finds(&image))
	version(s, mallory)
	s.pass(10 * time.Minute)
	s.order(s.only("test.finds"), ledger.Order{Verb: ledger.Undo})
	s.pass(time.Minute)
	version(s, mallory)
	s.pass(time.Minute)
	cases := s.all()
	if cases[0].State != ledger.Undone || cases[1].State != ledger.Excepted || suspendedProcesses(s) != 0 {
		t.Fatalf("%s, then %s: %s, %d processes suspended", cases[0].State, cases[1].State, cases[1].Reason, suspendedProcesses(s))
	}
	if q := cases[0].Quiet; q == nil || strings.Join(q.Found, " ") != "image ami-e2" || q.Order == nil || q.Order.Verb != ledger.Undo || q.Order.By != q.By {
		t.Errorf("the case says that it is quiet about %+v", q)
	}
	image = "ami-e3"
	version(s, mallory)
	s.pass(10 * time.Minute)
	if c := s.all()[2]; c.State != ledger.Verified || suspendedProcesses(s) != 1 || !strings.Contains(c.Paged, "something else than what case "+cases[0].ID) {
		t.Errorf("%s: %s, paged %q, %d processes suspended", c.State, c.Reason, c.Paged, suspendedProcesses(s))
	}
}

// The attacker has another image join the case while it is taken back: no operator has looked at that, and it is answered.
func TestWhatJoinsACaseThatIsTakenBackIsNotLost(t *testing.T) {
	image := "ami-e2"
	s := set(t, world.Options{}, finds(&image))
	version(s, mallory)
	s.pass(10 * time.Minute)
	s.must(s.store.Halt(t.Context(), ledger.Brake{Scope: "all", By: "sam", At: s.w.Now()}))
	s.order(s.only("test.finds"), ledger.Order{Verb: ledger.Undo})
	s.pass(time.Minute)
	image = "ami-e3"
	version(s, mallory)
	s.pass(time.Minute)
	if c := s.only("test.finds"); c.State != ledger.Undoing {
		t.Fatalf("%s: the story did not go on", c.State)
	}
	_, err := s.store.Release(t.Context(), s.w.Now(), "all", "sam")
	s.must(err)
	s.pass(10 * time.Minute)
	cases := s.all()
	if len(cases) != 2 || cases[0].State != ledger.Undone || cases[1].State != ledger.Verified || suspendedProcesses(s) != 1 {
		t.Errorf("%d processes suspended\n%s", suspendedProcesses(s), s.histories(cases))
	}
	s.whole()
}

// A person lets be what the case asks about: it closes, and the same finding is quiet until the exception ends, or is ended.
func TestAnExceptionFromACaseUntilItIsRevoked(t *testing.T) {
	image := "ami-e2"
	s := set(t, world.Options{}, finds(&image))
	s.policy.Mode = asks
	s.restart()
	version(s, mallory)
	s.pass(time.Minute)
	s.order(s.only("test.finds"), ledger.Order{Verb: ledger.Except, Except: 31 * 24 * time.Hour, Reason: "our own image"})
	s.pass(time.Minute)
	c := s.only("test.finds")
	if c.State != ledger.Excepted || c.Schema != 2 || !strings.HasPrefix(c.Reason, "exception: case "+c.ID+" was let be: our own image, by sam, until 2030-02-07") {
		t.Fatalf("%s, schema %d: %s\n%s", c.State, c.Schema, c.Reason, s.history(c))
	}
	version(s, mallory)
	s.pass(time.Minute)
	if again := s.all()[1]; again.State != ledger.Excepted {
		t.Fatalf("the same finding: %s, %s", again.State, again.Reason)
	}
	image = "ami-e3"
	version(s, mallory)
	s.pass(time.Minute)
	if other := s.all()[2]; other.State != ledger.Asked || other.Paged == "" {
		t.Fatalf("another image: %s, paged %q", other.State, other.Paged)
	}
	s.order(s.all()[2], ledger.Order{Verb: ledger.Dismiss})
	all, err := s.store.Exceptions(s.Context(), s.w.Now())
	if err != nil || len(all) != 1 {
		t.Fatalf("%+v, %v", all, err)
	}
	s.order(c, ledger.Order{Verb: ledger.Revoke, Ends: all[0].ID()})
	s.pass(time.Minute)
	image = "ami-e2"
	version(s, mallory)
	s.pass(time.Minute)
	if after := s.all()[3]; after.State != ledger.Asked {
		t.Errorf("after its end: %s, %s\n%s", after.State, after.Reason, s.history(c))
	}
	s.order(c, ledger.Order{Verb: ledger.Revoke, Ends: all[0].ID()})
	s.pass(time.Minute)
	if c = s.all()[0]; c.State != ledger.Excepted || !strings.Contains(s.history(c), "is void: none of that name is in force") {
		t.Errorf("%s\n%s", c.State, s.history(c))
	}
	s.whole()
}

// Another image comes into the group while a person reads about the first: the exception is of the first, and the other asks on.
func TestAnExceptionIsOfWhatThePersonKnew(t *testing.T) {
	image := "ami-e2"
	s := set(t, world.Options{}, finds(&image))
	s.policy.Mode = asks
	s.restart()
	version(s, mallory)
	s.pass(time.Minute)
	c := s.only("test.finds")
	o := ledger.Order{Verb: ledger.Except, Except: time.Hour, Found: c.Found()}
	image = "ami-e3"
	version(s, mallory)
	s.pass(time.Minute)
	s.order(c, o)
	s.pass(time.Minute)
	if c = s.only("test.finds"); c.State != ledger.Asked || strings.Contains(steps(c), "except") {
		t.Errorf("%s: %s\n%s", c.State, steps(c), s.history(c))
	}
}

// Who let something be for a month hears of it again a week and a day before it ends, and not of one that was ended before.
func TestPeopleAreToldBeforeAnExceptionEnds(t *testing.T) {
	const day = 24 * time.Hour
	image := "ami-e2"
	s := set(t, world.Options{}, finds(&image))
	s.policy.Mode = asks
	s.restart()
	version(s, mallory)
	s.pass(time.Minute)
	s.order(s.only("test.finds"), ledger.Order{Verb: ledger.Except, Except: 31 * day})
	told := func() (n int) {
		for _, r := range s.reports {
			if r == ledger.Excepted {
				n++
			}
		}
		return n
	}
	for _, x := range []struct {
		pass time.Duration
		want int
	}{{time.Minute, 1}, {23 * day, 1}, {2 * day, 2}, {5 * day, 3}, {10 * day, 3}} {
		if s.pass(x.pass); told() != x.want {
			t.Fatalf("at %s they were told %d times, want %d\n%s", s.w.Now(), told(), x.want, s.history(s.only("test.finds")))
		}
	}
	version(s, mallory) // it has ended
	s.pass(time.Minute)
	s.order(s.all()[1], ledger.Order{Verb: ledger.Except, Except: 31 * day})
	s.pass(time.Minute)
	c := s.all()[1]
	s.order(c, ledger.Order{Verb: ledger.Revoke, Ends: c.Granted[0].ID()})
	if s.pass(40 * day); told() != 4 {
		t.Errorf("of one that was ended they were told, too: %d times\n%s", told(), s.history(s.all()[1]))
	}
	s.whole()
}

// An undo is quiet for a day: that is no time to be told of.
func TestAShortExceptionIsNotToldAgain(t *testing.T) {
	image := "ami-e2"
	s := set(t, world.Options{}, finds(&image))
	version(s, mallory)
	s.pass(10 * time.Minute)
	s.order(s.only("test.finds"), ledger.Order{Verb: ledger.Undo})
	s.pass(time.Hour)
	if c := s.only("test.finds"); !c.Reminded.IsZero() || !c.Due.IsZero() || c.Schema != 1 {
		t.Errorf("reminded %s, due %s, schema %d", c.Reminded, c.Due, c.Schema)
	}
}
