package doctor

import (
	"context"
	"fmt"
	"time"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/sweep"
)

// stale is after how long without a complete listing nothing is destroyed there.
const stale = 48 * time.Hour

// covered says how far the sweeps of the schedule reach.
func (p Parts) covered(ctx context.Context) []Finding {
	if _, on := p.Config.Sweep.At.Since(); !on || p.Covered == nil {
		return nil
	}
	all, err := p.Covered(ctx)
	if err != nil {
		return []Finding{{Check: "coverage", State: Failed, Says: fmt.Sprintf("how far sweeps reach can't be read: %v", err), Mend: "see what the ledger says"}}
	}
	if len(all) == 0 {
		return []Finding{{
			Check: "coverage", State: Warning, Says: "sweep.at is set, and nothing was listed yet",
			Mend: "riposte sweep --when says when the first is due; something must serve the ledger",
		}}
	}
	s := sweep.Stand(all, p.Now())
	switch {
	case s.Oldest > stale:
		at := s.At
		return []Finding{{
			Check: "coverage", State: Failed, Account: at.Place.Account, Region: at.Place.Region,
			Says: fmt.Sprintf("the %ss here were last listed to their end %d hours ago: nothing is destroyed by that", event.Noun(at.Kind), int(s.Oldest.Hours())),
			Mend: "riposte sweep says why not",
		}}
	case len(s.Failed) > 0:
		c := s.Failed[0]
		return []Finding{{
			Check: "coverage", State: Warning, Account: c.Place.Account, Region: c.Place.Region,
			Says: fmt.Sprintf("%d listings of the last sweeps were not read to their end, of %ss here: %s", len(s.Failed), event.Noun(c.Kind), c.Error),
			Mend: "grant the audit role what riposte permissions prints; what was throttled comes tomorrow",
		}}
	}
	return []Finding{{Check: "coverage", State: OK, Says: fmt.Sprintf("%d listings, the oldest of %d hours ago", len(all), int(s.Oldest.Hours()))}}
}
