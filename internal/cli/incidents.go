package cli

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/show"
)

type incidentsVerb struct {
	ledgerFlag
	Open  bool   `help:"Only incidents with a case that still waits for something."`
	Since *since `placeholder:"24h" help:"Only incidents with a case that came up since: 24h, 30d, 2026-03-01."`
	Limit int    `default:"20" placeholder:"N" help:"Only the newest so many; 0: all."`
}

// mostLooked is how many cases are gone through for the incidents that they are of, unless all are wanted.
const mostLooked = 5000

// Run lists incidents, that with the newest case first.
func (v incidentsVerb) Run(ctx context.Context, sh *shell) error {
	if v.Limit < 0 {
		return wrongUsage("--limit can't be negative")
	}
	r, err := v.open(ctx, sh)
	if err != nil {
		return err
	}
	defer r.Close()
	ids, err := v.newest(ctx, sh, r)
	if err != nil {
		return err
	}
	t := table{{"INCIDENT", "SEVERITY", "CASES", "STATES", "ASKS", "LAST", "BY", "TITLE"}}
	for _, id := range ids {
		one, err := show.ReadIncident(ctx, r, id, r.config.People)
		if err != nil {
			return err
		}
		one.Listed, one.Times = nil, nil
		if sh.json() {
			sh.object(one)
			continue
		}
		by := strings.Join(one.Persons, ", ")
		if by == "" && len(one.Actors) > 0 {
			by = short(one.Actors[0])
		}
		t = append(t, []string{
			one.Incident, severity(one.Severity), number(one), tallied(one.States), fmt.Sprint(len(one.Asks)), one.Last.Format(time.DateTime), show.Plain(by), show.Plain(one.Title),
		})
	}
	if len(ids) == 0 && !sh.json() {
		sh.line("no incidents")
	}
	if sh.terminal() && t.width() > sh.width {
		sh.stacked(t)
		return nil
	}
	sh.table(t)
	return nil
}

// newest are the incidents of the newest cases. The ledger is read backwards, and no further than it takes.
func (v incidentsVerb) newest(ctx context.Context, sh *shell, r record) (ids []string, err error) {
	from, looked := v.Since.from(sh.now), 0
	for c, err := range sh.told(ledger.Newest(ctx, r, ledger.Filter{Open: v.Open}, aPage)) {
		if err != nil {
			return nil, fmt.Errorf("read the cases: %w", err)
		}
		switch at := cmp.Or(c.Times.Received, c.Times.Occurred); {
		case at.Before(from.Add(-admitted)):
			return ids, nil // all others are older
		case c.Incident == "" || at.Before(from) || slices.Contains(ids, c.Incident):
		case v.Limit > 0 && len(ids) == v.Limit:
			sh.remark("older ones are left out, beyond %d: --limit 0 lists all", v.Limit)
			return ids, nil
		default:
			ids = append(ids, c.Incident)
		}
		if looked++; v.Limit > 0 && looked == mostLooked {
			sh.remark("only the newest %d cases were looked through: --limit 0 looks through all", mostLooked)
			return ids, nil
		}
	}
	return ids, nil
}

type incidentVerb struct {
	ledgerFlag
	ID string `arg:"" help:"The incident, which is the id of its first case, or any case of it; the beginning will do."`
}

// Run tells one incident.
func (v incidentVerb) Run(ctx context.Context, sh *shell) error {
	r, err := v.open(ctx, sh)
	if err != nil {
		return err
	}
	defer r.Close()
	c, err := r.one(ctx, v.ID)
	if err != nil {
		return err
	}
	if c.Incident == "" {
		return fmt.Errorf("case %s is of no incident: its caller is not known", c.ID)
	}
	one, err := show.ReadIncident(ctx, r, c.Incident, r.config.People)
	if err != nil {
		return err
	}
	if sh.json() {
		sh.object(one)
		return nil
	}
	sh.incident(one)
	return nil
}

// incident prints one, with what happened in it.
func (sh *shell) incident(one show.Incident) {
	sh.line("%s  %s", one.Incident, show.Plain(one.Title))
	for _, f := range []show.Fact{
		{Name: "severity", Value: string(one.Severity)}, {Name: "cases", Value: number(one) + ": " + tallied(one.States)},
		{Name: "opened", Value: one.Opened.Format(time.DateTime + " MST")}, {Name: "last", Value: one.Last.Format(time.DateTime + " MST")},
		{Name: "actors", Value: strings.Join(one.Actors, ", ")}, {Name: "persons", Value: strings.Join(one.Persons, ", ")},
		{Name: "accounts", Value: strings.Join(one.Accounts, ", ")}, {Name: "asks", Value: strings.Join(one.Asks, ", ")},
	} {
		if f.Value != "" {
			sh.line("  %-13s %s", f.Name, show.Plain(f.Value))
		}
	}
	sh.line("\nWhat happened")
	for _, m := range one.Times {
		sh.line("  %s  %s  %-9s  %s", m.At.Format("2006-01-02 15:04:05.000"), m.Case, m.What, show.Plain(m.Text))
	}
	if one.More {
		sh.remark("of its cases the oldest %d are shown: riposte cases --incident %s lists all", show.IncidentCases, one.Incident)
	}
}

// number is how many cases an incident has.
func number(one show.Incident) string {
	if one.More {
		return fmt.Sprintf("%d and more", one.Cases)
	}
	return fmt.Sprint(one.Cases)
}

// tallied says how many cases are in each state.
func tallied(of map[ledger.State]int) string {
	var said []string
	for _, s := range slices.Sorted(maps.Keys(of)) {
		said = append(said, fmt.Sprintf("%d %s", of[s], s))
	}
	return strings.Join(said, ", ")
}
