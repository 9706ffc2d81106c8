package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/playbook"
)

// watch knows the effects that stand, and tells their cases of calls that concern them.
type watch struct {
	store interface {
		ledger.Inbox
		ledger.Effects
		ledger.FactBook
	}
	codec   action.Codec
	now     func() time.Time
	index   atomic.Pointer[effectIndex]
	reading sync.Mutex // held by the one goroutine that reads them anew
}

func (wt *watch) activeEffects(ctx context.Context) (*effectIndex, error) {
	now, err := wt.store.Generation(ctx)
	if err != nil {
		return nil, fmt.Errorf("read effects: %w", err)
	}
	if last := wt.index.Load(); last != nil && last.generation == now {
		return last, nil
	}
	wt.reading.Lock() // one reads, for all that came meanwhile: in a storm effects change all the time, and there may be thousands
	defer wt.reading.Unlock()
	if last := wt.index.Load(); last != nil && last.generation == now {
		return last, nil
	}
	all, err := wt.store.Effects(ctx)
	if err != nil {
		return nil, fmt.Errorf("read effects: %w", err)
	}
	var effects []activeEffect
	for _, f := range all {
		if a, err := wt.codec.Decode(f.Action); err == nil && !a.About().Kind.Yields { // a newer riposte's effect is that riposte's to watch
			effects = append(effects, activeEffectOf(f, a))
		}
	}
	index := indexEffects(effects)
	index.generation = now
	wt.index.Store(index)
	return index, nil
}

// notifyCases tells contained cases about a call that succeeded although it was to be stopped, and about one that could undo
// what was done. Riposte's own calls, known by their request ids, are neither. A case that began with the event is not told:
// its answer, which may stand by now, came later. All its owners are told; one case that takes no more keeps no other
// from being told. A call that changes what several effects stand on is told to one: see inbox.lookForAll.
func (wt *watch) notifyCases(ctx context.Context, ev event.Event, begun map[string]bool) error {
	if ev.Failed() || ev.Kind != event.Call {
		return nil
	}
	standing, err := wt.activeEffects(ctx)
	if err != nil {
		return err
	}
	found := standing.sightings(ev, begun)
	if len(found) == 0 {
		return nil
	}
	if own, err := wt.byRiposte(ctx, ev); err != nil || own {
		return err
	}
	var errs []error
	for _, s := range found {
		seen := ledger.Sighting{
			Effect: s.effect.Key, Call: string(call.OfEvent(ev)), By: playbook.OriginOf(ev),
			Leak: s.concern == action.Unconcerned, Named: s.concern == action.Named,
		}
		told := slices.DeleteFunc(slices.Clone(s.effect.Owners), func(id string) bool { return begun[id] })
		if s.concern == action.Shared {
			seen.Shared, told = sharedBy(s.about), told[:1]
		}
		for _, id := range told {
			errs = append(errs, wt.send(ctx, id, seen))
		}
	}
	return errors.Join(errs...)
}

// send tells a case. What is evidence is kept, each of it; what is only a reason to look is one look, however many there
// are until a look is taken.
func (wt *watch) send(ctx context.Context, id string, s ledger.Sighting) error {
	m := ledger.Message{Key: "seen " + id + " " + s.By.EventID + " " + s.Effect, Seen: &s}
	if !s.Named && !s.Leak {
		m.Key, m.Coalesce = "look "+id+" "+s.Shared+" "+s.Effect, true
	}
	if _, err := wt.store.Send(ctx, wt.now(), id, m); err != nil {
		return fmt.Errorf("tell case %s of event %s: %w", id, s.By.EventID, err)
	}
	return nil
}

// spread tells all whose effects stand on the same as a sighting's. It is done before the sighting is taken: a process that
// dies meanwhile has told some, and the next tells all.
func (wt *watch) spread(ctx context.Context, t *attempt, s ledger.Sighting) error {
	standing, err := wt.activeEffects(ctx)
	if err != nil {
		return err
	}
	var on []int
	for _, name := range strings.Fields(strings.ToLower(s.Shared)) {
		on = append(on, standing.shared[where{s.By.Place.Account, "", name}]...)
	}
	slices.Sort(on)
	var errs []error
	for _, i := range slices.Compact(on) {
		f := standing.effects[i].effect
		for _, id := range f.Owners {
			if id != t.c.ID || f.Key != s.Effect {
				told := s
				told.Effect, told.Shared = f.Key, ""
				errs = append(errs, wt.send(ctx, id, told))
			}
		}
	}
	t.note("%s: %d others were told", s.Call, len(errs))
	return errors.Join(errs...)
}

// byRiposte reports whether an event is riposte's own change, known by its request id: that is no suspect, its trail would double
// every case it answers.
func (wt *watch) byRiposte(ctx context.Context, ev event.Event) (bool, error) {
	if ev.RequestID == "" {
		return false, nil
	}
	return wt.store.Own(ctx, ev.RequestID)
}
