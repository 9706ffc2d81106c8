package engine_test

import (
	"context"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/gate"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/world"
	"github.com/ripostehq/riposte/playbook"
)

// mood is a playbook whose facts follow a variable of the test: the world that drifts.
func mood(now *string) playbook.Definition {
	type facts struct{ Mood string }
	return playbook.Define(playbook.Spec[struct{}, facts]{
		ID: "test.mood", On: []playbook.Trigger{playbook.Call(call.EC2CreateLaunchTemplateVersion)},
		Suspect: func(e event.Event, _ struct{}) []playbook.Suspect[facts] {
			return []playbook.Suspect[facts]{{Resource: e.Place().In(event.Group, "web"), Title: "mood"}}
		},
		Check: func(_ context.Context, _ playbook.In, s playbook.Suspect[facts], _ struct{}) ([]playbook.Suspect[facts], error) {
			if *now == "" {
				return nil, nil
			}
			s.Facts.Mood = *now
			return []playbook.Suspect[facts]{s}, nil
		},
		Plan: func(s playbook.Suspect[facts], _ struct{}) action.Plan {
			return action.Plan{Steps: []action.Step{action.Try(action.Suspend{Group: s.Resource, Processes: []string{s.Facts.Mood}})}}
		},
	})
}

func TestWhatHasDriftedAsksAgain(t *testing.T) {
	now := "Launch"
	s := set(t, world.Options{}, mood(&now))
	s.policy.Mode = func(string, string, action.Class) (gate.Decision, string) { return gate.Ask, "ask" }
	s.restart()
	panicError(s)
	s.pass(time.Minute)
	s.order(s.only("test.mood"), ledger.Order{Verb: ledger.Approve, Revision: 1})
	now = "Terminate" // before riposte takes the approval up, the resource is another
	s.pass(time.Minute)
	c := s.only("test.mood")
	if c.State != ledger.Asked || len(c.Revisions) != 2 || c.Revisions[0].Superseded != 2 || suspendedProcesses(s) != 0 {
		t.Fatalf("%s, %d revisions, %d processes suspended", c.State, len(c.Revisions), suspendedProcesses(s))
	}
	s.order(c, ledger.Order{Verb: ledger.Approve, Revision: 1, Reason: "the old plan"})
	s.pass(time.Minute)
	if c = s.only("test.mood"); c.State != ledger.Asked {
		t.Errorf("an approval of the superseded plan let the new one go: %s", c.State)
	}
	s.order(c, ledger.Order{Verb: ledger.Approve, Revision: 2})
	s.pass(5 * time.Minute)
	if c = s.only("test.mood"); c.State != ledger.Verified || suspendedProcesses(s) != 1 {
		t.Errorf("%s, %d processes suspended", c.State, suspendedProcesses(s))
	}
}

func TestWhatIsNoLongerSoIsDismissed(t *testing.T) {
	now := "Launch"
	s := set(t, world.Options{}, mood(&now))
	s.policy.Mode = func(string, string, action.Class) (gate.Decision, string) { return gate.Ask, "ask" }
	s.restart()
	panicError(s)
	s.pass(time.Minute)
	now = ""
	s.order(s.only("test.mood"), ledger.Order{Verb: ledger.Approve, Revision: 1})
	s.pass(time.Minute)
	if c := s.only("test.mood"); c.State != ledger.Dismissed || suspendedProcesses(s) != 0 {
		t.Errorf("%s, %d processes suspended", c.State, suspendedProcesses(s))
	}
}

func TestTwoCasesShareAnEffect(t *testing.T) {
	now := "Launch"
	s := set(t, world.Options{}, mood(&now), launches())
	panicError(s)
	s.pass(5 * time.Minute)
	want(s, 1)
	s.order(s.only("test.launch"), ledger.Order{Verb: ledger.Undo})
	s.pass(time.Minute)
	if n := suspendedProcesses(s); n != len(action.Processes()) {
		t.Errorf("%d processes are suspended, though the other case still wants the group to stand", n)
	}
	s.order(s.only("test.mood"), ledger.Order{Verb: ledger.Undo})
	s.pass(time.Minute)
	if n := suspendedProcesses(s); n != 0 {
		t.Errorf("%d processes are suspended, and nobody wants it any more", n)
	}
}

