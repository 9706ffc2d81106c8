package engine

import (
	"context"
	"fmt"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/playbook"
)

// Receive stores what events make suspicious, and what they say about cases that are contained. Once it returns nil, their
// source may be told that they have arrived.
func (e *Engine) Receive(ctx context.Context, events ...event.Event) ([]ledger.Admission, error) {
	var leads []playbook.Lead
	for _, ev := range events {
		ours, err := e.Ours(ctx, ev.Account)
		if err != nil {
			return nil, fmt.Errorf("event %s of account %s: %w", ev.ID, ev.Account, err)
		}
		if !ours {
			e.Log.Warn("event of an account outside the organisation: left alone", "account", ev.Account, "event", ev.ID)
			continue
		}
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
	ads, err := e.Store.Admit(ctx, e.Now(), leads)
	if err != nil {
		return nil, err
	}
	e.Meter.Admitted(ads)
	e.Wake() // the answer begins while the receipt is made durable: its first commit waits for the disk too
	return ads, e.Store.Sync(ctx)
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
