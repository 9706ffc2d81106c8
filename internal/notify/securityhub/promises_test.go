package securityhub

import (
	"strings"
	"testing"
	"time"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/notify"
	"github.com/ripostehq/riposte/playbook"
)

// However long the names are that an attacker brings into a case, what is done without an answer is told, and for how many steps.
func TestWhatSilenceDoesIsToldBesideLongNames(t *testing.T) {
	until := time.Date(2030, 1, 9, 9, 0, 0, 0, time.UTC)
	var steps []step
	for range 40 {
		group := event.Place{Partition: "aws", Account: "111122223333", Region: "eu-west-1"}.In(event.Group, strings.Repeat("g", 255))
		steps = append(steps, step{ledger.Step{State: ledger.Done}, action.Suspend{Group: group}, nil})
		steps = append(steps, step{ledger.Step{Verdict: "ask"}, action.Suspend{Group: group}, &ledger.Told{Until: until, Silence: ledger.Acts}})
	}
	c := &ledger.Case{Title: strings.Repeat("t", 5000), State: ledger.Asked, Reason: strings.Repeat("r", 5000),
		Origin: playbook.Origin{Name: "X", Actor: event.Actor{ARN: strings.Repeat("a", 5000)}}}
	if told, want := notify.Cut(story(c, steps, 1000), maxDescription), "40 steps wait for a yes: of each, without an answer by 2030-01-09T09:00:00Z it is done."; !strings.HasPrefix(told, want) {
		t.Errorf("told %q, want it to begin with %q", told, want)
	}
}