func TestAFindingMovesToItsOwnRoot(t *testing.T) {
	moves := playbook.Define(playbook.Spec[struct{}, struct{}]{
		ID: "test.moves", On: []playbook.Trigger{playbook.Call(call.EC2CreateLaunchTemplateVersion)},
		Suspect: func(e event.Event, _ struct{}) []playbook.Suspect[struct{}] {
			return []playbook.Suspect[struct{}]{{Resource: e.Place().In(event.Launch, "token"), Title: "a launch"}}
		},
		Check: func(_ context.Context, _ playbook.In, s playbook.Suspect[struct{}], _ struct{}) ([]playbook.Suspect[struct{}], error) {
			s.Resource = s.Resource.Place().In(event.Group, "web")
			return []playbook.Suspect[struct{}]{s}, nil
		},
		Plan: func(s playbook.Suspect[struct{}], _ struct{}) action.Plan {
			return action.Plan{Steps: []action.Step{action.Try(action.Suspend{Group: s.Resource})}}
		},
	})
	s := set(t, world.Options{}, moves)
	panicError(s)
	s.pass(5 * time.Minute)
	cases, err := s.store.Cases(t.Context(), ledger.Filter{})
	s.must(err)
	if len(cases) != 2 || cases[0].State != ledger.Superseded || cases[0].SupersededBy != cases[1].ID || cases[1].State != ledger.Verified {
		t.Errorf("%d cases; %s, %s", len(cases), cases[0].State, cases[len(cases)-1].State)
	}
}

func TestATrustedUndoEndsIt(t *testing.T) {
	s := set(t, world.Options{}, ladders())
	s.policy.BreakGlass = []gate.Principal{s.principal("riposte")}
	s.restart()
	unprotect(s, mallory)
	s.pass(20 * time.Second) // between two rounds, so that the record of what follows comes before the next look
	_, err := clients{w: s.w, by: own}.writes().iam(ireland).DetachUserPolicy(t.Context(), &iam.DetachUserPolicyInput{
		UserName: aws.String("mallory"), PolicyArn: aws.String("arn:aws:iam::111122223333:policy/riposte-deny"),
	})
	s.must(err)
	s.pass(10 * time.Minute)
	c := s.only("test.ladder")
	if deny := c.Revisions[0].Steps[1]; deny.State != ledger.StepUndone || deny.Rung != 0 || c.State != ledger.Verified {
		t.Errorf("%s: %s", c.State, steps(c))
	}
}

// TestWhoGetsThroughTakesTheNextRung: the deny is there, and the principal acts on regardless, since IAM is slow that day.
func TestWhoGetsThroughTakesTheNextRung(t *testing.T) {
	s := set(t, world.Options{PropagationDelay: 10 * time.Minute}, ladders())
	unprotect(s, mallory)
	s.pass(20 * time.Second)
	_, err := attackerIAM(s).CreateUser(t.Context(), &iam.CreateUserInput{UserName: aws.String("backdoor")})
	s.must(err)
	s.pass(20 * time.Second)
	c := s.only("test.ladder")
	if c.Revisions[0].Steps[1].Rung != 1 || len(c.Revisions[0].Steps[1].Owned) != 2 {
		t.Fatalf("at rung %d, holding %v", c.Revisions[0].Steps[1].Rung, c.Revisions[0].Steps[1].Owned)
	}
	s.order(c, ledger.Order{Verb: ledger.Undo})
	s.pass(5 * time.Minute)
	effects, err := s.store.Effects(t.Context())
	s.must(err)
	if c = s.only("test.ladder"); c.State != ledger.Undone || len(effects) != 0 {
		t.Errorf("%s, with %d effects left: both rungs have to be taken back", c.State, len(effects))
	}
}

// TestPatienceDoesNotBeatTheDefence: the case is verified and closed, and only then is its containment undone.
func TestPatienceDoesNotBeatTheDefence(t *testing.T) {
	s := set(t, world.Options{}, launches())
	panicError(s)
	s.pass(30 * time.Minute)
	if c := s.only("test.launch"); c.State != ledger.Verified {
		t.Fatal(c.State)
	}
	resume(s)
	s.pass(20 * time.Second)
	if n := suspendedProcesses(s); n != len(action.Processes()) {
		t.Errorf("%d processes are suspended", n)
	}
	s.pass(30 * time.Minute)
	if c := s.only("test.launch"); c.State != ledger.Verified || c.Paged == "" {
		t.Errorf("%s, paged %q", c.State, c.Paged)
	}
}
