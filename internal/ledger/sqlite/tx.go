package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/ripostehq/riposte/internal/ledger"
)

// tx is one write transaction: it knows the ledger's last entry and appends to it.
type tx struct {
	*writer
	ctx context.Context
	seq int64 // of the last entry
}

// change runs f in one transaction that no other write can come between, and returns when it is on the disk: what was
// committed outlives a loss of power, since AWS may have acted on it.
func (s *Store) change(ctx context.Context, f func(*tx) error) error {
	if err := s.changeSoon(ctx, f); err != nil {
		return err
	}
	return s.explain(s.wal.sync())
}

// changeSoon does not wait for the disk: what it commits outlives the process, and a loss of power from the next sync on.
// That is enough for a lease, whose holder would be gone with the power, and for an admission until Sync.
func (s *Store) changeSoon(ctx context.Context, f func(*tx) error) error {
	if err := s.write.transaction(ctx, f); err != nil {
		return s.explain(err)
	}
	s.wal.committed()
	s.tidy.committed()
	return nil
}

func (t *tx) exec(query string, args ...any) (int64, error) {
	var r sql.Result
	var err error
	if st := t.ready[query]; st != nil {
		r, err = st.ExecContext(t.ctx, args...)
	} else {
		r, err = t.conn.ExecContext(t.ctx, query, args...)
	}
	if err != nil {
		return 0, err
	}
	return r.RowsAffected()
}

// row must be scanned: it has the connection until then.
func (t *tx) row(query string, args ...any) *sql.Row {
	if st := t.ready[query]; st != nil {
		return st.QueryRowContext(t.ctx, args...)
	}
	return t.conn.QueryRowContext(t.ctx, query, args...)
}

func (t *tx) rows(scan func(*sql.Rows) error, query string, args ...any) error {
	if st := t.ready[query]; st != nil {
		r, err := st.QueryContext(t.ctx, args...)
		return each(r, err, scan)
	}
	return rows(t.ctx, t.conn, scan, query, args...)
}

// rows runs a query that is prepared nowhere and calls scan for each row.
func rows(ctx context.Context, q querier, scan func(*sql.Rows) error, query string, args ...any) error {
	r, err := q.QueryContext(ctx, query, args...)
	return each(r, err, scan)
}

// each calls scan for each row of an answer.
func each(r *sql.Rows, err error, scan func(*sql.Rows) error) error {
	if err != nil {
		return err
	}
	defer r.Close()
	for r.Next() {
		if err := scan(r); err != nil {
			return err
		}
	}
	return r.Err()
}

const (
	lastSeq  = `SELECT coalesce(max(seq), 0) FROM entries`
	lastHash = `SELECT hash FROM entries WHERE chain = ? ORDER BY seq DESC LIMIT 1`
	addEntry = `INSERT INTO entries (seq, chain, hash, bytes) VALUES (?, ?, ?, ?)`
)

// next is the seq of the entry that append will write.
func (t *tx) next() (int64, error) {
	if t.seq == 0 {
		if err := t.row(lastSeq).Scan(&t.seq); err != nil {
			return 0, err
		}
	}
	return t.seq + 1, nil
}

// append adds one link behind all others and gives its hash.
func (t *tx) append(l ledger.Link) (string, error) {
	e, err := t.entry(l)
	if err != nil {
		return "", err
	}
	return e.Hash, t.add(e)
}

// entry is the one that a link would be behind all others.
func (t *tx) entry(l ledger.Link) (e ledger.Entry, err error) {
	if l.Seq, err = t.next(); err != nil {
		return e, err
	}
	return l.Entry()
}

func (t *tx) add(e ledger.Entry) error {
	if _, err := t.exec(addEntry, e.Seq, e.Chain, e.Hash, e.Bytes); err != nil {
		return err
	}
	t.seq = e.Seq
	return nil
}

// appendTo adds a link to a chain that belongs to no case.
func (t *tx) appendTo(chain string, l ledger.Link) error {
	err := t.row(lastHash, chain).Scan(&l.Prev)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	l.Chain = chain
	_, err = t.append(l)
	return err
}

// nanos is a time as stored.
func nanos(t time.Time) sql.NullInt64 {
	return sql.NullInt64{Int64: t.UnixNano(), Valid: !t.IsZero()}
}

func moment(n sql.NullInt64) time.Time {
	if !n.Valid {
		return time.Time{}
	}
	return time.Unix(0, n.Int64).UTC()
}

func later(a, b sql.NullInt64) sql.NullInt64 {
	if a.Valid && b.Valid && b.Int64 > a.Int64 {
		return b
	}
	return a // what is never due does not become so when a lease ends
}

// one is for writes that must meet exactly one row.
func one(affected int64, err error) error {
	if err == nil && affected != 1 {
		return fmt.Errorf("a write met %d rows instead of one", affected)
	}
	return err
}
