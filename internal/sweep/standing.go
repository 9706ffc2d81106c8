package sweep

import (
	"time"

	"github.com/ripostehq/riposte/internal/ledger"
)

// gone is after how long without any listing, complete or not, a place is taken to be one no more: a region that was disabled, an account
// that left.
const gone = 30 * 24 * time.Hour

// Standing is how far the last listings of all places reach.
type Standing struct {
	Oldest   time.Duration  // since the last complete listing of the place and type where that is longest ago
	At       ledger.Listing // there
	Failed   []ledger.Coverage
	Listed   map[string]int // resources, by type
	Suspects map[string]int // of these
}

// Stand sums up coverage. A place that is listed each seventh day is that much younger.
func Stand(all []ledger.Coverage, now time.Time) Standing {
	s := Standing{Listed: map[string]int{}, Suspects: map[string]int{}}
	for _, c := range all {
		if now.Sub(c.Ended) > gone {
			continue
		}
		if c.Error != "" {
			s.Failed = append(s.Failed, c)
		}
		s.Listed[c.Kind] += c.Listed
		s.Suspects[c.Kind] += c.Suspects
		if c.Last.IsZero() {
			continue
		}
		age := now.Sub(c.Last)
		if c.Empty >= empties {
			age -= rare - 24*time.Hour
		}
		if age > s.Oldest {
			s.Oldest, s.At = age, c.Listing
		}
	}
	return s
}
