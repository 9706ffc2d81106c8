package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/ripostehq/riposte/internal/ledger"
)

const (
	stored = `SELECT version, schema, state, head, holder, lease, urgency,
		(SELECT count(*) FROM inbox WHERE case_id = cases.id AND taken = 0), (` + lastSeq + `) FROM cases WHERE id = ?`
	take = `UPDATE inbox SET taken = 1 WHERE key = ? AND case_id = ? AND taken = 0`
	// A case that was closed and is open again (it is being undone) leaves the root to the one that was opened since.
	save = `UPDATE cases SET schema = ?2, state = ?3, payload = ?4, version = version + 1, due = ?5, wake = ?6, holder = ?7,
		lease = ?8, urgency = ?9, attempts = 0, head = ?10, severity = ?12, place = NULL,
		root = CASE WHEN EXISTS (SELECT 1 FROM cases WHERE root = ?11 AND id <> ?1) THEN NULL ELSE ?11 END WHERE id = ?1`
)

// was is what a commit must know of the case as it stands.
type was struct {
	version int64
	state   ledger.State
	head    string
	holder  sql.NullString
	lease   sql.NullInt64
	urgency int
	waiting int
}

// Commit writes the case and all that goes with it, or nothing; see ledger.Store.
func (s *Store) Commit(ctx context.Context, c *ledger.Case, w ledger.Write) error {
	next := *c
	err := s.change(ctx, func(t *tx) error {
		if err := t.commit(&next, w); err != nil {
			return fmt.Errorf("commit case %s: %w", c.ID, err)
		}
		return nil
	})
	if err != nil {
		return err
	}
	*c = next
	for _, e := range w.Effects {
		e.Version = after(e)
	}
	return nil
}

func (t *tx) commit(c *ledger.Case, w ledger.Write) error {
	if w.At.IsZero() {
		return errors.New("it does not say when")
	}
	old, err := t.was(c)
	if err != nil {
		return err
	}
	l := ledger.Link{Chain: c.ID, Prev: old.head, At: w.At, State: c.State, Notes: w.Notes}
	for _, write := range []func(string, ledger.Write) ([]ledger.Wrote, error){ // the rows that go with the case
		t.taken, t.effects, t.requests, t.reserve, t.exceptions,
	} {
		wrote, err := write(c.ID, w)
		if err != nil {
			return err
		}
		l.Wrote = append(l.Wrote, wrote...)
	}
	left := [ledger.Classes]int{ledger.Orders: old.waiting - len(w.Taken)}
	if w.SuspectsWait { // only then does it matter what they are
		if left, err = t.waiting(c.ID); err != nil {
			return err
		}
	}
	if err := c.Settle(old.state, w, left); err != nil {
		return err
	}
	payload, err := json.Marshal(c)
	if err != nil {
		return err
	}
	l.Due, l.Payload = c.Due, ledger.Sum(payload)
	head, err := t.append(l)
	if err != nil {
		return err
	}
	return t.save(c, w, old, w.Pressing(left), payload, head)
}

// was reads the row, and refuses the commit of a worker that has not seen the last version.
func (t *tx) was(c *ledger.Case) (was, error) {
	var old was
	var schema int
	err := t.row(stored, c.ID).Scan(&old.version, &schema, &old.state, &old.head, &old.holder, &old.lease, &old.urgency, &old.waiting, &t.seq)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return old, ledger.ErrNotFound
	case err != nil:
		return old, err
	case schema > ledger.Schema:
		return old, ledger.ErrNewer
	case old.version != c.Version:
		return old, ledger.ErrStale
	}
	return old, nil
}

func (t *tx) save(c *ledger.Case, w ledger.Write, old was, pressing int, payload []byte, head string) error {
	if w.EndsLease {
		old.holder, old.lease = sql.NullString{}, sql.NullInt64{}
	}
	var root sql.NullString
	if c.State.Open() {
		root = sql.NullString{String: ledger.RootKey(c.Playbook, c.Root), Valid: true}
	}
	u := c.Committed(old.urgency, pressing)
	due := nanos(c.Due)
	err := one(t.exec(save, c.ID, c.Schema, c.State, payload, due, later(due, old.lease), old.holder, old.lease, u, head, root,
		ledger.Precedence(c.Severity)))
	c.Version, c.Attempts = old.version+1, 0
	return err
}

func (t *tx) taken(caseID string, w ledger.Write) ([]ledger.Wrote, error) {
	var wrote []ledger.Wrote
	for _, key := range w.Taken {
		if err := one(t.exec(take, key, caseID)); err != nil {
			return nil, fmt.Errorf("take message %q: %w", key, err)
		}
		wrote = append(wrote, ledger.Wrote{What: ledger.WroteTaken, Key: messageKey(caseID, key), Sum: ledger.Present})
	}
	return wrote, nil
}
