package console

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/owner"
	"github.com/ripostehq/riposte/internal/price"
	"github.com/ripostehq/riposte/internal/savings"
)

// What the pages show of sweeps: so many rows of a table, so many days.
const (
	mostSums    = 20
	mostLargest = 15
	mostDays    = 30
)

// worth is what sweeps found, and what that costs.
type worth struct {
	savings.Estimate
	Days   []savings.Day // the newest first
	Surges []ledger.Surge
}

// value counts what stands. Prices are those that the record has, and the table's: these pages ask nobody.
func (c *Console) value(ctx context.Context) (*worth, error) {
	now, cfg := c.Now(), c.Config()
	r := savings.Reader{
		Store: c.Store, Books: cfg.Playbooks, Prices: price.New(price.Options{Cache: c.Store, Now: c.Now}),
		Owner: func(k ledger.Streak) string {
			o := owner.Of(cfg, k.Resource.String(), k.Resource.Account, nil, time.Time{})
			if o.Group != "" {
				return o.Group
			}
			return o.Address
		},
	}
	var w worth
	var err error
	if w.Estimate, err = r.Estimate(ctx, now); err != nil {
		return nil, err
	}
	duties, err := c.Store.Duties(ctx, now.UTC().Add(-ledger.SurgeReaches).Format(time.DateOnly))
	if err != nil {
		return nil, fmt.Errorf("read the sweeps of the last days: %w", err)
	}
	w.Days = savings.Over(duties, "")
	slices.Reverse(w.Days)
	w.Days = w.Days[:min(len(w.Days), mostDays)]
	w.Surges = ledger.Surges(duties, now)
	return &w, nil
}

// sumsOf is a table of sums.
type sumsOf struct {
	Name string // of its first column
	Link string // before a name, "" for none
	Rows []savings.Sum
	More int
}

func table(name, link string, all []savings.Sum) sumsOf {
	return sumsOf{name, link, all[:min(len(all), mostSums)], max(0, len(all)-mostSums)}
}

// savings shows what suspects cost, as estimates.
func (c *Console) savings(w http.ResponseWriter, r *http.Request, v view) error {
	var body struct {
		Counting bool
		*worth
		Tables []sumsOf
		Top    []savings.Item
	}
	found, err := c.worth.get(r.Context())
	if err != nil {
		return err
	}
	if body.worth, body.Counting = found, found == nil; found != nil {
		body.Tables = []sumsOf{table("Playbook", "/playbooks/", found.ByPlaybook), table("Owner", "", found.ByOwner), table("Account", "", found.ByAccount)}
		body.Top = found.Largest[:min(len(found.Largest), mostLargest)]
	}
	v.Title, v.Body = "Savings", body
	return c.show(w, r, http.StatusOK, "savings", v)
}

// held is a playbook that a surge holds.
type held struct {
	Playbook string
	ledger.Brake
}

// surges shows which playbooks find suddenly more, and what is held.
func (c *Console) surges(w http.ResponseWriter, r *http.Request, v view) error {
	var body struct {
		Counting bool
		*worth
		Held []held
	}
	brakes, err := c.Store.Brakes(r.Context())
	if err != nil {
		return fmt.Errorf("read the brakes: %w", err)
	}
	for _, b := range brakes {
		if id, is := strings.CutPrefix(b.Scope, "surge:"); is {
			body.Held = append(body.Held, held{id, b})
		}
	}
	if body.worth, err = c.worth.get(r.Context()); err != nil {
		return err
	}
	body.Counting = body.worth == nil
	v.Title, v.Body = "Surges", body
	return c.show(w, r, http.StatusOK, "surges", v)
}
