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
	All      bool   `help:"Cases of playbooks that only tag, too; --playbook and --state show them as well."`
	Incident string `placeholder:"CASE" help:"Only cases of the same incident as this case: of one actor, and of those that it acts for, close after each other."`
}

// Run lists the cases, oldest first.
func (v casesVerb) Run(ctx context.Context, sh *shell) error {
	if all := states(); v.State != "" && !slices.Contains(all, v.State) {
		return wrongUsage("there is no state %q%s", v.State, spelling.Among(v.State, all))
	}
	r, err := v.open(ctx, sh)
	if err != nil {
		return err
	}
	defer r.Close()
	if err := sh.brakes(ctx, r); err != nil {
		return err
	}
	f := ledger.Filter{Open: v.Open, State: ledger.State(v.State), Playbook: v.Playbook, Account: v.Account}
	if v.Incident != "" {
		c, err := r.one(ctx, v.Incident)
		if err != nil {
			return err
		}
		if f.Incident = c.Incident; f.Incident == "" {
			return fmt.Errorf("case %s is of no incident: its caller is not known", c.ID)
		}
	}
	all := ledger.All(ctx, r, f)
	if !v.All && v.Playbook == "" && v.State == "" && v.Incident == "" {
		all = sh.untagging(all)
	}
	return sh.cases(r, all)
}

// untagging leaves out the cases of playbooks that only tag: a thousand launches are no news.
func (sh *shell) untagging(all iter.Seq2[*ledger.Case, error]) iter.Seq2[*ledger.Case, error] {
	tags := map[string]bool{}
	for _, d := range sh.catalogue {
		tags[d.ID] = d.Marks()
	}
	return func(yield func(*ledger.Case, error) bool) {
		for c, err := range all {
			if err == nil && tags[c.Playbook] {
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
