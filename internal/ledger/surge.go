package ledger

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"
)

// Against what a day's finds are held, and what is many whatever was before. SurgeReaches is how far back duties are wanted: a surge of
// any of the last SurgeLasts days, each against the days before it.
const (
	usualDays    = 14
	fewSuspects  = 10
	timesUsual   = 3
	timesShare   = 2
	SurgeLasts   = 14 * 24 * time.Hour
	SurgeReaches = SurgeLasts + (usualDays+1)*24*time.Hour
)

// Surge is a day on which a playbook found so much more than before that its rule, or an owner's new template, is the likelier cause than
// so much waste: what it would mend or destroy waits for a person.
type Surge struct {
	Playbook string
	Day      string // 2026-11-30
	New      int    // suspects of the day
	Usual    int    // median of the days before that are known
	Why      string // one line for people
}

// Surges returns the latest surge of each playbook in the last SurgeLasts, by playbook, from the duties of SurgeReaches; also of a day that
// is not over: more only makes it worse. What an account's sweep found when it first asked for a playbook is its beginning, and no surge.
func Surges(duties []Duty, now time.Time) (all []Surge) {
	days := byDays(duties)
	since := now.UTC().Add(-SurgeLasts).Format(time.DateOnly)
	for _, id := range slices.Sorted(maps.Keys(days)) {
		of := days[id]
		order := slices.Sorted(maps.Keys(of))
		for i := len(order) - 1; i >= 0 && order[i] >= since; i-- {
			if why, usual := surged(of, order[:i], order[i]); why != "" {
				all = append(all, Surge{Playbook: id, Day: order[i], New: of[order[i]].begun, Usual: usual, Why: why})
				break
			}
		}
	}
	return all
}

// daily is what a playbook found on a day in all accounts that had been asked before, beside what was there before in the same ones.
type daily struct {
	begun                 int
	suspects, listed      int
	suspectsWas, listedAt int // of the accounts' sweeps before
}

func byDays(duties []Duty) map[string]map[string]daily {
	sorted := slices.SortedFunc(slices.Values(duties), func(a, b Duty) int {
		return cmp.Or(cmp.Compare(a.Day, b.Day), cmp.Compare(a.Account, b.Account))
	})
	type asked struct{ playbook, account string }
	last, out := map[asked]Tally{}, map[string]map[string]daily{}
	for _, d := range sorted {
		for id, t := range d.Tallies {
			before, known := last[asked{id, d.Account}]
			last[asked{id, d.Account}] = t
			if !known {
				continue
			}
			if out[id] == nil {
				out[id] = map[string]daily{}
			}
			sum := out[id][d.Day]
			sum.begun += t.Begun
			sum.suspects, sum.listed = sum.suspects+t.Suspects, sum.listed+t.Listed
			sum.suspectsWas, sum.listedAt = sum.suspectsWas+before.Suspects, sum.listedAt+before.Listed
			out[id][d.Day] = sum
		}
	}
	return out
}

// surged says why a day is a surge, "" where it is none, and what is usual. A day without sweeps is unknown, and counts as none.
func surged(of map[string]daily, before []string, day string) (why string, usual int) {
	if earliest, err := time.Parse(time.DateOnly, day); err == nil {
		from := earliest.AddDate(0, 0, -usualDays).Format(time.DateOnly)
		before = before[max(0, slices.IndexFunc(append(slices.Clone(before), day), func(d string) bool { return d >= from })):]
	}
	var begun []int
	for _, d := range before {
		begun = append(begun, of[d].begun)
	}
	usual = median(begun)
	at := of[day]
	if most := max(fewSuspects, timesUsual*usual); at.begun > most {
		return fmt.Sprintf("%d new suspects on %s, where %d are usual and %d are the most that is believed", at.begun, day, usual, most), usual
	}
	if at.suspects > fewSuspects && at.suspectsWas > 0 && at.listedAt > 0 && at.suspects*at.listedAt >= timesShare*at.suspectsWas*at.listed {
		return fmt.Sprintf("%d of %d listed are suspects on %s, of %d listed the day before %d were", at.suspects, at.listed, day, at.listedAt, at.suspectsWas), usual
	}
	return "", usual
}

// median of counts, the upper of two; 0 of none.
func median(counts []int) int {
	if len(counts) == 0 {
		return 0
	}
	slices.Sort(counts)
	return counts[len(counts)/2]
}
