package app

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/route"
	"github.com/ripostehq/riposte/internal/scan"
	"github.com/ripostehq/riposte/internal/source"
)

// Handle takes one message of a source: when it returns nil, the message may be acknowledged. See source.Handle. Most
// messages hold one record that concerns no playbook: these are looked at and not decoded.
func (a *App) Handle(ctx context.Context, body []byte) ([]ledger.Admission, error) {
	return a.handle(ctx, body, false)
}

// Vouched is Handle where AWS alone is believed: a record counts in the event that EventBridge wrote around it, and not bare,
// as any sender can write one.
func (a *App) Vouched(ctx context.Context, body []byte) ([]ledger.Admission, error) {
	return a.handle(ctx, body, true)
}

func (a *App) handle(ctx context.Context, body []byte, vouched bool) (ads []ledger.Admission, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = &source.Malformed{Err: panicked(v)}
		}
	}()
	var repeat uint64
	one, sure := scan.Single(body)
	sender := string(one.Source)
	byAWS := strings.HasPrefix(sender, "aws.") && !strings.HasPrefix(sender, "aws.partner/") // as far as bytes tell: see event.Bridge
	if sure && (byAWS || one.Source == nil && !vouched) {
		var wanted bool
		if wanted, repeat, err = a.wants(ctx, one.Record, ""); err != nil || !wanted {
			return nil, err
		}
	}

	contents, err := event.Unwrap(body)
	events, bad := a.events(contents, vouched)
	if len(events) == 1 {
		events[0].Repeat = repeat
	}
	ads, failed := a.receive(ctx, events)
	var unfit *source.Malformed
	if failed != nil && !errors.As(failed, &unfit) {
		return ads, failed
	}
	if err := errors.Join(err, bad, failed); err != nil {
		return ads, &source.Malformed{Err: err}
	}
	return ads, nil
}

// wants reports whether a record, which lay in an account's trail or was delivered, is to be decoded. Of what is not, the engine keeps
// the bytes where it opened a session.
func (a *App) wants(ctx context.Context, r scan.Record, trail string) (wanted bool, repeat uint64, err error) {
	wanted, repeat, err = a.Engine.Wants(ctx, routed(r))
	if err == nil && !wanted && repeat != 0 && event.MayMint(string(r.Source), string(r.Name)) {
		a.Engine.Glimpsed(r.Body, trail)
	}
	return wanted, repeat, err
}

// routed is what routing goes by.
func routed(r scan.Record) route.Record {
	return route.Record{Source: r.Source, Name: r.Name, Caller: r.Caller, Address: r.Address, Endpoint: r.Endpoint, Region: r.Region, ReadOnly: r.ReadOnly}
}

var errUnvouched = errors.New("a record outside an event of EventBridge's, which any sender can have written: it is not believed here (a source of the daemon takes such with bare: true)")

// events decodes what is a record, and notes what is none. The error tells of what was not sent by AWS as it says, and of
// what may hold records that a service does not take out: nothing is acknowledged that was not looked at.
func (a *App) events(contents []event.Content, vouched bool) (events []event.Event, bad error) {
	received := a.Now()
	var errs []error
	for _, c := range contents {
		if c.Other != "" {
			a.strangers.Met(c.Label, c.Other, advice(c.Label))
			if c.Label == event.CloudWatchLogs {
				errs = append(errs, errors.New("CloudWatch Logs, in which a service looks for no records: "+advice(c.Label)))
			}
			continue
		}
		e, err := decodeContent(c, vouched)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		if e.Kind == event.Insight {
			continue // a statistic of calls, each of which comes by itself
		}
		e.Received = received
		events = append(events, e)
	}
	return events, errors.Join(errs...)
}

// decodeContent reads a record, or a notice, which only AWS can send under the source that makes it one.
func decodeContent(c event.Content, vouched bool) (event.Event, error) {
	if c.Notice != nil {
		return event.DecodeNotice(c.Notice)
	}
	e, err := event.Decode(c.Record)
	switch {
	case err != nil:
		return event.Event{}, err
	case c.Bridge != nil:
		return e, c.Bridge.Vouch(e)
	case vouched:
		return event.Event{}, errUnvouched
	}
	return e, nil
}

// receive hands events to the engine. One that makes a playbook panic is malformed, and does not take the others with it:
// its writer must not be able to end the process, nor to have it tried for ever.
func (a *App) receive(ctx context.Context, events []event.Event) (ads []ledger.Admission, err error) {
	ads, err = a.admit(ctx, events)
	var unfit *source.Malformed
	if len(events) < 2 || !errors.As(err, &unfit) {
		return ads, err
	}
	var bad []error
	for _, e := range events {
		one, err := a.admit(ctx, []event.Event{e})
		if err != nil && !errors.As(err, &unfit) {
			return ads, err
		}
		ads, bad = append(ads, one...), append(bad, err)
	}
	return ads, &source.Malformed{Err: errors.Join(bad...)}
}

func (a *App) admit(ctx context.Context, events []event.Event) (ads []ledger.Admission, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = &source.Malformed{Err: fmt.Errorf("event %s can't be judged: %w", eventIDs(events), panicked(v))}
		}
	}()
	ads, err = a.Engine.Receive(ctx, events...)
	if errors.Is(err, ledger.ErrFull) {
		err = &source.Postponed{Err: err}
	}
	return ads, err
}

func eventIDs(events []event.Event) string {
	ids := make([]string, len(events))
	for i, e := range events {
		ids[i] = e.ID
	}
	return strings.Join(ids, ", ")
}
