package engine

import (
	"context"
	"fmt"

	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/playbook"
)

// elsewhen marks a suspect of a case that is being taken back, of which the person who ordered that knew nothing: it is looked
// at in a case of its own, once the root is free.
const elsewhen = "later"

// aside is what becomes of a suspect in a case that is taken back: the exception that came with the order covers it, or not.
func (t *attempt) handedOn(l playbook.StoredSuspect) string {
	if t.c.Quiet != nil && t.c.Quiet.Covers(l.Found) {
		return "dropped"
	}
	return elsewhen
}

// handOn opens a case for what was found while this one was taken back. It is closed first: a root has one open case.
func (t *attempt) handOn(ctx context.Context) error {
	if !waitsForAnother(t.c) {
		return nil
	}
	t.move(t.state())
	if t.c.State != ledger.Undone {
		return nil
	}
	if err := t.commit(ctx); err != nil {
		return err
	}
	for i := range t.c.Suspects {
		l := &t.c.Suspects[i]
		if l.Checked != elsewhen {
			continue
		}
		next := l.StoredSuspect
		next.Origin.EventID += " after " + t.c.ID // this case has taken the event itself
		ads, err := t.Store.Admit(ctx, t.Now(), []playbook.StoredSuspect{next}, ledger.FirstClaim{})
		if err != nil {
			return fmt.Errorf("open a case for %s: %w", l.Resource, err)
		}
		l.Checked = "moved"
		t.note("goes on in case %s: %s", ads[0].Case, l.Title)
	}
	return nil
}

// waitsForAnother reports whether a case has suspects to hand on.
func waitsForAnother(c *ledger.Case) bool {
	for _, l := range c.Suspects {
		if l.Checked == elsewhen {
			return true
		}
	}
	return false
}
