package engine

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/gate"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/names"
	"github.com/ripostehq/riposte/playbook"
)

// Receive stores what events make suspicious, and what they say about cases that are contained. Once it returns nil, their
// source may be told that they have arrived.
func (e *Engine) Receive(ctx context.Context, events ...event.Event) ([]ledger.Admission, error) {
	ours, err := e.ours(ctx, events)
	if err != nil {
		return nil, err
	}
	observed, err := e.observe(ctx, ours)
	if err != nil {
		return nil, err
	}
	suspects, err := e.suspects(ctx, ours)
	if err != nil {
		return nil, err
	}
	ads, err := e.admit(ctx, suspects, observed)
	if err != nil {
		return nil, err
	}
	if len(ads) > 0 {
		ctx = context.WithoutCancel(ctx) // what is stored is received to its end
	}
	begun := map[string]bool{} // cases, with an admission
	for _, a := range ads {
		begun[a.Case] = begun[a.Case] || a.How == "opened"
	}
	for _, ev := range ours {
		if err := e.watch.notifyCases(ctx, ev, begun); err != nil {
			return nil, err
		}
	}
	for _, ev := range ours {
		if ev.Kind == event.Call && !ev.ReadOnly && !ev.Failed() {
			e.Meter.Called(ev.Method())
		}
	}
	return ads, nil
}

// ours are the events of the organisation's accounts.
func (e *Engine) ours(ctx context.Context, events []event.Event) (out []event.Event, err error) {
	for _, ev := range events {
		ours, err := e.Ours(ctx, ev.Account)
		if err != nil {
			return nil, fmt.Errorf("event %s of account %s: %w", ev.ID, ev.Account, err)
		}
		if !ours {
			e.Log.Warn("event of an account outside the organisation: left alone", "account", ev.Account, "event", ev.ID)
			continue
		}
		out = append(out, ev)
	}
	return out, nil
}

// observe keeps what the records show, riposte's own among them, before anything is suspected: a check asks for it. It reports whether
// any of it has to be durable before the receipt.
func (e *Engine) observe(ctx context.Context, events []event.Event) (observed bool, err error) {
	var seen []playbook.Observation
	var learnt []names.Change
	for _, ev := range events {
		if o, ok := playbook.Minted(ev); ok {
			e.openers.keep(ctx, o)
		}
		for _, i := range e.routes.Match(ev) {
			if observes := e.Playbooks[i].Observes; observes != nil {
				seen = append(seen, observes(ev)...)
			}
			if learns := e.Playbooks[i].Learns; learns != nil && !ev.Failed() {
				learnt = append(learnt, learns(ev)...)
			}
		}
	}
	if len(learnt) > 0 {
		if err := e.Store.LearnNames(ctx, learnt); err != nil {
			return false, err
		}
	}
	if len(seen) == 0 {
		return len(learnt) > 0, nil
	}
	return true, e.Store.Remember(ctx, seen)
}

// suspects are what the playbooks want to look at.
func (e *Engine) suspects(ctx context.Context, events []event.Event) (suspects []playbook.StoredSuspect, err error) {
	together := tellings{of: map[string]telling{}} // of these events
	for _, ev := range events {
		var found []playbook.StoredSuspect
		var dismissed time.Time // until when all else that is suspected counts as that
		for _, i := range e.routes.Match(ev) {
			more, until, err := e.suspectsOf(ctx, i, ev, &together)
			if err != nil {
				return nil, fmt.Errorf("playbook %s on event %s: %w", e.Playbooks[i].ID, ev.ID, err)
			}
			found = append(found, more...)
			if !until.IsZero() {
				dismissed = until
			}
		}
		if len(found) == 0 {
			e.cleared.learn(ev.Repeat, dismissed, e.Now())
			continue
		}
		own, err := e.watch.byRiposte(ctx, ev)
		if err != nil {
			return nil, err
		}
		if own {
			continue
		}
		// A tag, and what is only kept, are no part of an attack's story.
		aside := func(s playbook.StoredSuspect) bool { return s.Kept || e.stages.plan.books[s.Playbook].Marks() }
		var actors []string
		if slices.ContainsFunc(found, func(s playbook.StoredSuspect) bool { return !aside(s) }) {
			if actors, err = e.stages.plan.tracer.actors(ctx, found[0].Origin); err != nil {
				return nil, err
			}
		}
		for _, s := range found {
			if !aside(s) {
				s.Actors = actors
			}
			suspects = append(suspects, s)
		}
	}
	return suspects, nil
}

// suspectsOf are those of one playbook and event, but for what was looked at or stored before; of what a look dismissed, until when
// that counts.
func (e *Engine) suspectsOf(ctx context.Context, i int, ev event.Event, together *tellings) (found []playbook.StoredSuspect, dismissed time.Time, err error) {
	book, now := e.Playbooks[i], e.Now()
	if ev.Kind == event.Notice && !(e.answers(i, ev.Account) && e.noticed(ev.Account+" "+ev.Region)) {
		return nil, dismissed, nil
	}
	all, err := book.Suspects(ev)
	if err != nil {
		return nil, dismissed, err
	}
	for _, s := range all {
		if until, has := e.cleared.has(clearable(book.Definition, s), now); has {
			dismissed = until
			continue
		}
		if book.Tells && (e.tellings.known(s, now) || together.known(s, now)) {
			continue
		}
		spared, err := e.spared(ctx, book, s)
		if err != nil {
			return nil, dismissed, err
		}
		if spared {
			continue
		}
		if book.Tells {
			s.More = e.tellings.full(s, now) || together.full(s, now)
			together.stored(s, now)
		}
		found = append(found, s)
	}
	return found, dismissed, nil
}

// answers reports whether a playbook does more than observe in an account. Where it only observes there is nothing to be sooner
// for: a notice would make a second case of what the record shows with its caller.
func (e *Engine) answers(playbook int, account string) bool {
	book := e.Playbooks[playbook]
	return e.Policy.Furthest(book.ID, event.Place{Account: account}, book.Changes) != gate.Observe
}

// admit stores suspects and wakes a worker: the answer begins while the receipt is made durable, for which its first commit
// waits too. What was observed is made durable with it.
func (e *Engine) admit(ctx context.Context, suspects []playbook.StoredSuspect, observed bool) ([]ledger.Admission, error) {
	switch {
	case len(suspects) == 0 && observed:
		return nil, e.Store.Sync(ctx)
	case len(suspects) == 0:
		return nil, nil
	}
	var first ledger.FirstClaim
	reserved := e.Workers.reserve()
	if reserved {
		first = ledger.FirstClaim{Holder: e.Name, Lease: e.Timing.Lease}
	}
	now := e.Now()
	ads, err := e.Store.Admit(ctx, now, suspects, first, e.fair.ranks(now, suspects)...)
	e.fair.admitted(suspects, ads)
	if reserved {
		var opened *ledger.Claim
		if len(ads) > 0 {
			opened = ads[0].Claim
		}
		e.Workers.offer(opened)
	}
	if err != nil {
		return nil, err
	}
	e.Meter.Admitted(ads)
	e.Workers.Wake()
	if err := e.Store.Sync(ctx); err != nil {
		return ads, err
	}
	for _, s := range suspects {
		if e.stages.plan.books[s.Playbook].Tells {
			e.tellings.stored(s, now)
		}
	}
	return ads, nil
}
