package app

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/sweep"
	"github.com/ripostehq/riposte/playbook"
)

// A look-up waits for its turn so often, a second each: what is not come to is looked up by the next sweep.
const (
	lookupTurns = 30
	lookupPause = time.Second
)

// reconciler looks up what a sweep found and an event should have brought: a source that lost a record must not make a case without its actor.
type reconciler struct {
	books   []playbook.Playbook
	records func(context.Context, event.Resource, func(event.Event) (bool, error)) ([]event.Event, error)
	receive func(context.Context, ...event.Event) ([]ledger.Admission, error)
	sleep   func(context.Context, time.Duration) error
}

// recorded gives Receive the records of a suspect, and reports whether there are any: then what they say is its case, or was. A playbook that no
// event starts has none. The error is playbook.ErrNotNow where the history had no room today, else the ledger's; a history that says nothing,
// or does not answer, is none: then a person is asked about what has no known caller.
func (r *reconciler) recorded(ctx context.Context, s playbook.StoredSuspect, m sweep.Meter) (bool, error) {
	book, eventful := r.eventful(s.Playbook)
	if !eventful {
		return false, nil
	}
	found, err := r.look(ctx, book, s.Resource)
	if err != nil && (ctx.Err() != nil || errors.Is(err, playbook.ErrNotNow)) {
		return false, err
	}
	if len(found) == 0 {
		return false, nil
	}
	ads, err := r.receive(ctx, found...)
	if err != nil {
		return false, fmt.Errorf("receive what the event history has of %s: %w", s.Resource, err)
	}
	if slices.ContainsFunc(ads, wasMissed) {
		reconcile(m, 1)
	}
	return true, nil
}

// wasMissed reports whether an admission is of what was not known.
func wasMissed(a ledger.Admission) bool { return a.How == "opened" || a.How == "joined" }

// eventful is a playbook that events start, too; false for any other.
func (r *reconciler) eventful(id string) (playbook.Playbook, bool) {
	i := slices.IndexFunc(r.books, func(b playbook.Playbook) bool { return b.ID == id })
	if i < 0 || len(r.books[i].On) == 0 {
		return playbook.Playbook{}, false
	}
	return r.books[i], true
}

// look waits for its turn, for a while.
func (r *reconciler) look(ctx context.Context, book playbook.Playbook, of event.Resource) (found []event.Event, err error) {
	wanted := func(e event.Event) (bool, error) {
		all, err := book.Suspects(e)
		return slices.ContainsFunc(all, func(s playbook.StoredSuspect) bool { return s.Resource == of }), err
	}
	for turn := 0; ; turn++ {
		found, err = r.records(ctx, of, wanted)
		if !errors.Is(err, playbook.ErrNotNow) || turn == lookupTurns {
			return found, err
		}
		if err := r.sleep(ctx, lookupPause); err != nil {
			return nil, err
		}
	}
}

func reconcile(m sweep.Meter, n int) {
	if m != nil && n > 0 {
		m.SweepReconciled(n)
	}
}

// rest waits by the wall clock.
func rest(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}
