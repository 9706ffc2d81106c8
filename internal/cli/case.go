package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

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
	if one.Siblings, err = r.siblings(ctx, c); err != nil {
		return err
	}
	if sh.json() {
		sh.object(one)
		return nil
	}
	history, err := r.History(ctx, c.ID)
	if err != nil {
		return fmt.Errorf("read the history of case %q: %w", c.ID, err)
	}
	if err := sh.brakes(ctx, r); err != nil {
		return err
	}
	sh.facts(one)
	sh.steps(one)
	sh.ladders(one)
	sh.siblings(one)
	sh.line("\nHistory")
	for _, e := range history {
		for _, note := range e.Notes {
			sh.line("  %s  %-10s %s", e.At.UTC().Format("2006-01-02 15:04:05.000"), e.State, note)
		}
	}
	return nil
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
	return show.Of(c, r.codec, r.config.People)
}

// shownWhole is a case with its ladders: whom each rung hits, what it asks, and whether it can be done with what is granted.
func (r record) shownWhole(c *ledger.Case) (show.Case, error) {
	one, err := r.shown(c)
	if err != nil {
		return one, err
	}
	one.Shown = c.Shown(0)
	one.Ladders, err = show.Ladders(c, r.codec, r.config.Granted)
	return one, err
}

func (sh *shell) facts(c show.Case) {
	sh.line("%s  %s", c.Case, c.Title)
	back := cmp.Or(c.Undo.Why, "possible: riposte undo "+c.Case)
	for _, f := range []struct{ name, value string }{
		{"playbook", c.Playbook}, {"severity", string(c.Severity)}, {"state", string(c.State)}, {"reason", c.Reason},
		{"resource", c.Resource}, {"actor", c.Actor}, {"person", c.Person}, {"upstream", upstream(c)},
		{"identity", c.SourceIdentity}, {"undo", back}, {"quiet", c.Quiet},
		{"first clock", firstClock(c.Clocks)}, {"decides", decides(c.DecideAt)},
		{"happened", stage(c.Times, c.Times.Occurred)}, {"received", stage(c.Times, c.Times.Received)},
		{"decided", stage(c.Times, c.Times.Decided)}, {"first change", stage(c.Times, c.Times.FirstChange)},
		{"contained", stage(c.Times, c.Times.Contained)}, {"verified", stage(c.Times, c.Times.Verified)},
	} {
		if f.value != "" {
			sh.line("  %-13s %s", f.name, f.value)
		}
	}
}

// decides says until when a case waits before it is decided.
func decides(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.Format("2006-01-02 15:04:05 MST") + ", at the end of its window: what else happens until then counts"
}

// upstream says who made the actor's credentials.
func upstream(c show.Case) string {
	var chain []string
	for _, u := range c.Upstream {
		chain = append(chain, fmt.Sprintf("%s by %s at %s", u.Call, u.Actor, u.At.Format(time.DateTime)))
	}
	if c.UpstreamUnknown {
		return "not known: no record of who assumed the role has come"
	}
	return strings.Join(chain, ", of ")
}

// firstClock says what told of a case first, where a service's notice did.
func firstClock(c *show.Clocks) string {
	switch {
	case c == nil:
		return ""
	case c.Record.IsZero():
		return "a notice of the service; the record that names the caller has not come"
	}
	return fmt.Sprintf("a notice of the service, %s before the record", c.Record.Sub(c.Notice).Round(time.Millisecond))
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
		if l.Asks != "" {
			head += " asks: " + l.Asks
		}
		sh.line("%s", head)
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
	if c.Shown != "" {
		sh.line("\nTo let go what asks: riposte approve %s --as %s\nTo let it be: riposte dismiss %s", c.Case, c.Shown, c.Case)
	}
}

// stage is when a stage of a case was reached, and how long after the first known one it came: all count from the same, so that they compare.
func stage(all show.Times, t time.Time) string {
	if t.IsZero() {
		return ""
	}
	s, origin, what := t.Format("2006-01-02 15:04:05.000 MST"), all.Occurred, "it happened"
	if origin.IsZero() {
		origin, what = all.Received, "it was received"
	}
	if origin.IsZero() || t.Equal(origin) {
		return s
	}
	return fmt.Sprintf("%s  +%s after %s", s, t.Sub(origin).Round(time.Millisecond), what)
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
