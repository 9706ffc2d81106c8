package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/show"
	"github.com/ripostehq/riposte/internal/spelling"
)

type casesVerb struct {
	ledgerFlag
	Open     bool   `help:"Only cases that still wait for something."`
	State    string `placeholder:"STATE" help:"Only cases in this state."`
	Playbook string `placeholder:"ID" help:"Only cases of this playbook."`
	Account  string `placeholder:"ID" help:"Only cases in this account."`
	All      bool   `help:"Cases of which nobody is told, too: of playbooks that only tag, and of what people change by hand and do not delete; --playbook and --state show them as well."`
	Incident string `placeholder:"CASE" help:"Only cases of the same incident as this case: of one actor, and of those that it acts for, close after each other."`
	Actor    string `placeholder:"TEXT" help:"Only cases of callers whose ARN, person, address or access key has this in it."`
	Since    *since `placeholder:"24h" help:"Only cases that came up since: 24h, 30d, 2026-03-01."`
	Limit    *int   `placeholder:"N" help:"Only the newest so many; 0: all. Default: 50 on a terminal, else all."`
	By       string `enum:",playbook,account,ou,environment,region,actor,state,severity" default:"" placeholder:"KEY" help:"Count them by playbook, account, ou, environment, region, actor, state or severity, the most first."`
}

const (
	aScreen = 50  // cases that a terminal is shown at once
	aPage   = 500 // cases that are read at once
)

// most is how many cases are listed; 0: all.
func (v casesVerb) most(sh *shell) int {
	switch {
	case v.Limit != nil:
		return *v.Limit
	case v.By == "" && sh.terminal():
		return aScreen
	}
	return 0
}

// Run lists the cases: on a terminal newest first, since that is what a person looks for; else oldest first.
func (v casesVerb) Run(ctx context.Context, sh *shell) error {
	if all := states(); v.State != "" && !slices.Contains(all, v.State) {
		return wrongUsage("there is no state %q%s", v.State, spelling.Among(v.State, all))
	}
	most := v.most(sh)
	if most < 0 {
		return wrongUsage("--limit can't be negative")
	}
	r, err := v.open(ctx, sh)
	if err != nil {
		return err
	}
	defer r.Close()
	if err := sh.brakes(ctx, r); err != nil {
		return err
	}
	all, err := v.read(ctx, sh, r, most)
	switch {
	case err != nil:
		return err
	case v.By != "":
		return sh.count(r, v.By, all)
	case !sh.terminal() && (most > 0 || v.Since != nil):
		all = turned(all)
	}
	return sh.cases(r, all)
}

// read are the cases that the flags leave: newest first on a terminal, and where it ends before the oldest.
func (v casesVerb) read(ctx context.Context, sh *shell, r record, most int) (iter.Seq2[*ledger.Case, error], error) {
	f := ledger.Filter{Open: v.Open, State: ledger.State(v.State), Playbook: v.Playbook, Account: v.Account}
	if v.Incident != "" {
		c, err := r.one(ctx, v.Incident)
		if err != nil {
			return nil, err
		}
		if f.Incident = c.Incident; f.Incident == "" {
			return nil, fmt.Errorf("case %s is of no incident: its caller is not known", c.ID)
		}
	}
	all := ledger.All(ctx, r, f)
	if most > 0 || v.Since != nil || sh.terminal() {
		page := aPage
		if most > 0 {
			page = min(page, most+1)
		}
		all = ledger.Newest(ctx, r, f, page)
	}
	all = v.among(all, r, v.Since.from(sh.now))
	if !v.All && v.Playbook == "" && v.State == "" && v.Incident == "" {
		all = sh.told(all)
	}
	if most > 0 {
		all = sh.newest(all, most)
	}
	return all, nil
}

// newest are the first so many of cases, and says where there are others.
func (sh *shell) newest(cases iter.Seq2[*ledger.Case, error], most int) iter.Seq2[*ledger.Case, error] {
	return func(yield func(*ledger.Case, error) bool) {
		n := 0
		for c, err := range cases {
			if err == nil && n == most {
				sh.remark("older ones are left out, beyond %d: --limit 0 lists all", most)
				return
			}
			if n++; !yield(c, err) {
				return
			}
		}
	}
}

// told leaves out the cases that are told to no one: a thousand launches that were tagged are no news.
func (sh *shell) told(all iter.Seq2[*ledger.Case, error]) iter.Seq2[*ledger.Case, error] {
	tags := map[string]bool{}
	for _, d := range sh.catalogue {
		tags[d.ID] = d.Marks()
	}
	return func(yield func(*ledger.Case, error) bool) {
		for c, err := range all {
			if err == nil && (tags[c.Playbook] || c.Kept()) {
				continue
			}
			if !yield(c, err) {
				return
			}
		}
	}
}

func states() (out []string) {
	for _, s := range ledger.States() {
		out = append(out, string(s))
	}
	return out
}

func (sh *shell) cases(r record, cases iter.Seq2[*ledger.Case, error]) error {
	none := true
	t := table{{"CASE", "SEVERITY", "STATE", "OCCURRED", "PLAYBOOK", "RESOURCE", "BY", "INCIDENT"}}
	for c, err := range cases {
		if err != nil {
			return fmt.Errorf("read the cases: %w", err)
		}
		none = false
		one, err := r.shown(c)
		if errors.Is(err, action.ErrNewer) {
			sh.remark("left out: %s", err)
			continue
		}
		if err != nil {
			return err
		}
		if sh.json() {
			sh.object(one)
			continue
		}
		by := cmp.Or(one.Person, short(one.Actor))
		t = append(t, []string{one.Case, severity(one.Severity), state(one.State), one.Times.Occurred.Format(time.DateTime), one.Playbook,
			show.Plain(one.Resource), show.Plain(by), further(one)})
	}
	if none && !sh.json() {
		sh.line("no cases")
	}
	if sh.terminal() && t.width() > sh.width {
		sh.stacked(t)
		return nil
	}
	sh.table(t)
	return nil
}

// further is the incident of a case that did not begin it.
func further(c show.Case) string {
	if c.Incident == c.Case {
		return ""
	}
	return c.Incident
}

// brakes tells, beside the results, what is halted: a case that does not move may be waiting for that.
func (sh *shell) brakes(ctx context.Context, r record) error {
	brakes, err := r.Brakes(ctx)
	if err != nil {
		return fmt.Errorf("read the brakes: %w", err)
	}
	for _, b := range brakes {
		sh.remark("halted: %s, by %s at %s %s", b.Scope, b.By, b.At.UTC().Format(time.RFC3339), b.Reason)
	}
	return nil
}
