package desk

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/notify"
	"github.com/ripostehq/riposte/playbook"
)

// Report is a reporter of the engine's: it posts who is to be told of a case, and returns. A channel that does not answer holds up no
// case. That nobody can be told is no error, which would keep the case from its end: the log, the figures and the case's own inbox
// say so.
func (d *Desk) Report(ctx context.Context, c *ledger.Case) error {
	if !notify.Worth(c) {
		return nil
	}
	lines, told, err := d.Lines(ctx, c)
	switch {
	case err != nil:
		return err
	case !told:
		return d.nobody(ctx, c.ID, fmt.Sprintf("untold|%s|%d", c.ID, c.Report.Wanted))
	case len(lines) == 0:
		return nil
	}
	if err := d.postInHand(ctx, lines); err != nil {
		return fmt.Errorf("post letters: %w", err)
	}
	d.Wake()
	return nil
}

// nobody says where people look that a case is told to nobody.
func (d *Desk) nobody(ctx context.Context, caseID, key string) error {
	d.Meter.Nobody()
	d.Log.Error("nobody can be told: name a group with a place in people.groups, and owners.fallback", "case", caseID)
	return d.note(ctx, caseID, key, "nobody could be told: no group has a place")
}

// note has a case say that somebody could not be told.
func (d *Desk) note(ctx context.Context, caseID, key, says string) error {
	m := ledger.Message{Key: key, Note: notify.Cut(notify.Plain(says), mostError)}
	if _, err := d.Store.Send(ctx, d.Now(), caseID, m); err != nil && !errors.Is(err, ledger.ErrFull) { // the log says it too
		return fmt.Errorf("case %s: %w", caseID, err)
	}
	return nil
}

// Wake has a desk that sleeps look. It never blocks.
func (d *Desk) Wake() {
	select {
	case d.wake <- struct{}{}:
	default:
	}
}

// Lines are who is to get which letter because of a case, as it stands: none where it says nothing new. Told is false where there is
// nobody among people who could be told.
func (d *Desk) Lines(ctx context.Context, c *ledger.Case) (lines []ledger.Line, told bool, err error) {
	now := d.Now()
	v := d.see(c, now)
	w := writing{d: d, v: v, now: now, first: c.Report.Sent == 0}
	owned := d.forOwner(v)
	var owners []place
	if owned {
		owner, err := d.Owner(ctx, c)
		if err != nil {
			return nil, false, fmt.Errorf("owner of case %s: %w", c.ID, err)
		}
		owners = w.owners(owner)
	}
	if ends := ending(c, now); len(ends) > 0 && !v.open() {
		w.ends(ends, owners)
		return w.lines, len(w.lines) > 0, nil
	}
	if d.forApprovers(v) {
		w.approvers()
	}
	if owned {
		w.owner(owners)
	}
	for _, q := range v.asks {
		if q.whom != "" {
			w.person(q.whom)
		}
	}
	if len(w.lines) == 0 && !w.idle {
		w.at(v.matter, now, d.People.last()...)
	}
	told = len(w.lines) > 0 || w.idle
	for _, at := range d.People.programs() {
		w.at(v.matter, now, at)
	}
	return w.lines, told, nil
}

// forApprovers reports whether security is told: of what contains or asks to, of what tells, of what can't
// wait, and of whatever went wrong.
func (d *Desk) forApprovers(v view) bool {
	return v.contains || v.unread || v.wrong() || v.pressing() || d.takesTwo(v)
}

// takesTwo reports whether something that asks takes several persons, of which an approver is one.
func (d *Desk) takesTwo(v view) bool {
	return slices.ContainsFunc(v.asks, func(q question) bool { return d.Policy.Persons(q.deed) > 1 })
}

// forOwner reports whether the owner is told: what contains is none of theirs.
func (d *Desk) forOwner(v view) bool {
	return v.changes && !v.unread && (!v.contains || len(v.asks) > 0 && !v.containing())
}

// edits reports whether a channel brings a message up to date in place: mail does not.
func edits(channel string) bool { return channel != Mail }

// class is the worst that a yes does.
func class(asks []question) (worst action.Class) {
	order := []action.Class{action.Mark, action.Mend, action.Contain, action.Destroy}
	for _, q := range asks {
		if slices.Index(order, q.deed.Class) > slices.Index(order, worst) {
			worst = q.deed.Class
		}
	}
	return worst
}

// worst is the severest of two.
func worst(a, b playbook.Severity) playbook.Severity {
	if a == "" || ledger.Precedence(b) < ledger.Precedence(a) {
		return b
	}
	return a
}
