package action_test

import (
	"testing"

	"github.com/ripostehq/riposte/action"
)

// A rung that stops all sessions of a role says so, even if the whole step waits for a person for another reason.
func TestAskingKeepsWhatARungAsksForItself(t *testing.T) {
	step := action.Try(action.DenySession{Role: builder}).ElseAsk(action.AttachRoleDeny{Role: builder}, "it stops everybody").
		Asking("the instance's work stops")
	want := []string{"the instance's work stops", "the instance's work stops; it stops everybody"}
	for i, rung := range step.Ladder {
		if rung.Ask != want[i] {
			t.Errorf("rung %d asks %q, want %q", i, rung.Ask, want[i])
		}
	}
}
