package engine

import (
	"context"
	"slices"

	"github.com/ripostehq/riposte/internal/ledger"
)

// checker reads the present for suspects. What the present confirms gets a plan; what can't wait is done before that.
type checker struct {
	plan    *planner
	gate    *gatekeeper
	execute *executor
	effects *effects
	revert  *reverter
	cleared *cleared
	sweeps  *sweeps
}

// suspects reads the present for the suspects that were not looked at, until one is confirmed: that is answered before the
// next is looked at. What it confirms gets a plan.
func (ck *checker) suspects(ctx context.Context, t *attempt) (confirmed bool, err error) {
	for i := range t.c.Suspects {
		l := &t.c.Suspects[i]
		if confirmed || t.late() {
			break
		}
		if l.Checked != "" || t.backsOff(l.Trouble) || t.undecidedOf(l) {
			continue
		}
		before := len(t.c.Revisions)
		if err = t.retryLater(ctx, &l.Trouble, ck.suspect(ctx, t, l)); err != nil {
			break
		}
		confirmed = len(t.c.Revisions) > before
	}
	t.c.Suspects = slices.DeleteFunc(t.c.Suspects, func(l ledger.Suspect) bool { // found before, and no plan is its own
		return l.Checked == "again" && !slices.ContainsFunc(t.c.Revisions, func(r ledger.Revision) bool { return r.Suspect == l.Key })
	})
	return confirmed, err
}

// suspect checks one: what is found of the root gets a revision, what is found of another goes on in a case of its own.
func (ck *checker) suspect(ctx context.Context, t *attempt, l *ledger.Suspect) error {
	found, err := ck.confirmInTime(ctx, t, l)
	if err == nil && len(found) == 0 {
		err = ck.relent(ctx, t, l)
	}
	if err != nil {
		return err
	}
	l.Checked = "dismissed"
	for _, p := range found {
		if p.Suspect.Resource != t.c.Root {
			if err := ck.plan.placeOf(ctx, t, p.Suspect); err != nil {
				return err
			}
			l.Checked = "moved"
			continue
		}
		if t.tells {
			if err := ck.plan.tell(t, l, p); err != nil {
				return err
			}
			continue
		}
		l.Checked = "confirmed"
		t.c.Title, l.Related, l.Tags = p.Suspect.Title, p.Suspect.Related, p.Suspect.Tags // for people: the facts stay as the event gave them
		if err := ck.plan.revise(t, l.Key, p); err != nil {
			return err
		}
		t.named(l)
	}
	if l.Checked == "dismissed" && t.answeredBefore(l) {
		l.Checked = "again" // what a notice told was answered before its record came
		t.named(l)
	} else if l.Checked == "dismissed" {
		t.note("not confirmed: %s", l.Title)
		if l.Origin.Sweep != "" {
			return ck.sweeps.restart(ctx, t, l.StoredSuspect)
		}
		ck.cleared.add(clearable(ck.plan.books[l.Playbook].Definition, l.StoredSuspect), t.Now())
	}
	if l.Checked != "confirmed" && l.Checked != "again" || t.c.Kept() {
		return nil
	}
	if err := ck.plan.trace(ctx, t); err != nil { // for people: the answer does not wait for it
		t.note("error: who made the caller's credentials, and which incident this is of, could not be read: %v", err)
	}
	return nil
}
