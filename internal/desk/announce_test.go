package desk

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/notify"
)

// A playbook acts from the 21st on. The owner of what it finds reads so on Monday, a week before, and the day before; what is found in the last week
// is announced with what is left of that, and whoever is told of a playbook that acts already reads nothing of it.
func TestAPlaybookThatIsEnforcedLaterIsAnnounced(t *testing.T) {
	from := time.Date(2026, 12, 21, 0, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		story string
		found time.Time
		from  time.Time
		want  []string
	}{
		{"three weeks before", time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC), from, []string{"2026-12-07 09:00 true", "2026-12-14 09:00 true", "2026-12-20 09:00 true"}},
		{"in the last week", time.Date(2026, 12, 16, 12, 0, 0, 0, time.UTC), from, []string{"2026-12-20 09:00 true", "2026-12-21 09:00 false"}},
		{"it acts already", time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC), time.Time{}, []string{"2026-12-07 09:00 false"}},
	} {
		t.Run(c.story, func(t *testing.T) {
			w := newWorld(t)
			w.now = c.found
			slack := w.channel()
			var read []string
			slack.fails = func(l notify.Letter) error {
				says := slices.ContainsFunc(l.Content.Says, func(s string) bool {
					return strings.Contains(s, "From Monday, 21 December 2026 on riposte answers what launch.")
				})
				read = append(read, fmt.Sprintf("%s %v", w.now.Format("2006-01-02 15:04"), says))
				return nil
			}
			d := w.desk(&life{}, company(), all(slack, w.channel(), w.channel()))
			d.Enforced = func(string) time.Time { return c.from }
			x := w.add("c_1", ledger.Observed, starts("1"), ledger.Step{Verdict: "observe"})
			x.Origin.Actor.Session = "owner olga@example.com"
			w.report(d, x)
			w.until(d, from.AddDate(0, 0, 10))
			if !slices.Equal(read, c.want) {
				t.Errorf("read %q, want %q", read, c.want)
			}
		})
	}
}
