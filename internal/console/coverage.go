package console

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ripostehq/riposte/internal/canary"
	"github.com/ripostehq/riposte/internal/ledger"
)

// aCoverage is how many places a page of them shows.
const aCoverage = 150

// place is an account and a region of it.
type place struct{ Account, Region string }

// arrival is what last came from a place and led to a case: of anything else the ledger knows nothing.
type arrival struct {
	Event, Canary time.Time // received; zero: not in the month
	Took          time.Duration
}

// heard keeps what a case says of the places that its records came from.
func (s *sums) heard(c *ledger.Case) {
	for _, suspect := range c.Suspects {
		from := place{suspect.Origin.Place.Account, suspect.Origin.Place.Region}
		at, last := suspect.Origin.Received, s.Places[from]
		switch {
		case c.Playbook == canary.ID && at.After(last.Canary):
			last.Canary = at
		case c.Playbook != canary.ID && at.After(last.Event):
			last.Event, last.Took = at, at.Sub(suspect.Origin.Occurred)
		}
		s.Places[from] = last
	}
}

// listed is what sweeps read of a place.
type listed struct {
	Swept  time.Time // by which all types that are listed there were read to their end; zero: never
	Missed int       // types that the last sweep did not read to their end
}

// swept sums up the listings of each place: it is as old as the oldest of them.
func swept(all []ledger.Coverage) map[place]listed {
	out := map[place]listed{}
	for _, c := range all {
		at := place{c.Place.Account, c.Place.Region}
		one, known := out[at]
		if !known || c.Last.Before(one.Swept) {
			one.Swept = c.Last
		}
		if c.Error != "" {
			one.Missed++
		}
		out[at] = one
	}
	return out
}

// covered is a row of the page.
type covered struct {
	place
	arrival
	listed
	Name     string
	Foreign  bool // the configuration does not name the account, or the region
	Known    bool // something came
	Restless bool // nothing came in a week
}

// places are those of the configuration, in its order, then others that something came from.
func (c *Console) places(s *sums) (all []covered) {
	by := c.Config().Organization
	names, named := map[string]string{}, map[place]bool{}
	for _, a := range by.Accounts {
		names[a.ID] = a.Name
		for _, region := range by.Regions {
			one := place{a.ID, region}
			all, named[one] = append(all, covered{place: one, Name: a.Name}), true
		}
	}
	var others []covered
	for p := range s.Places {
		if !named[p] {
			others = append(others, covered{place: p, Name: names[p.Account], Foreign: len(by.Accounts) > 0 && len(by.Regions) > 0})
		}
	}
	slices.SortFunc(others, func(a, b covered) int {
		return strings.Compare(a.Account+" "+a.Region, b.Account+" "+b.Region)
	})
	all = append(all, others...)
	week := c.Now().Add(-7 * 24 * time.Hour)
	for i := range all {
		all[i].arrival, all[i].listed = s.Places[all[i].place], s.Sweeps[all[i].place]
		all[i].Known = !all[i].Event.IsZero() || !all[i].Canary.IsZero()
		all[i].Restless = all[i].Event.Before(week) && all[i].Canary.Before(week)
	}
	return all
}

// silent counts the places of the configuration that nothing came from in a week.
func (c *Console) silent(s *sums) (n int) {
	for _, p := range c.places(s) {
		if p.Restless && !p.Foreign {
			n++
		}
	}
	return n
}

// coverage shows what came last from where, as far as the ledger knows.
func (c *Console) coverage(w http.ResponseWriter, r *http.Request, v view) error {
	s, err := c.figures.get(r.Context())
	if err != nil {
		return err
	}
	var body struct {
		Counting bool
		Cut      bool
		Rows     []covered
		Next     int
	}
	if body.Counting = s == nil; s != nil {
		all := c.places(s)
		from, _ := strconv.Atoi(r.URL.Query().Get("from")) // anything else is the beginning
		from = min(max(from, 0), len(all))
		body.Cut, body.Rows = s.Cut, all[from:min(from+aCoverage, len(all))]
		if from+aCoverage < len(all) {
			body.Next = from + aCoverage
		}
	}
	v.Title, v.Body = "Coverage", body
	return c.show(w, r, http.StatusOK, "coverage", v)
}
