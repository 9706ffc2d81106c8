package cli

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/ripostehq/riposte/internal/app"
	"github.com/ripostehq/riposte/internal/ledger"
)

// list prints what stands in the ledger.
func (v sweepVerb) list(ctx context.Context, sh *shell) error {
	r, err := v.open(ctx, sh)
	if err != nil {
		return err
	}
	defer r.Close()
	all, err := r.Coverages(ctx, v.Account)
	if err != nil {
		return fmt.Errorf("read the coverage: %w", err)
	}
	var lines []sweepLine
	var sum sweepSummary
	for _, c := range all {
		if !v.among(c) {
			continue
		}
		sum.Places, sum.Listed, sum.Recorded = sum.Places+1, sum.Listed+c.Listed, true
		streaks, err := r.Streaks(ctx, c.Listing)
		if err != nil {
			return fmt.Errorf("read the streaks of %s: %w", where(c.Place), err)
		}
		for _, k := range streaks {
			if v.Playbook == "" || k.Playbook == v.Playbook {
				lines = append(lines, keptLine(r.config, c, k, sh.now()))
			}
		}
	}
	sortLines(lines)
	if v.By != "" {
		sh.sweptBy(v.By, lines)
		return nil
	}
	sh.sweepLines(lines)
	if !sh.json() {
		sh.remark("%s in %s of %s resources listed", counted(len(lines), "suspect"), counted(sum.Places, "listing"), grouped(float64(sum.Listed)))
	}
	return nil
}

// sweepWhen is when an account is swept.
type sweepWhen struct {
	Account string    `json:"account"`
	Next    time.Time `json:"next,omitzero"` // zero: by no schedule
	Last    time.Time `json:"last,omitzero"`
	Calls   int       `json:"calls"` // of the last
	Error   string    `json:"error,omitempty"`
}

// when prints each account's moment, and how its last sweep went.
func (v sweepVerb) when(ctx context.Context, sh *shell) error {
	r, err := v.open(ctx, sh)
	if err != nil {
		return err
	}
	defer r.Close()
	now := sh.now()
	duties, err := r.Duties(ctx, now.AddDate(0, 0, -30).UTC().Format(time.DateOnly))
	if err != nil {
		return fmt.Errorf("read the duties: %w", err)
	}
	all := map[string]*sweepWhen{}
	for _, a := range r.config.Organization.Accounts {
		all[a.ID] = &sweepWhen{Account: a.ID}
	}
	for _, d := range duties {
		if all[d.Account] == nil {
			all[d.Account] = &sweepWhen{Account: d.Account}
		}
		if w := all[d.Account]; d.Ended.After(w.Last) {
			w.Last, w.Calls, w.Error = d.Ended, d.Calls, d.Error
		}
	}
	if at, on := r.config.Sweep.At.Since(); on {
		for _, t := range app.Schedule(r.config, at).Turns(slices.Collect(maps.Keys(all)), duties, time.Time{}, now) {
			all[t.Account].Next = t.At
		}
	}
	t := table{{"ACCOUNT", "NEXT", "LAST", "CALLS", "NOT LISTED"}}
	for _, id := range slices.Sorted(maps.Keys(all)) {
		w := all[id]
		if sh.json() {
			sh.object(w)
			continue
		}
		if v.Account == "" || v.Account == id {
			t = append(t, []string{id, minuteOf(w.Next), minuteOf(w.Last), fmt.Sprint(w.Calls), plain([]any{w.Error})[0].(string)})
		}
	}
	sh.table(t)
	return nil
}

func minuteOf(at time.Time) string {
	if at.IsZero() {
		return "-"
	}
	return at.UTC().Format("2006-01-02 15:04 UTC")
}

// sweepDay is what the sweeps of a day found for a playbook.
type sweepDay struct {
	Day      string `json:"day"`
	Playbook string `json:"playbook"`
	Accounts int    `json:"accounts"`
	ledger.Tally
}

// history prints what sweeps found, by day and playbook.
func (v sweepVerb) history(ctx context.Context, sh *shell) error {
	r, err := v.open(ctx, sh)
	if err != nil {
		return err
	}
	defer r.Close()
	duties, err := r.Duties(ctx, sh.now().Add(-time.Duration(v.History)).UTC().Format(time.DateOnly))
	if err != nil {
		return fmt.Errorf("read the duties: %w", err)
	}
	days := map[string]*sweepDay{}
	for _, d := range duties {
		for id, t := range d.Tallies {
			if v.Account != "" && v.Account != d.Account || v.Playbook != "" && v.Playbook != id {
				continue
			}
			key := d.Day + " " + id
			if days[key] == nil {
				days[key] = &sweepDay{Day: d.Day, Playbook: id}
			}
			days[key].add(t)
		}
	}
	t := table{{"DAY", "PLAYBOOK", "ACCOUNTS", "LISTED", "SUSPECTS", "NEW", "$ A MONTH", "PRICE UNKNOWN"}}
	for _, key := range slices.Sorted(maps.Keys(days)) {
		d := days[key]
		if sh.json() {
			sh.object(d)
			continue
		}
		t = append(t, []string{d.Day, d.Playbook, fmt.Sprint(d.Accounts), fmt.Sprint(d.Listed), fmt.Sprint(d.Suspects), fmt.Sprint(d.Begun), fmt.Sprintf("%.2f", d.Monthly), fmt.Sprint(d.Unpriced)})
	}
	sh.table(t)
	return nil
}

func (d *sweepDay) add(t ledger.Tally) {
	d.Accounts++
	d.Listed, d.Suspects, d.Begun = d.Listed+t.Listed, d.Suspects+t.Suspects, d.Begun+t.Begun
	d.Monthly, d.Unpriced = d.Monthly+t.Monthly, d.Unpriced+t.Unpriced
}
