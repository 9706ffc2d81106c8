package engine

import (
	"context"
	"fmt"
	"time"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/gate"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/playbook"
)

// surged is what is remembered of a playbook that surged.
const surged = "surged"

// surgesEvery is how often the sweeps of a month are read for it.
const surgesEvery = time.Hour

// Surges holds what mends and destroys of each playbook whose sweeps suddenly find more (see ledger.Surges), until a person releases it, and
// returns those that it holds since now, with why: people are to be told. It does nothing where it looked within the hour; what failed is
// looked at again at once. What was released is not held again for the same day. An error is the ledger's; what is held by then is returned
// beside it.
func (e *Engine) Surges(ctx context.Context) (held map[string]string, err error) {
	now, last := e.Now(), e.surged.Load()
	if since := now.Sub(last.(time.Time)); since >= 0 && since < surgesEvery || !e.surged.CompareAndSwap(last, now) { // a clock may have been set back
		return nil, nil
	}
	defer func() {
		if err != nil {
			e.surged.CompareAndSwap(now, time.Time{})
		}
	}()
	duties, err := e.Store.Duties(ctx, now.UTC().Add(-ledger.SurgeReaches).Format(time.DateOnly))
	if err != nil {
		return nil, fmt.Errorf("read the sweeps of the last days: %w", err)
	}
	held = map[string]string{}
	for _, s := range ledger.Surges(duties, now) {
		known := event.Resource{Type: "playbook", ID: s.Playbook} // no resource of AWS's has such a type
		was, err := e.Store.Recall(ctx, known, surged, now)
		if err != nil {
			return held, fmt.Errorf("whether %s surged before: %w", s.Playbook, err)
		}
		if was != nil && was.Value >= s.Day {
			continue
		}
		if err := e.Store.Halt(ctx, ledger.Brake{Scope: gate.SurgeOf(s.Playbook), By: "riposte", At: now, Reason: s.Why}); err != nil {
			return held, fmt.Errorf("hold %s, which surges: %w", s.Playbook, err)
		}
		seen := playbook.Observation{Resource: known, Of: surged, On: true, Value: s.Day, At: now, Event: s.Day}
		if err := e.Store.Remember(ctx, []playbook.Observation{seen}); err != nil {
			return held, fmt.Errorf("remember that %s surged: %w", s.Playbook, err)
		}
		held[s.Playbook] = s.Why
		e.Log.Warn("a playbook's sweeps suddenly find more: what it mends and destroys is held", "playbook", s.Playbook, "why", s.Why)
	}
	return held, nil
}
