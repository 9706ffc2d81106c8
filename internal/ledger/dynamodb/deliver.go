package dynamodb

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/ripostehq/riposte/internal/ledger"
)

var (
	// errClosed: the case that a root leads to does not wait for anything any more.
	errClosed = errors.New("the case is closed")
	// errWaits: a message of this key waits already, and was not handed out yet.
	errWaits = errors.New("it waits already")
)

// Send puts a message into a case's inbox; see ledger.Store.
func (s *Store) Send(ctx context.Context, now time.Time, caseID string, m ledger.Message) (bool, error) {
	fresh := false
	err := retryConflict(ctx, func(ctx context.Context) error {
		if !m.Coalesce { // else its key is made of what the head says
			known, err := s.get(ctx, messageKey(caseID, messageID(m.Key)))
			if fresh = known == nil && err == nil; !fresh {
				return err
			}
		}
		err := s.deliver(ctx, now, caseID, []ledger.Message{m})
		fresh = !errors.Is(err, errWaits)
		if !fresh {
			err = nil
		}
		return err
	})
	if err != nil {
		return false, s.explain(fmt.Errorf("send to case %s: %w", caseID, err))
	}
	return fresh, nil
}

// deliver writes messages and makes the case due. A lease goes on: its holder finds them when it commits. Leads only join a
// case that is open.
func (s *Store) deliver(ctx context.Context, now time.Time, caseID string, messages []ledger.Message) error {
	defer s.locks.lock(caseID)()
	t := &tx{}
	r, err := s.delivery(ctx, t, now, caseID, messages)
	if err != nil {
		return err
	}
	if err := s.run(ctx, t); err != nil {
		return err
	}
	s.recent.wrote(*r)
	return nil
}

// delivery is what deliver writes, and the case's head as it stands then.
func (s *Store) delivery(ctx context.Context, t *tx, now time.Time, caseID string, messages []ledger.Message) (*row, error) {
	r, err := s.caseHead(ctx, caseID)
	if err != nil {
		return nil, err
	}
	if messages[0].Lead != nil && !r.state.Open() {
		return nil, errClosed
	}
	l := ledger.Link{At: now, State: r.state}
	for _, m := range messages {
		if err := t.message(r, m.At(r.version), &l); err != nil {
			return nil, err
		}
	}
	if due := messages[0].Due; due.After(now) {
		return r, t.dueBy(r, due, l)
	}
	for _, m := range messages {
		r.urgency = m.Woken(r.urgency)
	}
	return r, t.dueBy(r, now, l)
}

// sending is what Send writes, and the case's head as it stands then; nil where the message was sent before.
func (s *Store) sending(ctx context.Context, t *tx, now time.Time, caseID string, m ledger.Message) (*row, error) {
	if !m.Coalesce { // else its key is made of what the head says
		if known, err := s.get(ctx, messageKey(caseID, messageID(m.Key))); known != nil || err != nil {
			return nil, err
		}
	}
	r, err := s.delivery(ctx, t, now, caseID, []ledger.Message{m})
	if errors.Is(err, errWaits) {
		return nil, nil
	}
	return r, err
}

// message writes one message and what the record says of it.
func (t *tx) message(r *row, m ledger.Message, l *ledger.Link) error {
	if m.Coalesce && slices.Contains(r.waiting, waiting(m)) {
		return errWaits
	}
	if room := m.Class().Room(); r.crowd()[m.Class()] >= room {
		return fmt.Errorf("%w %s: of this sort it takes no more than %d until some are taken", ledger.ErrFull, r.id, room)
	}
	body, err := json.Marshal(m)
	if err != nil {
		return err
	}
	id := messageID(m.Key)
	t.put(messageKey(r.id, id), item{"message": text(m.Key), "body": blob(body)}, absent(errAgain))
	l.Wrote = append(l.Wrote, ledger.Wrote{What: ledger.WroteMessage, Key: rowName(r.id, id), Sum: ledger.Sum(body)})
	if m.Lead != nil {
		t.lead(m.Key, r.id, *m.Lead, l.At)
		l.Wrote = append(l.Wrote, ledger.Wrote{What: ledger.WroteLead, Key: m.Key, Sum: ledger.Sum([]byte(r.id))})
	}
	l.Notes = append(l.Notes, m.Line())
	r.waiting = append(r.waiting, waiting(m))
	return nil
}

// wake makes a case due now, and urgent.
func (s *Store) wake(ctx context.Context, t *tx, r *row, now time.Time, l ledger.Link) error {
	r.urgency = ledger.Message{}.Woken(r.urgency)
	if err := t.dueBy(r, now, l); err != nil {
		return err
	}
	if err := s.run(ctx, t); err != nil {
		return err
	}
	s.recent.wrote(*r)
	return nil
}

// dueBy makes a case due at a moment at the latest.
func (t *tx) dueBy(r *row, at time.Time, l ledger.Link) error {
	if r.due.IsZero() || at.Before(r.due) {
		r.due = at
	}
	l.Due = r.due
	r.ready = !r.wake().After(l.At)
	if err := t.append(r, l); err != nil {
		return err
	}
	t.save(r, nil)
	return nil
}

// caseHead reads a case's head; ledger.ErrNotFound.
func (s *Store) caseHead(ctx context.Context, id string) (*row, error) {
	if !isCase(id) {
		return nil, ledger.ErrNotFound
	}
	r, err := s.head(ctx, id)
	if r == nil && err == nil {
		err = ledger.ErrNotFound
	}
	return r, err
}

// rowName is a message in the record.
func rowName(caseID, messageID string) string { return caseID + " " + messageID }
