package engine

import (
	"cmp"
	"context"
	"fmt"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/gate"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/playbook"
)

// LeftAlone is how the admission of a sweep's suspect reads that is not to be a case: its account is none of the organisation's, or
// riposte only observes there.
const LeftAlone = "left alone"

// Sweep stores what a sweep found ripe, beside Receive and through the same admission: without event, actor or request id. It returns
// one admission per suspect, in order. Daily sweeps of one streak give the same Origin.EventID (ledger.StreakEventID), so that they are one
// case. Where a playbook neither acts nor asks, nothing is stored: a sweep that observes changes nothing. No worker takes a case as it
// is opened: those of events go first. An error is the ledger's or the organisation's, or says that a suspect has no playbook of the catalogue, or
// not the origin that a sweep gives.
func (e *Engine) Sweep(ctx context.Context, suspects ...playbook.StoredSuspect) ([]ledger.Admission, error) {
	out := make([]ledger.Admission, len(suspects))
	var ripe []playbook.StoredSuspect
	var at []int // their places in out
	for i, s := range suspects {
		ad, err := e.sweeps(ctx, s)
		if err != nil {
			return nil, err
		}
		if out[i] = ad; ad.How == "" {
			ripe, at = append(ripe, e.ofSweep(s)), append(at, i)
		}
	}
	if len(ripe) == 0 {
		return out, nil
	}
	ads, err := e.Store.Admit(ctx, e.Now(), ripe, ledger.FirstClaim{})
	if err == nil {
		err = e.again(ctx, ripe, ads)
	}
	for i, ad := range ads {
		out[at[i]] = ad
	}
	if err != nil {
		return out, fmt.Errorf("store what a sweep found: %w", err)
	}
	e.Meter.Admitted(ads)
	e.Workers.Wake()
	return out, e.Store.Sync(ctx)
}

// sweeps says how a suspect of a sweep is admitted without being stored; the zero Admission: it is to be.
func (e *Engine) sweeps(ctx context.Context, s playbook.StoredSuspect) (ledger.Admission, error) {
	from := s.Origin
	book, known := e.stages.plan.books[s.Playbook]
	switch {
	case !known:
		return ledger.Admission{}, fmt.Errorf("sweep %s: playbook %s is not in the catalogue", s.Resource, s.Playbook)
	case from.Sweep == "" || from.EventID == "":
		return ledger.Admission{}, fmt.Errorf("sweep %s for %s: it does not say which sweep listed it, or of which streak it is", s.Resource, s.Playbook)
	case from.RequestID != "" || from.Actor != (event.Actor{}):
		return ledger.Admission{}, fmt.Errorf("sweep %s for %s: it names a caller, and a sweep knows of none", s.Resource, s.Playbook)
	}
	ours, err := e.Ours(ctx, s.Resource.Account)
	if err != nil {
		return ledger.Admission{}, fmt.Errorf("sweep %s: %w", s.Resource, err)
	}
	if mode := e.ModeOf(book.ID, s.Resource.Place()); !ours || mode != gate.Act && mode != gate.Ask {
		return ledger.Admission{How: LeftAlone}, nil
	}
	return e.stages.sweeps.going(ctx, e.Store, s)
}

// ofSweep completes where a suspect comes from.
func (e *Engine) ofSweep(s playbook.StoredSuspect) playbook.StoredSuspect {
	o := &s.Origin
	o.Name, o.Source = cmp.Or(o.Name, "sweep"), cmp.Or(o.Source, "riposte")
	if o.Received.IsZero() {
		o.Received = e.Now()
	}
	if o.Place == (event.Place{}) {
		o.Place = s.Resource.Place()
	}
	return s
}

// ModeOf is how far a playbook goes in a place, with whatever it may change: act, ask, or hold where that can't be told yet; else
// observe, of a playbook that is unknown as well. A sweep asks before it makes a case.
func (e *Engine) ModeOf(playbookID string, at event.Place) gate.Decision {
	return e.Policy.Furthest(playbookID, at, e.stages.plan.books[playbookID].Changes)
}
