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
	if q := cases[0].Quiet; q == nil || strings.Join(q.Found, " ") != "image ami-e2" {
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
