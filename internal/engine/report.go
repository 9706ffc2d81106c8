package engine

import (
	"context"
	"fmt"
	"time"

	"github.com/ripostehq/riposte/internal/gate"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/playbook"
)

// reporter tells people of a case, and opens another for what the case leaves.
type reporter struct {
	store  ledger.Inbox
	to     Reporter
	books  map[string]playbook.Playbook
	policy gate.Policy
}

// tell tells people how the case stands. What is owed was committed with the change that it tells of, so that neither a
// crash nor a silent Security Hub loses it; telling twice does no harm. An attempt that answered leaves the telling to the next
// one: other cases are answered first, however slow the telling is.
func (rp *reporter) tell(ctx context.Context, t *attempt) error {
	r := &t.c.Report
	t.move(t.state())
	if rp.books[t.c.Playbook].Marks() || t.c.Kept() {
		r.Sent = r.Wanted // the tag itself tells, or the record is asked
	}
	if !rp.books[t.c.Playbook].Marks() && rp.isNews(t) && !r.Owed() {
		r.Wanted++
	}
	if t.answered || !r.Owed() || r.Due.After(t.Now()) {
		return nil
	}
	if err := t.commit(ctx); err != nil {
		return err
	}
	wanted := r.Wanted
	untold, noted := rp.tells(t)
	if err := rp.to.Report(ctx, t.c); err != nil {
		untold()
		r.Attempts++
		r.Error = err.Error()
		r.Due = t.Now().Add(t.backoff(r.Attempts))
		t.Meter.Stopped(t.c.Playbook, err)
		t.Log.Warn("report failed and is retried", "case", t.c.ID, "error", err)
		return nil
	}
	r.Sent, r.Attempts, r.Error, r.Due = wanted, 0, "", time.Time{}
	noted()
	if t.endsSoon() {
		t.c.Reminded = t.Now()
		t.note("people are told that an exception ends")
	}
	return nil
}

// isNews reports whether people are to be told something although the case stands where it did.
func (rp *reporter) isNews(t *attempt) bool {
	if byLetter(rp.policy) {
		t.pageUntold()
		return rp.posts(t) || t.endsSoon()
	}
	return len(rp.news(t)) > 0 || t.endsSoon()
}

// elsewhen marks a suspect of a case that is being taken back, of which that order knew nothing: it is looked
// at in a case of its own, once the root is free.
const elsewhen = "later"

// handedOn says what becomes of a suspect in a case that is taken back: the exception that came with the order covers it, or not.
func (t *attempt) handedOn(l playbook.StoredSuspect) string {
	if t.c.Quiet != nil && t.c.Quiet.Covers(l.Found) {
		return "dropped"
	}
	return elsewhen
}

// handOn opens a case for what was found while this one was taken back. It is closed first: a root has one open case.
func (rp *reporter) handOn(ctx context.Context, t *attempt) error {
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
		ads, err := rp.store.Admit(ctx, t.Now(), []playbook.StoredSuspect{next}, ledger.FirstClaim{})
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
