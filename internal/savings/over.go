package savings

import (
	"maps"
	"slices"

	"github.com/ripostehq/riposte/internal/ledger"
)

// Day is what stood on one day in all accounts together.
type Day struct {
	Day                string // 2026-11-30
	Suspects, Unpriced int
	Listed, Begun      int
	Monthly            float64 // dollars that they cost, of those whose price is known
	Accounts           int     // that were swept that day; of others, what stood when they were last
}

// Share is how much of what was listed is suspected.
func (d Day) Share() float64 {
	if d.Listed == 0 {
		return 0
	}
	return float64(d.Suspects) / float64(d.Listed)
}

// Over is what stood on each day on which something was swept, the oldest first, for one playbook, or for all ("").
func Over(duties []ledger.Duty, playbookID string) (all []Day) {
	days := map[string][]ledger.Duty{}
	for _, d := range duties {
		if d.Tallies != nil {
			days[d.Day] = append(days[d.Day], d)
		}
	}
	stand := map[string]map[string]ledger.Tally{} // by account
	for _, name := range slices.Sorted(maps.Keys(days)) {
		day := Day{Day: name, Accounts: len(days[name])}
		for _, d := range days[name] {
			stand[d.Account] = d.Tallies
			for id, t := range d.Tallies {
				if playbookID == "" || id == playbookID {
					day.Begun += t.Begun
				}
			}
		}
		for _, account := range slices.Sorted(maps.Keys(stand)) {
			for _, id := range slices.Sorted(maps.Keys(stand[account])) {
				if t := stand[account][id]; playbookID == "" || id == playbookID {
					day.Suspects, day.Unpriced, day.Listed, day.Monthly = day.Suspects+t.Suspects, day.Unpriced+t.Unpriced, day.Listed+t.Listed, day.Monthly+t.Monthly
				}
			}
		}
		all = append(all, day)
	}
	return all
}
