package desk

import (
	"testing"
	"time"

	"github.com/ripostehq/riposte/internal/ledger"
)

// A question is posted into the daily letter a moment after that has gone, by a replica whose clock is behind: the next day's letter tells it, be it
// alone in the first or not, and once.
func TestAQuestionThatComesWhenTheDailyLetterHasGone(t *testing.T) {
	nine := time.Date(2026, 12, 1, 9, 0, 0, 0, time.UTC)
	for _, channel := range []string{Slack, Mail} {
		for _, beside := range []bool{true, false} {
			w := newWorld(t)
			ch, p := w.channel(), company()
			p.Channels = []string{channel}
			d := w.desk(&life{}, p, all(ch, ch, w.channel()))
			asked := func(id string) *ledger.Case {
				c := w.add(id, ledger.Asked, starts(id), asksMode)
				c.Origin.Actor.Session = "owner olga@example.com"
				w.report(d, c)
				return c
			}
			first := asked("c_1")
			w.until(d, nine.Add(time.Second))
			if first.Told(first.Asks(0)[0]) == nil {
				t.Fatal("the first was not told")
			}
			if !beside {
				first.State, first.Revisions[0].Steps[0] = ledger.Dismissed, ledger.Step{State: ledger.Dropped}
			}
			w.now = nine.Add(-time.Millisecond)
			late := asked("c_2")
			w.now = nine
			w.until(d, nine.Add(23*time.Hour))
			if late.Told(late.Asks(0)[0]) != nil {
				t.Errorf("%s, beside another %t: told by a change of an old message", channel, beside)
			}
			w.until(d, nine.Add(25*time.Hour))
			if late.Told(late.Asks(0)[0]) == nil || len(w.order) != 2 || ch.messages() != 2 {
				t.Errorf("%s, beside another %t: told %+v, letters %v, %d messages", channel, beside, late.Told(late.Asks(0)[0]), w.keys(), ch.messages())
			}
		}
	}
}
