package engine_test

import (
	"errors"
	"testing"
	"time"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/internal/gate"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/world"
)

// It is not known whether the instance was terminated when its group is let loose and everything has come to ask. The
// termination, which must wait behind the question, is looked at all the same, and not left at its intent.
func TestWhatWasBegunIsLookedAtBehindAStepThatAsks(t *testing.T) {
	for name, story := range map[string]struct {
		lost  int // questions that did not arrive; of the next one the answer is lost
		steps string
	}{
		"not made": {4, "ask; ask"},
		"made":     {3, "ask; done"},
	} {
		t.Run(name, func(t *testing.T) {
			timeout, mode := errors.New("read tcp: i/o timeout"), gate.Act
			s := set(t, world.Options{AfterCall: func(_, op string) error {
				if op == "TerminateInstances" {
					return timeout
				}
				return nil
			}}, launches())
			s.policy.Mode = func(string, string, action.Class) (gate.Decision, string) { return mode, "the test says" }
			s.restart()
			s.w.Fail("ec2", "TerminateInstances", story.lost, timeout)
			panicError(s)
			s.pass(14 * time.Second) // it fails after 6, 7, 9 and 13 seconds, and rests until 21
			mode = gate.Ask
			want(s, 1)
			resume(s)
			s.pass(30 * time.Second)
			c := s.only("test.launch")
			if c.State != ledger.Asked || steps(c) != story.steps {
				t.Errorf("%s: %s\n%s", c.State, steps(c), s.history(c))
			}
			for _, line := range half(c) {
				t.Error(line)
			}
			s.whole()
		})
	}
}
