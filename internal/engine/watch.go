package engine

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/playbook"
)

// watched is an effect that stands, ready to be compared with every call that comes in.
type watched struct {
	effect *ledger.Effect
	action action.Action
	undone []string // the calls that could undo it
	denies func(event.Actor, string) bool
}

// watch is all that stands, as of one generation of the ledger's effects: it is read anew only when one has changed, since
// every event asks for it.
type watch struct {
	generation int64
	effects    []watched
	glance     glance
}

// sight tells contained cases about a call that succeeded although it was to be stopped, and about one that could undo
// what was done. Riposte's own calls, known by their request ids, are neither. A case that began with the event is not told:
// its answer, which may stand by now, came later.
func (e *Engine) sight(ctx context.Context, ev event.Event, begun map[string]bool) error {
	if ev.Failed() || ev.Kind != event.Call {
		return nil
	}
	standing, err := e.watched(ctx)
	if err != nil {
		return err
	}
	for _, w := range standing.effects {
		leak, matters := w.matters(ev)
		if !matters {
			continue
		}
		if own, err := e.own(ctx, ev); err != nil || own {
			return err
		}
		if err := e.tell(ctx, w, ev, leak, begun); err != nil {
			return err
		}
	}
	return nil
}

func (e *Engine) watched(ctx context.Context) (*watch, error) {
	now, err := e.Store.Generation(ctx)
	if err != nil {
		return nil, fmt.Errorf("read effects: %w", err)
	}
	if seen := e.standing.Load(); seen != nil && seen.generation == now {
		return seen, nil
	}
	e.reading.Lock() // one reads, for all who came meanwhile: in a storm effects change all the time, and there may be thousands
	defer e.reading.Unlock()
	if seen := e.standing.Load(); seen != nil && seen.generation == now {
		return seen, nil
	}
	all, err := e.Store.Effects(ctx)
	if err != nil {
		return nil, fmt.Errorf("read effects: %w", err)
	}
	fresh := &watch{generation: now}
	for _, f := range all {
		if a, err := e.Codec.Decode(f.Action); err == nil { // a newer riposte's effect is that riposte's to watch
			fresh.effects = append(fresh.effects, watching(f, a))
		}
	}
	fresh.glance = glanceOf(fresh.effects)
	e.standing.Store(fresh)
	return fresh, nil
}

func watching(f *ledger.Effect, a action.Action) watched {
	w := watched{effect: f, action: a, undone: a.Kind().UndoneBy, denies: func(event.Actor, string) bool { return false }}
	if d, ok := a.(action.Denier); ok {
		w.denies = d.Denies
	}
	return w
}

// matters reports whether a call concerns an effect, and whether it is a leak: a call that the effect should stop.
func (w watched) matters(ev event.Event) (leak, matters bool) {
	account := w.action.Target().Account
	if account != ev.Account && account != ev.Actor.Account {
		return false, false
	}
	if slices.Contains(w.undone, call(ev)) {
		return false, true
	}
	leak = w.denies(ev.Actor, call(ev))
	return leak, leak
}

// named reports whether a call names the target, however it spells it, and, where it names a policy, the one that denies:
// of two calls of one sort one may be somebody's daily work on another user, or on another policy of the same.
func named(ev event.Event, a action.Action) bool {
	text, id := strings.ToLower(string(ev.Request)), a.Target().ID
	if !strings.Contains(text, strconv.Quote(strings.ToLower(id[strings.LastIndexByte(id, '/')+1:]))) {
		return false
	}
	switch {
	case strings.Contains(text, `"policyarn"`):
		return strings.Contains(text, "/"+action.DenyPolicy+`"`)
	case strings.Contains(text, `"policyname"`):
		f, ok := a.(action.Faceted)
		return ok && strings.Contains(text, strconv.Quote(strings.ToLower(f.Facet())))
	}
	return true
}

func (e *Engine) tell(ctx context.Context, w watched, ev event.Event, leak bool, begun map[string]bool) error {
	f := w.effect
	seen := &ledger.Sighting{Effect: f.Key, Call: call(ev), Leak: leak, Named: named(ev, w.action), By: playbook.OriginOf(ev)}
	for _, id := range f.Holders {
		if begun[id] {
			continue
		}
		m := ledger.Message{Key: "seen " + id + " " + ev.ID + " " + f.Key, Seen: seen}
		if _, err := e.Store.Send(ctx, e.Now(), id, m); err != nil {
			return fmt.Errorf("tell case %s of event %s: %w", id, ev.ID, err)
		}
	}
	return nil
}

// call is the IAM action of an event, as far as names agree: ec2.amazonaws.com RunInstances is ec2:RunInstances.
func call(ev event.Event) string {
	service, _, _ := strings.Cut(ev.Source, ".")
	return service + ":" + ev.Name
}
