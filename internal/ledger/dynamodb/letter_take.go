package dynamodb

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"github.com/ripostehq/riposte/internal/ledger"
)

// TakeLetter takes the owed letter that goes first; see ledger.Letters. The index only proposes: a take is a conditional write on
// the letter itself.
func (s *Store) TakeLetter(ctx context.Context, now time.Time, holder string, lease time.Duration) (*ledger.Letter, error) {
	due := query{where: "#s < :now", values: item{":now": number(nanos(now) + 1)}, limit: candidates}
	for _, look := range []func() ([]key, error){
		func() ([]key, error) { return s.waking(ctx, urgentLetters, due) },
		func() ([]key, error) { return s.waking(ctx, otherLetters, due) },
		func() ([]key, error) { return s.skewedLetters(ctx, now, lease) },
	} {
		found, err := look()
		if err != nil {
			return nil, s.explain(err)
		}
		for _, k := range found {
			l, err := s.takeLetter(ctx, k, now, holder, lease)
			if l != nil || err != nil {
				return l, s.explain(err)
			}
		}
	}
	return nil, nil
}

// waking are letters of one partition of the index, in its order.
func (s *Store) waking(ctx context.Context, partition string, q query) (out []key, err error) {
	q.index, q.partition = wakeIndex, partition
	err = s.items(ctx, q, func(i item) bool { out = append(out, keyOf(i)); return true })
	return out, err
}

// skewedLetters are those leased by a clock that is wrong, looked for once in the length of a lease.
func (s *Store) skewedLetters(ctx context.Context, now time.Time, lease time.Duration) (out []key, err error) {
	b, clock := &s.letters, time.Now()
	b.turn.Lock()
	looked := !b.looked.IsZero() && clock.Sub(b.looked) < lease
	if !looked {
		b.looked = clock
	}
	b.turn.Unlock()
	if looked {
		return nil, nil
	}
	for _, partition := range []string{urgentLetters, otherLetters} {
		q := query{index: wakeIndex, partition: partition, where: "#s > :astray", values: item{":astray": at(ledger.Astray(now, lease))}}
		err := s.items(ctx, q, func(i item) bool {
			if positionOf(i[wakeAt]).leased {
				out = append(out, keyOf(i))
			}
			return true
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// takeLetter takes one letter; nil where another has it, or it is not due. The mark is this take's alone: by it one whose answer was
// lost is known.
func (s *Store) takeLetter(ctx context.Context, k key, now time.Time, holder string, lease time.Duration) (l *ledger.Letter, err error) {
	mark, tries := rand.Text(), 0
	err = retryConflict(ctx, func(ctx context.Context) error {
		i, err := s.get(ctx, k)
		if err != nil || i == nil {
			return err
		}
		r, broken := keptOf(i)
		t := &tx{}
		switch {
		case broken != nil: // what can't be read keeps no other waiting
			t.update(k, item{wakeAt: at(now.Add(time.Hour))}, nil, over("rev", numberOf(i["rev"]), nil))
			return errors.Join(broken, s.run(ctx, t))
		case r.Mark == mark:
			l = r.Present()
			return nil
		case !r.Take(now, holder, mark, lease):
			return nil
		}
		if err := t.letter(r); err != nil {
			return err
		}
		tries++
		if err := s.run(ctx, t); err != nil {
			return unsure(err, tries)
		}
		l = r.Present()
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("take a letter: %w", err)
	}
	return l, nil
}

// unsure is an error of a write of which it is not known whether it was done: looking again tells, some times.
func unsure(err error, tries int) error {
	if err == nil || errors.Is(err, errAgain) || errors.Is(err, errBusy) || refused(err) || tries >= again {
		return err
	}
	return fmt.Errorf("%w: %w", errAgain, err)
}

// SaveLetter writes what became of a letter; see ledger.Letters.
func (s *Store) SaveLetter(ctx context.Context, l *ledger.Letter) error {
	return s.saveLetter(ctx, l, func(context.Context, *tx) (*row, error) { return nil, nil })
}

// SaveAndSend writes what became of a letter, and tells a case; see ledger.Letters.
func (s *Store) SaveAndSend(ctx context.Context, now time.Time, l *ledger.Letter, caseID string, m ledger.Message) error {
	defer s.locks.lock(caseID)()
	return s.saveLetter(ctx, l, func(ctx context.Context, t *tx) (*row, error) {
		r, err := s.sending(ctx, t, now, caseID, m)
		if err != nil {
			err = fmt.Errorf("send to case %s: %w", caseID, err)
		}
		return r, err
	})
}

// saveLetter writes what became of a letter, and what is to be written with that: a case's head, as it stands then, or none.
func (s *Store) saveLetter(ctx context.Context, l *ledger.Letter, with func(context.Context, *tx) (*row, error)) error {
	var version int64
	tries := 0
	err := retryConflict(ctx, func(ctx context.Context) error {
		r, err := s.letterAt(ctx, letterKey(l.Name()))
		switch {
		case err != nil:
			return err
		case r == nil || r.ID != l.ID:
			return ledger.NoLetter(l.ID)
		}
		before := r.Fence
		if err := r.Save(l); err != nil {
			return err
		}
		version = r.Fence
		t := &tx{}
		if r.Fence != before { // else it was done before, and its answer was lost
			if err := t.letter(r); err != nil {
				return err
			}
		}
		head, err := with(ctx, t)
		if err != nil || len(t.items) == 0 {
			return err
		}
		tries++
		if err := s.run(ctx, t); err != nil {
			return unsure(err, tries)
		}
		if head != nil {
			s.recent.wrote(*head)
		}
		return nil
	})
	if err == nil {
		l.Version = version
	}
	return s.explain(err)
}

// NextLetter returns when the next letter can be taken; see ledger.Letters.
func (s *Store) NextLetter(ctx context.Context) (next time.Time, err error) {
	for _, partition := range []string{urgentLetters, otherLetters} {
		err := s.items(ctx, query{index: wakeIndex, partition: partition, limit: 1}, func(i item) bool {
			if wake := positionOf(i[wakeAt]).at; next.IsZero() || wake.Before(next) {
				next = wake
			}
			return false
		})
		if err != nil {
			return time.Time{}, s.explain(err)
		}
	}
	return next, nil
}
