package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"charm.land/lipgloss/v2"

	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/show"
)

type caseVerb struct {
	ledgerFlag
	ID string `arg:"" help:"The case, or the beginning of its id."`
}

// Run shows one case.
func (v caseVerb) Run(ctx context.Context, sh *shell) error {
	r, err := v.open(ctx, sh)
	if err != nil {
		return err
	}
	defer r.Close()
	c, err := r.one(ctx, v.ID)
	if err != nil {
		return err
	}
	one, err := r.shownWhole(c)
	if err != nil {
		return err
	}
	if err = show.Beside(ctx, r, c, &one); err != nil {
		return err
	}
	history, err := r.History(ctx, c.ID)
	if err != nil {
		return fmt.Errorf("read the history of case %q: %w", c.ID, err)
	}
	one.History = show.HistoryOf(history)
	if sh.json() {
		sh.object(one)
		return nil
	}
	if err := sh.brakes(ctx, r); err != nil {
		return err
	}
	sh.facts(one)
	sh.found(one)
	sh.steps(one)
	sh.ladders(one)
	sh.siblings(one)
	sh.recent(one)
	sh.line("\nHistory")
	for _, e := range one.History {
		for _, note := range e.Notes {
			sh.line("  %s  %-10s %s", e.At.Format("2006-01-02 15:04:05.000"), e.State, note)
		}
	}
	return nil
}

// found lists what a case is of, of which its title may name the first alone.
func (sh *shell) found(c show.Case) {
	if len(c.Found) == 0 {
		return
	}
	sh.line("\nFound, as %s", c.Seen)
	for _, f := range c.Found {
		sh.line("  %s", show.Plain(f))
	}
}

// one is the case that an id or its beginning names.
func (r record) one(ctx context.Context, id string) (*ledger.Case, error) {
	c, err := r.Find(ctx, id)
	switch {
	case strings.TrimPrefix(id, "c_") == "":
		return nil, wrongUsage("%q names no case: give the beginning of its id", id)
	case errors.Is(err, ledger.ErrNotFound):
		return nil, fmt.Errorf("no case in %s begins with %q", r.file, show.Plain(id))
	case errors.Is(err, ledger.ErrAmbiguous):
		return nil, fmt.Errorf("more than one case in %s begins with %q: give more of the id", r.file, show.Plain(id))
	case err != nil:
		return nil, fmt.Errorf("read case %q: %w", show.Plain(id), err)
	}
	return c, nil
}

func (r record) shown(c *ledger.Case) (show.Case, error) {
	return show.Known(c, r.codec, r.config)
}

// shownWhole is a case with its ladders.
func (r record) shownWhole(c *ledger.Case) (show.Case, error) {
	return show.Whole(c, r.codec, r.config)
}

func (sh *shell) facts(c show.Case) {
	sh.line("%s  %s", c.Case, c.Title)
	for _, f := range c.Facts() {
		sh.line("  %-13s %s", f.Name, f.Value)
	}
}

func (sh *shell) steps(c show.Case) {
	for i, a := range c.Actions {
		if i == 0 {
			sh.line("\nSteps")
		}
		sh.line("  %-8s %s on %s", a.Outcome, a.Kind, a.Target)
		if !a.NotBefore.IsZero() {
			sh.line("           not before %s, and looked at again then", a.NotBefore.Format("2006-01-02 15:04 MST"))
		}
		if a.Error != "" {
			sh.line("           %s", a.Error)
		}
		if len(a.Requests) > 0 {
			sh.line("           request %s", strings.Join(a.Requests, ", "))
		}
	}
}

// ladders prints what would be done, rung by rung, and how to let it go. An approval is of what is printed here.
func (sh *shell) ladders(c show.Case) {
	for i, l := range c.Ladders {
		if i == 0 || l.Revision != c.Ladders[i-1].Revision {
			sh.line("\nPlan %d", l.Revision)
		}
		head := fmt.Sprintf("  %d.", l.Step)
		if l.After != "" {
			head += " after " + l.After
		}
		switch {
		case l.Whom != "":
			head += fmt.Sprintf(" asks %s whether it was they: %s", show.Plain(l.Whom), l.Asks)
		case l.Asks != "":
			head += " asks: " + l.Asks
		}
		sh.line("%s", head)
		if l.NoAnswer != "" {
			sh.line("     %s", l.NoAnswer)
		}
		for _, r := range l.Rungs {
			mark, needs := " ", fmt.Sprintf(" (%s)", r.Tier)
			if r.Stands {
				mark = ">" // the step stands here
			}
			if !r.Granted {
				needs = fmt.Sprintf(" (%s, which is not granted: the next rung is taken)", r.Tier)
			}
			sh.line("     %s %s: %s%s", mark, r.Kind, r.Hits, needs)
			if r.Ask != "" {
				sh.line("       asks: %s", r.Ask)
			}
		}
	}
	if slices.ContainsFunc(c.Ladders, func(l show.Ladder) bool { return l.Whom != "" }) {
		sh.line("\nWhether it was you: riposte answer %s mine, or not-mine, which has it done", c.Case)
	}
	if c.Shown != "" {
		sh.line("\nTo let go what asks: riposte approve %s --as %s\nTo let it be: riposte dismiss %s", c.Case, c.Shown, c.Case)
	}
}

// short is the part of an ARN that people know a principal by.
func short(arn string) string {
	parts := strings.SplitN(arn, ":", 6)
	if len(parts) < 6 {
		return arn
	}
	_, name, ok := strings.Cut(parts[5], "/")
	if !ok {
		return parts[5]
	}
	return name
}

// state in its colour.
func state(s ledger.State) string {
	colour := map[ledger.State]string{
		ledger.Verified: "2", ledger.Contained: "2", ledger.Acting: "6", ledger.Undoing: "6", ledger.Asked: "3", ledger.Held: "3",
		ledger.Failed: "1",
	}[s]
	return lipgloss.NewStyle().Foreground(lipgloss.Color(cmp.Or(colour, "8"))).Render(show.Plain(string(s)))
}
