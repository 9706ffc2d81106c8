package ledger

import "slices"

// Tally is what one account's sweep of a day found for one playbook.
type Tally struct {
	Listed   int     `json:"listed"`   // resources of the kinds that it has suspects of, or wants
	Suspects int     `json:"suspects"` // of them, as the sweep ended
	Begun    int     `json:"begun"`    // of those, that no sweep had found before
	Monthly  float64 `json:"monthly"`  // dollars that they cost a month at list price, of those whose price is known
	Unpriced int     `json:"unpriced"` // suspects whose price is not, of a playbook that is about money
}

// Swept is one listing of a duty, with the streaks that stand there as it ends.
type Swept struct {
	Coverage Coverage
	Streaks  []Streak
}

// TallyOf counts what stands at a duty's end. The kinds that a playbook wants are the caller's to know; of a kind that was not read to its
// end, the streaks that stand are counted, among what its last complete listing had: a listing that failed ends none of them, and no share of what
// is there has grown by it. Money is put in by the caller, which knows prices.
func TallyOf(d Duty, wants map[string][]string, all []Swept) map[string]Tally {
	out := map[string]Tally{}
	for id, kinds := range wants {
		var t Tally
		for _, s := range all {
			if !slices.Contains(kinds, s.Coverage.Kind) {
				continue
			}
			t.Listed += s.Coverage.listed()
			for _, k := range s.Streaks {
				if k.Playbook != id {
					continue
				}
				t.Suspects++
				if s.Coverage.Duty == d.Name() && !k.First.Before(s.Coverage.Began) { // a listing of another day's brings nothing new
					t.Begun++
				}
			}
		}
		out[id] = t
	}
	return out
}

// listed is how much is there, as far as is known.
func (c Coverage) listed() int {
	if c.Error == "" {
		return c.Listed
	}
	return max(c.Listed, c.Whole)
}
