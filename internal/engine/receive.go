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

// Receive stores what events make suspicious, and what they say about cases that are contained. Once it returns nil, their
// source may be told that they have arrived.
func (e *Engine) Receive(ctx context.Context, events ...event.Event) ([]ledger.Admission, error) {
	var leads []playbook.Lead
	for _, ev := range events {
		ls, err := e.suspect(ev)
		if err != nil {
			return nil, err
		}
		if len(ls) > 0 {
			own, err := e.own(ctx, ev)
			if err != nil {
				return nil, err
			}
			if !own {
				leads = append(leads, ls...)
			}
		}
		if err := e.sight(ctx, ev); err != nil {
			return nil, err
		}
	}
	if len(leads) == 0 {
		return nil, nil
	}
	return e.Store.Admit(ctx, e.Now(), leads)
}

// own: riposte's own change, known by its request id, is no suspect; its trail would double every case it answers.
func (e *Engine) own(ctx context.Context, ev event.Event) (bool, error) {
	if ev.RequestID == "" {
		return false, nil
	}
	return e.Store.Own(ctx, ev.RequestID)
}

func (e *Engine) suspect(ev event.Event) (leads []playbook.Lead, err error) {
	for _, i := range e.routes.Match(ev.Source, ev.Name) {
		ls, err := e.Playbooks[i].Leads(ev)
		if err != nil {
			return nil, fmt.Errorf("playbook %s on event %s: %w", e.Playbooks[i].ID, ev.ID, err)
		}
		leads = append(leads, ls...)
	}
	return leads, nil
}

// sight tells contained cases about a call that succeeded although it was to be stopped, and about one that could undo
// what was done. Riposte's own calls, known by their request ids, are neither.
func (e *Engine) sight(ctx context.Context, ev event.Event) error {
	if ev.Failed() || ev.Kind != event.Call {
		return nil
	}
	effects, err := e.Store.Effects(ctx)
	if err != nil {
		return fmt.Errorf("read effects: %w", err)
	}
	for _, f := range effects {
		leak, matters := e.matters(f, ev)
		if !matters {
			continue
		}
		if own, err := e.Store.Own(ctx, ev.RequestID); err != nil || own {
			return err
		}
		if err := e.tell(ctx, f, ev, leak); err != nil {
			return err
		}
	}
	return nil
}

// matters reports whether a call concerns an effect, and whether it is a leak: a call that the effect should stop.
func (e *Engine) matters(f *ledger.Effect, ev event.Event) (leak, matters bool) {
	a, err := e.Codec.Decode(f.Action)
	if err != nil || a.Target().Account != ev.Account && a.Target().Account != ev.Actor.Account {
		return false, false // a newer riposte's effect is that riposte's to watch
	}
	if slices.Contains(a.Kind().UndoneBy, call(ev)) {
		return false, true
	}
	d, ok := a.(action.Denier)
	leak = ok && d.Denies(ev.Actor, call(ev))
	return leak, leak
}

// named reports whether a call names the target, however it spells it: of two calls of one sort in an account, one may be
// somebody's daily work on quite another user.
func named(ev event.Event, target event.Resource) bool {
	name := strings.ToLower(target.ID[strings.LastIndexByte(target.ID, '/')+1:])
	return strings.Contains(strings.ToLower(string(ev.Request)), strconv.Quote(name))
}

func (e *Engine) tell(ctx context.Context, f *ledger.Effect, ev event.Event, leak bool) error {
	a, err := e.Codec.Decode(f.Action)
	if err != nil {
		return err
	}
	seen := &ledger.Sighting{Effect: f.Key, Call: call(ev), Leak: leak, Named: named(ev, a.Target()), By: playbook.OriginOf(ev)}
	for _, id := range f.Holders {
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
