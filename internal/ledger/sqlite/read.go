package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/ledger"
)

const (
	caseColumns = `id, schema, playbook, account, state, payload, version, due, attempts`
	oneCase     = `SELECT ` + caseColumns + ` FROM cases WHERE id = ?`
)

type scanner interface{ Scan(...any) error }

// scanCase reads a case. Of one whose payload was pruned, what stands in columns is left.
func scanCase(r scanner) (*ledger.Case, error) {
	var c, cols ledger.Case
	var account string
	var payload []byte
	var due sql.NullInt64
	if err := r.Scan(&cols.ID, &cols.Schema, &cols.Playbook, &account, &cols.State, &payload, &cols.Version, &due, &cols.Attempts); err != nil {
		return nil, err
	}
	if payload == nil {
		c = ledger.Case{Schema: cols.Schema, ID: cols.ID, Playbook: cols.Playbook, State: cols.State, Root: event.Resource{Account: account}}
	} else if err := json.Unmarshal(payload, &c); err != nil {
		return nil, fmt.Errorf("read case %s: %w", cols.ID, err)
	}
	c.Version, c.Due, c.Attempts = cols.Version, moment(due), cols.Attempts
	return &c, nil
}

// Load reads one case; ledger.ErrNotFound.
func (s *Store) Load(ctx context.Context, id string) (*ledger.Case, error) {
	c, err := scanCase(s.row(ctx, oneCase, id))
	if errors.Is(err, sql.ErrNoRows) {
		err = fmt.Errorf("%q: %w", id, ledger.ErrNotFound)
	}
	return c, s.explain(err)
}

// Find reads the one case whose id begins so, in upper or lower case, with or without the c_.
func (s *Store) Find(ctx context.Context, prefix string) (*ledger.Case, error) {
	p := strings.ToLower(strings.TrimSpace(prefix))
	if p = strings.TrimPrefix(p, "c_"); p == "" {
		return nil, s.explain(fmt.Errorf("%q: %w", prefix, ledger.ErrNotFound))
	}
	found, err := s.cases(ctx, `WHERE id >= ? AND id < ? ORDER BY id LIMIT 3`, "c_"+p, "c_"+p+"~")
	switch {
	case err != nil:
		return nil, s.explain(err)
	case len(found) == 0:
		return nil, s.explain(fmt.Errorf("%q: %w", prefix, ledger.ErrNotFound))
	case len(found) > 1:
		return nil, s.explain(fmt.Errorf("%q: %w: %s and %s", prefix, ledger.ErrAmbiguous, found[0].ID, found[1].ID))
	}
	return found[0], nil
}

// isOpen is ledger.State.Open in the words of the index of open cases, by which SQLite knows that it may read that alone.
const isOpen = `state IN ('suspected', 'asked', 'held', 'acting', 'contained', 'undoing')`

// Cases lists, oldest first; see ledger.Store.
func (s *Store) Cases(ctx context.Context, f ledger.Filter) ([]*ledger.Case, error) {
	where, args := fits(f)
	if f.After != "" {
		where, args = where+" AND n > (SELECT n FROM cases WHERE id = ?)", append(args, f.After)
	}
	if f.Limit > 0 {
		where, args = where+" ORDER BY n LIMIT ?", append(args, f.Limit)
	}
	found, err := s.cases(ctx, "WHERE n IN (SELECT n FROM cases "+where+") ORDER BY n", args...)
	return found, s.explain(err)
}

// Page lists, newest first; see ledger.Store.
func (s *Store) Page(ctx context.Context, f ledger.Filter, before string, limit int) ([]*ledger.Case, string, error) {
	where, args := fits(f)
	if before != "" {
		where, args = where+" AND n < (SELECT n FROM cases WHERE id = ?)", append(args, before)
	}
	where = "WHERE n IN (SELECT n FROM cases " + where + " ORDER BY n DESC LIMIT ?) ORDER BY n DESC"
	found, err := s.cases(ctx, where, append(args, limit+1)...)
	if err != nil || len(found) <= limit {
		return found, "", s.explain(err)
	}
	return found[:limit], found[limit-1].ID, nil
}

// fits is the condition that a filter sets, with its arguments. It is asked for the places of cases alone, which an index has: what
// does not fit is not read.
func fits(f ledger.Filter) (string, []any) {
	where, args := "WHERE true", []any{}
	if f.Open || f.State.Open() {
		where += " AND " + isOpen
	}
	for _, w := range []struct{ fits, value string }{
		{"state = ?", string(f.State)}, {"playbook = ?", f.Playbook}, {"account = ?", f.Account}, {"root = ?", f.Root},
		{"id IN (SELECT case_id FROM incident_cases WHERE incident = ?)", f.Incident},
	} {
		if w.value != "" {
			where, args = where+" AND "+w.fits, append(args, w.value)
		}
	}
	return where, args
}

// mark is the last entry of all: nothing is written that has none.
const mark = `SELECT coalesce(max(seq), 0) FROM entries /* beside the writer */`

// Mark is the number of the last entry.
func (s *Store) Mark(ctx context.Context) (string, error) {
	var n int64
	err := s.row(ctx, mark).Scan(&n)
	return strconv.FormatInt(n, 10), s.explain(err)
}

func (s *Store) cases(ctx context.Context, where string, args ...any) ([]*ledger.Case, error) {
	var out []*ledger.Case
	err := s.rows(ctx, func(r *sql.Rows) error {
		c, err := scanCase(r)
		out = append(out, c)
		return err
	}, `SELECT `+caseColumns+` FROM cases `+where, args...)
	return out, err
}

// SealOf is the next checkpoint after the chain's last entry: it seals all that was before it.
func (s *Store) SealOf(ctx context.Context, id string) (*ledger.Checkpoint, error) {
	e, err := scanEntry(s.row(ctx, `SELECT seq, chain, hash, bytes FROM entries WHERE chain = ? AND seq > (SELECT max(seq) FROM entries WHERE chain = ?) ORDER BY seq LIMIT 1`,
		ledger.CheckpointChain, id))
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, s.explain(err)
	}
	l, err := ledger.ReadLink(e.Bytes)
	if err != nil || l.Seals == nil {
		return nil, fmt.Errorf("entry %d is no checkpoint: verify the ledger", e.Seq)
	}
	return l.Seals, nil
}

// History is a case's chain, oldest first; the brakes' too.
func (s *Store) History(ctx context.Context, id string) ([]ledger.Entry, error) {
	var out []ledger.Entry
	err := s.rows(ctx, func(r *sql.Rows) error {
		e, err := scanEntry(r)
		if err != nil {
			return err
		}
		l, err := ledger.ReadLink(e.Bytes)
		if err != nil {
			return fmt.Errorf("entry %d of %s: %w", e.Seq, id, err)
		}
		e.At, e.State, e.Notes = l.At, l.State, l.Notes
		out = append(out, e)
		return nil
	}, `SELECT seq, chain, hash, bytes FROM entries WHERE chain = ? ORDER BY seq`, id)
	return out, s.explain(err)
}

func scanEntry(r scanner) (ledger.Entry, error) {
	var e ledger.Entry
	err := r.Scan(&e.Seq, &e.Chain, &e.Hash, &e.Bytes)
	return e, err
}
