package canary

import (
	"cmp"
	"context"
	"fmt"
	"hash/fnv"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/playbook"
)

const (
	between  = 50 * time.Second // between two looks, at least: a tick each minute may come a moment early, and each is to tell what is missing
	skew     = time.Minute      // by which another replica's clock may go before
	missed   = 15 * time.Minute // CloudTrail's records come within that, in general: what has not arrived by then is missing
	late     = time.Hour        // as long as a missing one is looked for: the next is not far
	stepIn   = 10 * time.Minute // what the first replica has not sent by then, another does
	overdue  = 30 * time.Minute // a turn that no replica took within that waits for the next
	perLook  = 200              // places whose last canary is read in one look
	sentName = "canary-sent"
)

// Meter counts what became of scheduled canaries.
type Meter interface {
	// CanaryArrived measures from the call to its receipt.
	CanaryArrived(took time.Duration)
	// CanariesMissing is how many accounts and regions the last canary has not arrived from, or could not be sent to.
	CanariesMissing(places int)
}

// Schedule sends a canary into each account and region once a period, each at a moment of its own, so that an organisation's are
// spread over the period. What was sent and what arrived stands in the ledger's memory, for all replicas. The first of them by name
// sends; what it has not sent after ten minutes, another does, as where the first has died, or knows of no schedule. Two that both do so
// now and then send twice, which harms nothing. Each says what is missing; how long a canary took, the one that sent it.
type Schedule struct {
	Every  time.Duration
	Places func() []event.Place // that are defended now
	Send   func(context.Context, event.Place) (requestID string, err error)
	Store  interface {
		ledger.Memory
		ledger.Roll
	}
	Name  string // of this replica
	Meter Meter
	Now   func() time.Time
	Log   *slog.Logger

	looking sync.Mutex // held by the one look that is going on
	looked  time.Time
	known   map[event.Place]flight
}

// flight is the last canary of a place.
type flight struct {
	request string // "": none, or it could not be sent
	sent    time.Time
	arrived bool
	own     bool // this replica sent it
	lost    bool // the one before was missing: nothing is well before this one arrives
	told    bool // that it is missing
}

func (f flight) missing(now time.Time) bool {
	return !f.sent.IsZero() && !f.arrived && (f.lost || f.request == "" || now.Sub(f.sent) > missed)
}

// Look does what is due, about once a minute however often it is called. A function's workers call it beside each other: one looks, and
// the others have nothing to wait for. An error is the ledger's.
func (s *Schedule) Look(ctx context.Context) error {
	if !s.looking.TryLock() {
		return nil
	}
	defer s.looking.Unlock()
	now := s.Now()
	if since := now.Sub(s.looked); since >= 0 && since < between {
		return nil
	}
	s.looked = now
	first, err := s.first(ctx, now)
	if err != nil {
		return fmt.Errorf("see whose turn it is to send canaries: %w", err)
	}
	after := stepIn
	if first {
		after = 0
	}
	return s.round(ctx, now, after)
}

// Rest says that this schedule has ended: nothing is missing by it any more.
func (s *Schedule) Rest() { s.Meter.CanariesMissing(0) }

// first reports whether no replica with a lesser name serves.
func (s *Schedule) first(ctx context.Context, now time.Time) (bool, error) {
	all, err := s.Store.Replicas(ctx)
	return !slices.ContainsFunc(all, func(r ledger.Replica) bool { return r.Serves(now) && r.Name < s.Name }), err
}

// round looks at each place, and sends where the turn began so long ago. Those whose turn came last are first, since the others need not
// be known yet.
func (s *Schedule) round(ctx context.Context, now time.Time, after time.Duration) error {
	places := s.Places()
	slices.SortStableFunc(places, func(a, b event.Place) int { return cmp.Compare(now.Sub(s.turn(a, now)), now.Sub(s.turn(b, now))) })
	if s.known == nil {
		s.known = map[event.Place]flight{}
	}
	gone := maps.Clone(s.known)
	missing, unread := 0, perLook
	for _, at := range places {
		delete(gone, at)
		f, known := s.known[at]
		if !known && unread == 0 {
			continue
		}
		if !known {
			unread--
		}
		f, err := s.follow(ctx, at, f, known, now, after)
		if err != nil {
			return fmt.Errorf("follow the canary of account %s in %s: %w", at.Account, at.Region, err)
		}
		if f.missing(now) {
			missing++
			if !f.told {
				s.Log.Warn("no canary arrives: what happens there is not seen", "account", at.Account, "region", at.Region, "sent", f.sent)
			}
			f.told = true
		}
		s.known[at] = f
	}
	maps.DeleteFunc(s.known, func(at event.Place, _ flight) bool { _, left := gone[at]; return left })
	s.Meter.CanariesMissing(missing)
	return nil
}

