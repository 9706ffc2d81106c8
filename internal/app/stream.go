package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/scan"
	"github.com/ripostehq/riposte/internal/source"
)

// Receive takes a stream of records to its end: see source.Receive.
func (a *App) Receive(ctx context.Context, s source.Stream) (source.Receipt, error) {
	t := &taker{App: a, stream: s, reader: scan.NewReader(s.Records, 0, nil)}
	t.reader.Live = s.Live
	if t.stream.Fault == nil {
		t.stream.Fault = func(error) {}
	}
	if t.stream.Record == nil {
		t.stream.Record = func() {}
	}
	take := t.run
	if s.Live {
		take = t.live
	}
	err := take(ctx)
	return t.receipt, err
}

// taker is a stream being taken.
type taker struct {
	*App
	stream source.Stream
	reader *scan.Reader
	events []event.Event // decoded, and not stored yet
	parked parked
	late   error // of the first event that could not be stored for now, where the stream comes again

	mu      sync.Mutex // of what is told and counted
	receipt source.Receipt
}

// together is how many events are stored at once if no sender waits for each.
const together = 64

func (t *taker) run(ctx context.Context) error {
	for ctx.Err() == nil {
		rec, err := t.reader.Next()
		var fault *scan.Fault
		switch {
		case err == io.EOF:
			return errors.Join(t.store(ctx), t.late)
		case errors.As(err, &fault):
			t.fault(fault)
			continue
		case err != nil:
			return err
		}
		if err := t.record(ctx, rec); err != nil {
			return err
		}
		if t.stream.Live || len(t.events) >= together {
			if err := t.store(ctx); err != nil {
				return err
			}
		}
	}
	return ctx.Err()
}

func (t *taker) fault(err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.stream.Fault(&source.Malformed{Err: err})
}

func (t *taker) counted(records int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.receipt.Records += records
	for range records {
		t.stream.Record()
	}
}

// record decodes what concerns a playbook, and what the scan is not sure of.
func (t *taker) record(ctx context.Context, rec scan.Record) error {
	contents := []event.Content{{Record: rec.Body}}
	var repeat uint64
	switch {
	case !rec.Unsure:
		var wanted bool
		if err := t.again(ctx, func() (err error) {
			wanted, repeat, err = t.wants(ctx, rec, t.stream.Account)
			return err
		}); err != nil {
			return err
		}
		if !wanted {
			t.counted(1)
			return nil
		}
	case rec.Inner:
		contents[0] = event.Identify(rec.Body)
	default:
		var err error
		if contents, err = event.Unwrap(rec.Body); err != nil {
			t.fault(err)
		}
	}
	for i, c := range contents {
		contents[i] = c.Unheeded() // no trail holds a notice: EventBridge delivers it, and is believed where it delivers
	}
	events, bad := t.App.events(contents, false)
	events = t.ofTrail(events)
	if len(events) == 1 {
		events[0].Repeat = repeat
	}
	t.counted(len(events))
	t.events = append(t.events, events...)
	if bad != nil {
		t.fault(bad)
	}
	return nil
}

// ofTrail leaves out what does not belong into the trail of its account: a log file lies below the account that its records
// are of, and a role that may put files there could otherwise tell of any.
func (t *taker) ofTrail(events []event.Event) []event.Event {
	return slices.DeleteFunc(events, func(e event.Event) bool {
		astray := t.stream.Account != "" && e.Account != t.stream.Account
		if astray {
			t.fault(fmt.Errorf("event %s is of account %q, in the trail of %s: it is not believed", e.ID, e.Account, t.stream.Account))
		}
		return astray
	})
}

// store hands over what was decoded.
func (t *taker) store(ctx context.Context) error {
	if len(t.events) == 0 {
		return nil
	}
	var ads []ledger.Admission
	err := t.again(ctx, func() (err error) {
		if ads, err = t.receive(ctx, t.events); t.park(err) {
			return nil
		}
		return err
	})
	var own *source.Postponed
	if !t.stream.Live && errors.As(err, &own) {
		ads, err = t.apart(ctx)
	}
	t.events = t.events[:0]
	t.admitted(ads)
	return t.unfit(err)
}

// apart stores events one by one, where some of them can't be stored for now: those behind need not wait for the stream to
// come again.
func (t *taker) apart(ctx context.Context) (ads []ledger.Admission, err error) {
	for _, e := range t.events {
		one, err := t.receive(ctx, []event.Event{e})
		var own *source.Postponed
		switch {
		case errors.As(err, &own):
			t.late = cmp.Or(t.late, err)
		case t.unfit(err) != nil:
			return ads, err
		}
		ads = append(ads, one...)
	}
	return ads, nil
}

// What can't be stored is tried again after a while, doubled each time.
const (
	soonest = 100 * time.Millisecond
	latest  = 10 * time.Second
)

// again tries until it succeeds, where the stream can't be read again.
func (t *taker) again(ctx context.Context, try func() error) error {
	for wait := soonest; ; wait = min(2*wait, latest) {
		err := try()
		var unfit *source.Malformed
		if err == nil || !t.stream.Live || errors.As(err, &unfit) || ctx.Err() != nil {
			return err
		}
		why := "events can't be stored: the stream waits"
		var own *source.Postponed
		if errors.As(err, &own) {
			why = "a record can't be stored for now, and no more can be parked: the stream waits"
		}
		t.Engine.Log.Error(why, "error", err)
		select {
		case <-ctx.Done():
			return err
		case <-time.After(wait/2 + rand.N(wait)):
		}
	}
}
