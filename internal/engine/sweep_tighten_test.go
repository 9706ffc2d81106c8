package engine_test

import (
	"strings"
	"testing"
	"time"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/playbook"
)

// What would be planned more strictly by the day of the deletion than on the day of telling is: the owner's new word counts, and what the look
// finds now. What would be planned less strictly goes on as it was told.
func TestAWaitingPlanFollowsWhatChangedSince(t *testing.T) {
	for _, c := range []struct {
		story string
		told  string        // what the deletion asks as its owner is told
		after time.Duration // and how long it waits after that
		now   string        // by the day of the deletion
		since time.Duration
		state ledger.State
		steps string // a day after it would have been deleted
		world string
	}{
		{"nothing", "", 14 * day, "", 14 * day, ledger.Verified, "done; done; done", "here false"},
		{"it asks by now", "", 14 * day, "a claim may be at rest", 14 * day, ledger.Asked, "done; ask; ask", "here true, told true, locked false, copied false"},
		{"it asks something else", "is it yours?", 14 * day, "a claim may be at rest", 14 * day, ledger.Asked, "done; ask; ask", "here true, told true, locked false, copied false"},
		{"it asks no more", "is it yours?", 14 * day, "", 14 * day, ledger.Asked, "done; ask; ask", "here true, told true, locked false, copied false"},
		{"it is to lie longer", "", 14 * day, "", 149 * day, ledger.Verified, "done; act; act", "here true, told true, locked false, copied false"},
		{"it is to lie less long", "", 14 * day, "", 7 * day, ledger.Verified, "done; done; done", "here false"},
	} {
		t.Run(c.story, func(t *testing.T) {
			ask, after := c.told, c.after
			spec := attics()
			spec.Plan = func(s playbook.Suspect[string], _ struct{}) action.Plan {
				kept, gone := action.Try(copies{s.Resource}).Required(), action.Try(remove{s.Resource})
				if ask != "" {
					kept, gone = kept.Asking(ask), gone.Asking(ask)
				}
				kept.After, gone.After = after, after
				return action.Plan{Steps: []action.Step{action.Try(tell{s.Resource}), kept, gone}}
			}
			s, a := sweeping(t, spec)
			s.sweep(a)
			s.pass(day)
			ask, after = c.now, c.since
			s.pass(14 * day)
			stands := func(state ledger.State, stepped, world string) {
				t.Helper()
				got := s.only("test.attic")
				if last := steps(got); got.State != state || !strings.HasSuffix("; "+last, "; "+stepped) || !strings.HasPrefix(a.String(), world) {
					t.Errorf("%s: %s; %s\n want %s: %s; %s\n%s", got.State, last, a, state, stepped, world, s.history(got))
				}
			}
			stands(c.state, c.steps, c.world)
			if got := s.only("test.attic"); c.now != "" && !strings.Contains(got.Reason, c.now) || got.Paged != "" {
				t.Errorf("it does not ask %q: %s, paged %q", c.now, got.Reason, got.Paged)
			}
			if c.since > 14*day {
				s.pass(c.since - 14*day + day)
				stands(ledger.Verified, "done; done; done", "here false, told false, locked false, copied true, lost 0")
			}
			s.whole()
		})
	}
}
