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

// Commit writes the case and all that goes with it, or nothing; see ledger.Store.
func (s *Store) Commit(ctx context.Context, c *ledger.Case, w ledger.Write) error {
	var next ledger.Case
	var done *commit
	err := retryConflict(ctx, func(ctx context.Context) (err error) {
		next = *c
		if done, err = s.commit(ctx, &next, w); err != nil {
			s.claimed.drop(c.ID)
		}
		return err
	})
	if err != nil {
		return s.explain(fmt.Errorf("commit case %s: %w", c.ID, err))
	}
	*c = next
	for i, e := range w.Effects {
		e.Version = done.versions[i]
	}
	return nil
}

// commit is one try.
type commit struct {
	*Store
	tx
	c        *ledger.Case
	w        ledger.Write
	r        *row
	wrote    []ledger.Wrote
	versions []int64 // of the effects, once written
	taking   []place
}

func (s *Store) commit(ctx context.Context, c *ledger.Case, w ledger.Write) (*commit, error) {
	if w.At.IsZero() {
		return nil, errors.New("it does not say when")
	}
	r, known := s.claimed.as(c.ID, c.Version)
	if !known {
		var err error
		if r, err = s.mine(ctx, c); err != nil {
			return nil, err
		}
	}
	t := &commit{Store: s, c: c, w: w, r: r}
	for _, write := range []func(context.Context) error{t.messages, t.effects, t.requests, t.reserve, t.exceptions, t.root, t.entry} {
		err := write(ctx)
		if err != nil && known {
			err = errAgain // a message may have come in since
		}
		if err != nil {
			return nil, err
		}
	}
	if err := s.run(ctx, &t.tx); err != nil {
		return nil, err
	}
	s.recent.wrote(*r)
	s.reserved.keep(t.taking)
	if len(w.Effects) > 0 {
		s.seen.turn.Lock()
		s.seen.read = time.Time{}
		s.seen.turn.Unlock()
	}
	if w.EndsLease {
		s.claimed.drop(c.ID)
	} else {
		s.claimed.keep(*r)
	}
	c.Version, c.Attempts = r.version, 0
	return t, nil
}

// mine reads the head, and refuses the commit of a worker that has not seen the last version.
func (s *Store) mine(ctx context.Context, c *ledger.Case) (*row, error) {
	r, err := s.caseHead(ctx, c.ID)
	switch {
	case err != nil:
		return nil, err
	case r.schema > ledger.Schema:
		return nil, ledger.ErrNewer
	case r.version != c.Version:
		return nil, ledger.ErrStale
	}
	return r, nil
}

// messages takes those that the case has read. That a message does not wait any more is its mark.
func (t *commit) messages(context.Context) error {
	t.r.waiting = slices.Clone(t.r.waiting)
	for _, name := range t.w.Taken {
		id := messageID(name)
		i := t.r.waitsAt(id)
		if i < 0 {
			return fmt.Errorf("take message %q: it does not wait", name)
		}
		t.r.waiting = slices.Delete(t.r.waiting, i, i+1)
		t.wrote = append(t.wrote, ledger.Wrote{What: ledger.WroteTaken, Key: rowName(t.c.ID, id), Sum: ledger.Present})
	}
	return t.c.Settle(t.r.state, t.w, t.r.crowd())
}

// root leaves the root when the case closes. A case that was closed and is open again (it is being undone) takes it, unless
// another was opened on it since.
func (t *commit) root(ctx context.Context) error {
	of := sum(ledger.RootKey(t.c.Playbook, t.c.Root))
	switch open := t.c.State.Open(); {
	case open && t.r.root == "":
		taken, err := t.get(ctx, rootKey(of))
		if taken != nil || err != nil {
			return err
		}
		t.put(rootKey(of), item{"case_id": text(t.c.ID)}, absent(errAgain))
		t.r.root = of
	case !open && t.r.root != "":
		t.delete(rootKey(t.r.root), condition{holds: isNew + " OR case_id = :mine", values: item{":mine": text(t.c.ID)}, otherwise: errAgain})
		t.r.root = ""
	}
	return nil
}

// entry writes the case and the link of its chain.
func (t *commit) entry(context.Context) error {
	payload, err := json.Marshal(t.c)
	if err != nil {
		return err
	}
	r := t.r
	r.schema, r.state, r.due, r.attempts, r.version = t.c.Schema, t.c.State, t.c.Due, 0, r.version+1
	if t.w.EndsLease {
		r.holder, r.lease = "", time.Time{}
	}
	r.severity = t.c.Severity
	r.ready = !r.wake().After(t.w.At)
	r.urgency = t.c.Committed(r.urgency, t.w.Pressing(r.crowd()))
	err = t.append(r, ledger.Link{
		At: t.w.At, State: r.state, Due: r.due, Payload: ledger.Sum(payload), Notes: t.w.Notes, Wrote: t.wrote,
	})
	if err != nil {
		return err
	}
	attributes, err := t.payload(r, payload)
	if err != nil {
		return err
	}
	t.save(r, attributes)
	return nil
}
