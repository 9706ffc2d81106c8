package console

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/show"
)

// What a list of cases holds, and how far it looks for them: what is rare is found by going on.
const (
	aPage     = 50
	mostReads = 20
)

// listing is what a page of cases shows.
type listing struct {
	Filter    ledger.Filter
	All       bool // cases of which nobody is told, too
	States    []ledger.State
	Playbooks []string
	Rows      []show.Case
	Newer     int    // cases that a newer riposte planned
	Next      string // address of the older ones; "" where there are none
	Deep      bool   // the list is short because what fits is rare
}

// cases lists some of them, newest first.
func (c *Console) cases(w http.ResponseWriter, r *http.Request, v view) error {
	q := r.URL.Query()
	l := listing{
		Filter: ledger.Filter{Open: q.Get("open") != "", State: ledger.State(q.Get("state")), Playbook: q.Get("playbook"), Account: q.Get("account"), Incident: q.Get("incident")},
		All:    q.Get("all") != "", States: ledger.States(),
	}
	if l.Filter.State != "" && !slices.Contains(l.States, l.Filter.State) {
		return refused(http.StatusBadRequest, "there is no state %q", l.Filter.State)
	}
	quiet := map[string]bool{}
	for _, p := range c.Config().Playbooks {
		l.Playbooks = append(l.Playbooks, p.ID)
		quiet[p.ID] = p.Marks()
	}
	all := l.All || l.Filter.State != "" || l.Filter.Playbook != "" || l.Filter.Incident != ""
	found, next, err := c.page(r.Context(), l.Filter, q.Get("before"), func(one *ledger.Case) bool { return all || !quiet[one.Playbook] && !one.Kept() })
	if err != nil {
		return err
	}
	if l.Rows, l.Newer, err = c.list(found); err != nil {
		return err
	}
	if next != "" {
		q.Set("before", next)
		l.Next, l.Deep = "/cases?"+q.Encode(), len(found) < aPage
	}
	v.Title, v.Body = "Cases", l
	return c.show(w, r, http.StatusOK, "cases", v)
}

// page reads as many cases as a page holds, and where the next one begins.
func (c *Console) page(ctx context.Context, f ledger.Filter, before string, wanted func(*ledger.Case) bool) (found []*ledger.Case, next string, err error) {
	for range mostReads {
		some, more, err := c.Store.Page(ctx, f, before, aPage)
		if err != nil {
			return nil, "", fmt.Errorf("read the cases: %w", err)
		}
		for i, one := range some {
			if wanted(one) {
				found = append(found, one)
			}
			if len(found) == aPage && (i < len(some)-1 || more != "") {
				return found, one.ID, nil
			}
		}
		if before = more; before == "" {
			break
		}
	}
	return found, before, nil
}

// gathering is one incident, as a list of them shows it.
type gathering struct {
	Incident string
	Title    string
	Cases    int
	Open     int
	Latest   show.Case
}

// incidents are those of the newest cases.
func (c *Console) incidents(w http.ResponseWriter, r *http.Request, v view) error {
	q := r.URL.Query()
	found, next, err := c.page(r.Context(), ledger.Filter{}, q.Get("before"), func(one *ledger.Case) bool { return one.Incident != "" })
	if err != nil {
		return err
	}
	rows, _, err := c.list(found)
	if err != nil {
		return err
	}
	var all []gathering
	for _, row := range rows {
		i := slices.IndexFunc(all, func(g gathering) bool { return g.Incident == row.Incident })
		if i < 0 {
			all = append(all, gathering{Incident: row.Incident, Latest: row})
			i = len(all) - 1
		}
		all[i].Cases++
		all[i].Title = row.Title // of the oldest met
		if row.State.Open() {
			all[i].Open++
		}
	}
	if next != "" {
		next = "/incidents?before=" + url.QueryEscape(next)
	}
	v.Title, v.Body = "Incidents", struct {
		All  []gathering
		Next string
	}{all, next}
	return c.show(w, r, http.StatusOK, "incidents", v)
}

// Of an incident, how many of its cases and of its moments are shown, the oldest.
const (
	mostOfIncident = 50
	mostTold       = 120
)

// tale is what the page of an incident shows.
type tale struct {
	show.Incident
	Rows     []show.Case // the oldest
	Left     int         // moments that are left out
	Approved string      // how many approvals were just recorded
}

// incident is one story over its cases, oldest first.
func (c *Console) incident(w http.ResponseWriter, r *http.Request, v view) error {
	id := r.PathValue("id")
	found, err := c.Store.Cases(r.Context(), ledger.Filter{Incident: id, Limit: mostOfIncident})
	if err != nil {
		return fmt.Errorf("read the incident: %w", err)
	}
	if len(found) == 0 {
		return refused(http.StatusNotFound, "there is no incident %q", clip(60, id))
	}
	t := tale{Approved: r.URL.Query().Get("approved")}
	if _, err := strconv.Atoi(t.Approved); err != nil {
		t.Approved = ""
	}
	if t.Incident, err = show.ReadIncident(r.Context(), c.Store, id, c.Config().People); err != nil {
		return err
	}
	if t.Rows, _, err = c.list(found); err != nil {
		return err
	}
	if t.Left = max(len(t.Times)-mostTold, 0); t.Left > 0 {
		t.Times = t.Times[:mostTold]
	}
	v.Title, v.Body = "Incident: "+t.Incident.Title, t
	return c.show(w, r, http.StatusOK, "incident", v)
}
