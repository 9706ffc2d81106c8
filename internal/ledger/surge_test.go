package ledger_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/ledger"
)

var surgeNow = time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)

// finds are the sweeps of one account on the days up to today, the oldest first; -1: it was not swept.
func finds(account string, listed int, begun ...int) (all []ledger.Duty) {
	stand := 0
	for i, n := range begun {
		if n < 0 {
			continue
		}
		stand += n
		day := surgeNow.AddDate(0, 0, i+1-len(begun)).Format(time.DateOnly)
		all = append(all, ledger.Duty{Day: day, Account: account, Tallies: map[string]ledger.Tally{"waste.volume": {Listed: listed, Suspects: stand, Begun: n}}})
	}
	return all
}

func quiet(days int) []int { return make([]int, days) }

func TestSurges(t *testing.T) {
	for _, c := range []struct {
		name   string
		duties []ledger.Duty
		want   string // in the reason; "" for none
	}{
		{"nothing was swept", nil, ""},
		{"the first sweep finds all that lies there", finds("1", 9000, 4000), ""},
		{"an account joins with much", append(finds("1", 9000, 100, 0, 1, 0, 2), finds("2", 9000, 3000)...), ""},
		{"ten are few, whatever was before", finds("1", 9000, 100, 0, 0, 0, 10), ""},
		{"eleven are not", finds("1", 9000, 100, 0, 0, 0, 11), "11 new suspects on 2026-11-30, where 0 are usual and 10"},
		{"three times the usual is believed", finds("1", 9000, 100, 5, 5, 5, 15), ""},
		{"more is not", finds("1", 9000, 100, 5, 5, 5, 16), "16 new suspects on 2026-11-30, where 5 are usual and 15"},
		{"days that were not swept are not days without finds", finds("1", 9000, 100, 5, 5, -1, -1, -1, -1, 15), ""},
		{"what was more than 14 days before is not usual any more", finds("1", 9000, slices.Concat([]int{100}, slices.Repeat([]int{5}, 20), quiet(14), []int{14})...), "14 new suspects"},
		{"the sum of the accounts counts", append(finds("1", 9000, 100, 0, 6), finds("2", 9000, 100, 0, 6)...), "12 new suspects"},
		{"it is told for two weeks", finds("1", 9000, append([]int{100, 0, 50}, quiet(14)...)...), "50 new suspects on 2026-11-16"},
		{"and not longer", finds("1", 9000, append([]int{100, 0, 50}, quiet(15)...)...), ""},
	} {
		t.Run(c.name, func(t *testing.T) { surgeIs(t, c.duties, c.want) })
	}
}

func TestAShareThatDoublesIsASurge(t *testing.T) {
	share := func(listed, suspects, listedNow, suspectsNow int) []ledger.Duty {
		return []ledger.Duty{
			{Day: "2026-11-29", Account: "1", Tallies: map[string]ledger.Tally{"waste.volume": {Listed: listed, Suspects: suspects}}},
			{Day: "2026-11-30", Account: "1", Tallies: map[string]ledger.Tally{"waste.volume": {Listed: listedNow, Suspects: suspectsNow}}},
		}
	}
	surgeIs(t, share(1000, 20, 1000, 39), "")
	surgeIs(t, share(1000, 20, 1000, 40), "40 of 1000 listed")
	surgeIs(t, share(1000, 20, 500, 20), "20 of 500 listed")
	surgeIs(t, share(1000, 2, 1000, 10), "")
}

func surgeIs(t *testing.T, duties []ledger.Duty, want string) {
	t.Helper()
	got := ledger.Surges(duties, surgeNow)
	if want == "" && len(got) > 0 || want != "" && (len(got) != 1 || got[0].Playbook != "waste.volume" || !strings.Contains(got[0].Why, want)) {
		t.Errorf("got %+v, want %q", got, want)
	}
}

