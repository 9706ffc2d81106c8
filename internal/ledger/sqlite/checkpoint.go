package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/ripostehq/riposte/internal/ledger"
)

const entriesAfter = `SELECT seq, chain, hash, bytes FROM entries WHERE seq > ? ORDER BY seq`

// Checkpoint seals all chains as they stand. Where nothing happened since the last one, it is that one.
func (s *Store) Checkpoint(ctx context.Context, now time.Time) (ledger.Checkpoint, error) {
	var c ledger.Checkpoint
	err := s.change(ctx, func(t *tx) error {
		last, at, err := t.checkpoint()
		if err != nil {
			return err
		}
		seq, err := t.next()
		if err != nil {
			return err
		}
		if c = last; at == seq-1 {
			return nil
		}
		if c, err = t.fold(last); err != nil {
			return err
		}
		c.At = now.UTC()
		return t.appendTo(ledger.CheckpointChain, ledger.Link{At: now, Seals: &c, Notes: []string{"checkpoint"}})
	})
	return c, err
}

// checkpoint is the last one, and the seq of its entry; 0 where there is none.
func (t *tx) checkpoint() (ledger.Checkpoint, int64, error) {
	e, err := scanEntry(t.row(`SELECT seq, chain, hash, bytes FROM entries WHERE chain = ? ORDER BY seq DESC LIMIT 1`, ledger.CheckpointChain))
	if errors.Is(err, sql.ErrNoRows) {
		return ledger.Checkpoint{}, 0, nil
	}
	if err != nil {
		return ledger.Checkpoint{}, 0, err
	}
	l, err := ledger.ReadLink(e.Bytes)
	if err != nil || l.Seals == nil {
		return ledger.Checkpoint{}, 0, fmt.Errorf("entry %d is no checkpoint: verify the ledger", e.Seq)
	}
	return *l.Seals, e.Seq, nil
}

// fold takes everything after a checkpoint into the next.
func (t *tx) fold(c ledger.Checkpoint) (ledger.Checkpoint, error) {
	err := t.rows(func(r *sql.Rows) error {
		e, err := scanEntry(r)
		if err != nil {
			return err
		}
		l, err := ledger.ReadLink(e.Bytes)
		if err != nil {
			return fmt.Errorf("entry %d: %w: verify the ledger", e.Seq, err)
		}
		if l.Prev == "" {
			c.Chains++
		}
		c.Seq, c.Root = e.Seq, ledger.Fold(c.Root, e.Bytes)
		return nil
	}, entriesAfter, c.Seq)
	return c, err
}