// follow is what is known of a place's canary after this look: the one before, whether it arrived, or the next.
func (s *Schedule) follow(ctx context.Context, at event.Place, f flight, known bool, now time.Time, after time.Duration) (flight, error) {
	var err error
	if !known {
		if f, err = s.recall(ctx, at, now); err != nil {
			return f, err
		}
	}
	if f.request != "" && !f.arrived && (!known || now.Sub(f.sent) <= late) {
		o, err := s.Store.Recall(ctx, about(at), arrivalOf(f.request), now.Add(skew))
		if err != nil {
			return f, err
		}
		if f.arrived = o != nil; f.arrived && f.own {
			s.arrived(*o, f)
		}
	}
	begun := s.turn(at, now)
	if since := now.Sub(begun); !f.sent.Before(begun) || since < after || since > overdue {
		return f, nil
	}
	next, err := s.next(ctx, at, begun, known, now)
	if err == nil {
		next.lost = f.missing(now)
		next.told = next.lost && f.told
	}
	return next, err
}

// next is the canary of a turn: where another replica has sent it meanwhile, that one.
func (s *Schedule) next(ctx context.Context, at event.Place, begun time.Time, known bool, now time.Time) (flight, error) {
	if known {
		if other, err := s.recall(ctx, at, now); err != nil || !other.sent.Before(begun) {
			return other, err
		}
	}
	return s.send(ctx, at, now)
}

// turn is when the place's period began that lasts.
func (s *Schedule) turn(at event.Place, now time.Time) time.Time {
	h := fnv.New64a()
	h.Write([]byte(at.Account + " " + at.Region))
	phase := time.Duration(h.Sum64() % uint64(s.Every))
	return now.Add(-phase).Truncate(s.Every).Add(phase)
}

// send makes the call. One that can't be made is told and counts as missing; it is not tried again before the next turn.
func (s *Schedule) send(ctx context.Context, at event.Place, now time.Time) (flight, error) {
	f := flight{sent: now, own: true}
	var err error
	if f.request, err = s.Send(ctx, at); err != nil {
		s.Log.Warn("a canary could not be sent", "account", at.Account, "region", at.Region, "error", err)
		return f, ctx.Err()
	}
	return f, s.Store.Remember(ctx, []playbook.Observation{{
		Resource: about(at), Of: sentName, On: true, Value: f.request, At: now.UTC(), Call: Call.Name(), By: s.Name, Event: f.request,
	}})
}

// recall is the last canary of a place that the ledger knows; that of another replica, whose clock may go before, too.
func (s *Schedule) recall(ctx context.Context, at event.Place, now time.Time) (flight, error) {
	o, err := s.Store.Recall(ctx, about(at), sentName, now.Add(skew))
	if err != nil || o == nil {
		return flight{}, err
	}
	return flight{request: o.Value, sent: o.At}, nil
}

// arrived measures; what the record does not say in the form that this riposte writes is not measured.
func (s *Schedule) arrived(o playbook.Observation, f flight) {
	if received, err := time.Parse(time.RFC3339Nano, o.Value); err == nil {
		s.Meter.CanaryArrived(max(0, received.Sub(f.sent)))
	}
}

// about is what the ledger remembers canaries of a place by.
func about(at event.Place) event.Resource { return at.In(event.Instance, marker+"0000000000") }

// arrivalOf is what the ledger remembers the arrival of one canary by.
func arrivalOf(requestID string) string { return "canary-arrived " + requestID }

// arrivals are what a canary's record shows: that it was received, and when.
func arrivals(s Sender, e event.Event) (out []playbook.Observation) {
	for _, l := range leads(s, e) {
		out = append(out, playbook.Observation{
			Resource: l.Resource, Of: arrivalOf(e.RequestID), On: true, Value: e.Received.UTC().Format(time.RFC3339Nano),
			At: e.Time, Call: e.Name, By: e.Actor.ARN, Event: l.Origin.EventID,
		})
	}
	return out
}
