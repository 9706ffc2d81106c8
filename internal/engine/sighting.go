package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/playbook"
)

// sight tells contained cases about a call that succeeded although it was to be stopped, and about one that could undo
// what was done. Riposte's own calls, known by their request ids, are neither. A case that began with the event is not told:
// its answer, which may stand by now, came later.
func (e *Engine) sight(ctx context.Context, ev event.Event, begun map[string]bool) error {
	if ev.Failed() || ev.Kind != event.Call {
		return nil
	}
	standing, err := e.activeEffects(ctx)
	if err != nil {
		return err
	}
	found := standing.sightings(ev, begun)
	if len(found) == 0 {
		return nil
	}
	if own, err := e.own(ctx, ev); err != nil || own {
		return err
	}
	var errs []error
	for _, s := range found {
		errs = append(errs, e.tell(ctx, s, ev, begun))
	}
	return errors.Join(errs...)
}

// tell sends a sighting to all who hold the effect; one case that takes no more keeps no other from being told. A call that
// changes what several effects stand on is told to one: see turn.lookForAll.
func (e *Engine) tell(ctx context.Context, s sighted, ev event.Event, begun map[string]bool) error {
	seen := ledger.Sighting{
		Effect: s.effect.Key, Call: string(call.OfEvent(ev)), By: playbook.OriginOf(ev),
		Leak: s.concern == action.Unconcerned, Named: s.concern == action.Named,
	}
	told := slices.DeleteFunc(slices.Clone(s.effect.Holders), func(id string) bool { return begun[id] })
	if s.concern == action.Shared {
		seen.Shared, told = sharedBy(s.action), told[:1]
	}
	var errs []error
	for _, id := range told {
		errs = append(errs, e.send(ctx, id, seen))
	}
	return errors.Join(errs...)
}

// send tells a case. What is evidence is kept, each of it; what is only a reason to look is one look, however many there
// are until somebody looks.
func (e *Engine) send(ctx context.Context, id string, s ledger.Sighting) error {
	m := ledger.Message{Key: "seen " + id + " " + s.By.EventID + " " + s.Effect, Seen: &s}
	if !s.Named && !s.Leak {
		m.Key, m.Coalesce = "look "+id+" "+s.Shared+" "+s.Effect, true
	}
	if _, err := e.Store.Send(ctx, e.Now(), id, m); err != nil {
		return fmt.Errorf("tell case %s of event %s: %w", id, s.By.EventID, err)
	}
	return nil
}
