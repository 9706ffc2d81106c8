package engine

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/playbook"
)

// mostLookUps is how many look-ups follow one session: one a caller, and one more where the caller is of another account.
const mostLookUps = 4

// upstream follows the caller's session to those that opened it, where no record that was delivered shows them. What is found is remembered as
// a delivered record would have been, so that later cases of the session know it. It returns why a later look may find more.
func (h *hindsight) upstream(ctx context.Context, t *attempt) (unanswered string, err error) {
	o := t.c.Origin
	a, before := o.Actor, o.Occurred
	if n := len(t.c.Upstream); n > 0 {
		a, before = t.c.Upstream[n-1].Actor, t.c.Upstream[n-1].At
	}
	seen, unanswered, err := h.follow(ctx, t, a, before)
	if err != nil {
		t.note("error: %v", err)
		unanswered = didNotAnswer
	}
	if len(seen) == 0 {
		return unanswered, nil
	}
	if err := h.plan.store.Remember(ctx, seen); err != nil {
		return "", fmt.Errorf("remember it: %w", err)
	}
	if t.c.Upstream, err = playbook.Recall(h.plan.store.Recall).Minters(ctx, o.Actor, o.Occurred); err != nil {
		return "", err
	}
	for _, m := range t.c.Upstream {
		t.note("upstream, by the event history: %s by %s", m.Call, cmp.Or(m.Actor.ARN, m.Actor.InvokedBy))
	}
	return unanswered, h.askAbout(ctx, t)
}

// follow looks up who opened a session, and theirs, each in the account of the role and in the region of the case's call.
func (h *hindsight) follow(ctx context.Context, t *attempt, a event.Actor, before time.Time) (seen []playbook.Observation, unanswered string, err error) {
	elsewhere := ""
	for range mostLookUps {
		at := event.Place{Partition: a.Partition, Account: cmp.Or(elsewhere, a.Account), Region: t.c.Origin.Place.Region}
		switch {
		case !a.Assumed() || h.plan.org.Person(a) != "":
			return seen, "", nil
		case t.late():
			return seen, "there was no time to look", nil
		case h.silent.is(at, t.Now()):
			return seen, didNotAnswer, nil
		case !h.ours(ctx, t, at.Account):
			return seen, "", nil
		}
		found, err := h.openers.Minted(ctx, h.plan.aws.Reads(), t.Now(), at, a.AccessKey, before)
		if err != nil {
			h.silent.note(at, t.Now())
			return seen, "", err
		}
		if found.Unseen != "" {
			t.note("who opened the session of %s was not looked up: %s", a.ARN, found.Unseen)
			return seen, found.Unseen, nil
		}
		if elsewhere = found.Account; found.Seen == nil && elsewhere == "" {
			return seen, "", nil
		}
		if found.Seen == nil {
			continue // the caller's own copy of the record names the caller
		}
		m, err := found.Seen.Minter()
		if err != nil {
			return seen, "", err
		}
		seen = append(seen, *found.Seen)
		a, before = m.Actor, m.At
	}
	return seen, "", nil
}

// ours reports whether an account may be asked: the one that the event is of, or another that is known to be the organisation's.
func (h *hindsight) ours(ctx context.Context, t *attempt, account string) bool {
	if account == t.c.Origin.Place.Account {
		return true
	}
	ours, err := h.plan.org.Has(ctx, account)
	return err == nil && ours
}

// askAbout adds to the latest plan against the caller the steps against those that opened its session: a new revision, whose other steps stand where
// they stood. The check is not asked again, since what the plan has done may have mended what it would look for.
func (h *hindsight) askAbout(ctx context.Context, t *attempt) error {
	var was *ledger.Revision
	for i := range t.c.Revisions {
		if r := &t.c.Revisions[i]; r.Superseded == 0 && !ended(r) && t.suspect(r.Suspect).Origin.Actor.Credential() == t.c.Origin.Actor.Credential() {
			was = r
		}
	}
	if was == nil {
		return nil
	}
	l := t.suspect(was.Suspect)
	book := h.plan.books[l.Playbook]
	if book.Behind == nil {
		return nil
	}
	steps, err := book.Behind(ctx, h.plan.org, t.c.ID, l.StoredSuspect, t.c.Upstream)
	if err != nil {
		return err
	}
	plan := t.plans[was.Plan.Digest]
	steps = slices.DeleteFunc(steps, func(s action.Step) bool {
		return slices.ContainsFunc(plan.Steps, func(have action.Step) bool { return key(have.Ladder[0].Do) == key(s.Ladder[0].Do) })
	})
	if len(steps) == 0 {
		return nil
	}
	more := marked(action.Plan{Steps: steps}, h.plan.tags, t.c.ID, l.Playbook)
	next, err := h.plan.replan(t, was, action.Plan{Steps: slices.Concat(plan.Steps, more.Steps)})
	if err != nil {
		return err
	}
	next.Steps = append(next.Steps, t.begin(more, false)...)
	number := next.Number
	if !t.c.State.Open() {
		t.takeUp()
	}
	t.note("plan %d goes on where plan %d stands, and asks about those that opened the caller's session: %v", number, number-1, action.Plan{Steps: steps}.Kinds())
	return nil
}
