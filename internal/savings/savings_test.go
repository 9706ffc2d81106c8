package savings_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/savings"
	"github.com/ripostehq/riposte/inventory"
	"github.com/ripostehq/riposte/playbook"
)

var now = time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)

const kind = "AWS::EC2::Volume"

// record is a ledger with some listings.
type record struct {
	coverages []ledger.Coverage
	streaks   map[ledger.Listing][]ledger.Streak
	err       error
}

func (r record) Coverages(_ context.Context, account string) (all []ledger.Coverage, err error) {
	for _, c := range r.coverages {
		if account == "" || c.Place.Account == account {
			all = append(all, c)
		}
	}
	return all, nil
}

func (r record) Streaks(_ context.Context, of ledger.Listing) ([]ledger.Streak, error) {
	return r.streaks[of], r.err
}

// list puts a listing into the record, with suspects that are worth so much; below zero: nobody knows.
func (r *record) list(account string, listed int, duty string, worth ...float64) {
	at := ledger.Listing{Place: event.Place{Account: account, Region: "eu-west-1"}, Kind: kind}
	r.coverages = append(r.coverages, ledger.Coverage{Listing: at, Duty: duty, Listed: listed, Suspects: len(worth), Began: now.Add(-time.Hour), Last: now})
	for i, w := range worth {
		facts, _ := json.Marshal(w)
		r.streaks[at] = append(r.streaks[at], ledger.Streak{Playbook: "waste.volume", Kind: kind, Resource: at.Place.In(kind, fmt.Sprintf("vol-%d", i)), First: now.Add(-time.Duration(i) * 40 * time.Minute), Facts: facts})
	}
}

// volumes says what its facts are worth; snapshots of those below 5 dollars cost as much.
func volumes() playbook.Playbook {
	b := playbook.Playbook{Sweeps: []playbook.Sweep{{Listing: inventory.Listing{Kind: kind}}}}
	b.ID = "waste.volume"
	b.Saves = func(_ context.Context, _ playbook.Prices, l playbook.StoredSuspect) (playbook.Saving, error) {
		var worth float64
		if err := json.Unmarshal(l.Facts, &worth); err != nil {
			return playbook.Saving{}, err
		}
		if worth < 0 {
			return playbook.Saving{}, playbook.ErrNoPrice
		}
		return playbook.Saving{Monthly: worth, Kept: min(worth, 5), Source: "test", Formula: "x"}, nil
	}
	return b
}

// What has no price, is kept, or costs no more than its way back is counted, and in no sum.
func TestWhatSuspectsAreWorth(t *testing.T) {
	r := record{streaks: map[ledger.Listing][]ledger.Streak{}}
	r.list("111122223333", 10, "2026-11-30/111122223333", 8, 105, -1, 3)
	r.list("222233334444", 90, "2026-11-29/222233334444", 25, 45)
	for _, all := range r.streaks {
		if all[0].Resource.Account == "222233334444" {
			all[1].Kept = now.Add(time.Hour)
		}
	}
	r.coverages[1].Error, r.coverages[1].Last = "denied", now.Add(-50*time.Hour)
	e, err := savings.Reader{Store: r, Books: []playbook.Playbook{volumes()}, Owner: func(k ledger.Streak) string { return "team " + k.Resource.Account[:1] }}.Estimate(t.Context(), now)
	if err != nil {
		t.Fatal(err)
	}
	if a := e.All; a.Suspects != 6 || a.Kept != 1 || a.Unpriced != 1 || a.Negative != 1 || a.Saving.Monthly != 138 || a.Net() != 123 {
		t.Errorf("%+v", a)
	}
	if e.Listed != 100 || e.Places != 2 || e.Failed != 1 || !e.Oldest.Equal(now.Add(-50*time.Hour)) {
		t.Errorf("%+v", e)
	}
	if len(e.ByOwner) != 2 || e.ByOwner[0].Name != "team 1" || e.ByOwner[0].Net() != 103 || e.ByAccount[1].Name != "222233334444" || e.ByPlaybook[0].Suspects != 6 {
		t.Errorf("%+v, %+v, %+v", e.ByOwner, e.ByAccount, e.ByPlaybook)
	}
	if len(e.Largest) != 3 || e.Largest[0].Saving.Monthly != 105 || e.Largest[2].Saving.Monthly != 8 {
		t.Errorf("%+v", e.Largest)
	}
}

func TestAnEstimateNamesTheLargestAndNotAll(t *testing.T) {
	r := record{streaks: map[ledger.Listing][]ledger.Streak{}}
	worth := make([]float64, 3000)
	for i := range worth {
		worth[i] = float64(6 + i)
	}
	r.list("111122223333", 3000, "", worth...)
	e, err := savings.Reader{Store: r, Books: []playbook.Playbook{volumes()}}.Estimate(t.Context(), now)
	if err != nil || len(e.Largest) != savings.LargestItems || cap(e.Largest) > 2*savings.LargestItems || e.Largest[0].Saving.Monthly != 3005 || e.Largest[49].Saving.Monthly != 2956 {
		t.Errorf("%d items of %v, %v", len(e.Largest), e.All, err)
	}
}

func TestWhatCantBeReadIsAnError(t *testing.T) {
	r := record{streaks: map[ledger.Listing][]ledger.Streak{}, err: errors.New("disk full")}
	r.list("1", 1, "", 8)
	if e, err := (savings.Reader{Store: r, Books: []playbook.Playbook{volumes()}}).Estimate(t.Context(), now); err == nil {
		t.Errorf("%+v", e)
	}
	r = record{streaks: map[ledger.Listing][]ledger.Streak{}}
	r.list("1", 1, "", 8)
	for _, all := range r.streaks {
		all[0].Facts = []byte("{")
	}
	if got, err := (savings.Reader{Store: r, Books: []playbook.Playbook{volumes()}}).Estimate(t.Context(), now); err == nil {
		t.Errorf("%+v", got)
	}
}

// An account that was not swept on a day stands as it was when it was last.
func TestOverTime(t *testing.T) {
	duty := func(day, account string, suspects int, net float64) ledger.Duty {
		return ledger.Duty{Day: day, Account: account, Tallies: map[string]ledger.Tally{
			"waste.volume": {Listed: 100, Suspects: suspects, Begun: 1, Monthly: net}, "hardening.tls": {Listed: 50, Suspects: 2},
		}}
	}
	duties := []ledger.Duty{duty("2026-11-29", "2", 4, 40), duty("2026-11-28", "1", 10, 100), duty("2026-11-28", "2", 5, 50), {Day: "2026-11-30", Account: "1"}}
	got := savings.Over(duties, "waste.volume")
	if len(got) != 2 || got[0] != (savings.Day{Day: "2026-11-28", Suspects: 15, Listed: 200, Begun: 2, Monthly: 150, Accounts: 2}) ||
		got[1] != (savings.Day{Day: "2026-11-29", Suspects: 14, Listed: 200, Begun: 1, Monthly: 140, Accounts: 1}) {
		t.Errorf("%+v", got)
	}
	if all := savings.Over(duties, ""); all[0].Suspects != 19 || all[0].Listed != 300 || math.Abs(all[0].Share()-19.0/300) > 1e-9 {
		t.Errorf("%+v", all)
	}
	if (savings.Day{}).Share() != 0 {
		t.Error("a share of nothing")
	}
}