// Neither the order in which sweeps are read nor how they are spread over accounts that were all asked before changes what is a surge.
func TestSurgesDoNotDependOnOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var duties []ledger.Duty
		for a := range rapid.IntRange(1, 3).Draw(t, "accounts") {
			duties = append(duties, finds(fmt.Sprint(a), 1000, rapid.SliceOfN(rapid.IntRange(-1, 30), 1, 20).Draw(t, "begun")...)...)
		}
		want := fmt.Sprint(ledger.Surges(duties, surgeNow))
		if got := fmt.Sprint(ledger.Surges(rapid.Permutation(duties).Draw(t, "order"), surgeNow)); got != want {
			t.Errorf("%s, in another order %s", want, got)
		}
	})
}

// What a listing of another day's sweep has, since its place was left out today, stands and is not new.
func TestATallyCountsWhatStands(t *testing.T) {
	began := time.Date(2026, 11, 30, 4, 0, 0, 0, time.UTC)
	today := ledger.Duty{Day: "2026-11-30", Account: "1"}
	listed := func(kind, duty string, n int, streaks ...ledger.Streak) ledger.Swept {
		return ledger.Swept{Coverage: ledger.Coverage{Listing: ledger.Listing{Place: event.Place{Account: "1"}, Kind: kind}, Duty: duty, Began: began, Listed: n}, Streaks: streaks}
	}
	got := ledger.TallyOf(today, map[string][]string{"waste.volume": {"ec2.volume"}, "waste.address": {"ec2.address"}}, []ledger.Swept{
		listed("ec2.volume", today.Name(), 9, ledger.Streak{Playbook: "waste.volume", First: began}, ledger.Streak{Playbook: "waste.volume", First: began.Add(-time.Second)},
			ledger.Streak{Playbook: "hardening.encryption", First: began}),
		listed("ec2.volume", "2026-11-29/1", 2, ledger.Streak{Playbook: "waste.volume", First: began.Add(time.Hour)}),
		listed("ec2.snapshot", today.Name(), 70),
	})
	if len(got) != 2 || got["waste.volume"] != (ledger.Tally{Listed: 11, Suspects: 3, Begun: 1}) || got["waste.address"] != (ledger.Tally{}) {
		t.Errorf("%+v", got)
	}
}

// Half of a listing fails, and what stands there stands: that is no surge. What was read to its end, and has shrunk, is.
func TestAListingThatFailsIsNoSurge(t *testing.T) {
	began := time.Date(2026, 11, 30, 4, 0, 0, 0, time.UTC)
	of := ledger.Listing{Place: event.Place{Account: "1"}, Kind: "ec2.volume"}
	stand := slices.Repeat([]ledger.Streak{{Playbook: "waste.volume", First: began.AddDate(0, 0, -9)}}, 40)
	before := ledger.Coverage{Listing: of, Began: began.AddDate(0, 0, -1), Listed: 1000}.After(ledger.Coverage{}, "2026-11-29")
	duty := func(day string, c ledger.Coverage) ledger.Duty {
		d := ledger.Duty{Day: day, Account: "1"}
		c.Duty = d.Name()
		d.Tallies = ledger.TallyOf(d, map[string][]string{"waste.volume": {"ec2.volume"}}, []ledger.Swept{{Coverage: c, Streaks: stand}})
		return d
	}
	for _, read := range []int{0, 50, 400, 1500} {
		failed := ledger.Coverage{Listing: of, Began: began, Listed: read, Error: "throttled"}.After(before, "2026-11-30")
		again := ledger.Coverage{Listing: of, Began: began, Listed: read, Error: "throttled"}.After(failed, "2026-11-30")
		surgeIs(t, []ledger.Duty{duty("2026-11-29", before), duty("2026-11-30", failed)}, "")
		surgeIs(t, []ledger.Duty{duty("2026-11-29", before), duty("2026-11-30", again)}, "")
	}
	shrunk := ledger.Coverage{Listing: of, Began: began, Listed: 400}.After(before, "2026-11-30")
	surgeIs(t, []ledger.Duty{duty("2026-11-29", before), duty("2026-11-30", shrunk)}, "40 of 400 listed")
}
