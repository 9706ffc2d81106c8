package sqlite

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/ripostehq/riposte/internal/ledger"
)

// wal is SQLite's log, as far as it has reached the disk. SQLite itself only writes it (synchronous = NORMAL); a commit is
// durable once the log is synced up to it, by any caller, and what SQLite moves from the log into the file it syncs
// first: https://www.sqlite.org/pragma.html#pragma_synchronous. Syncing here lets callers that wait at the same time share
// one sync, and callers that need not wait go on.
type wal struct {
	log     *os.File // there as long as a connection is
	syncing sync.Mutex
	failed  error // of a sync; syncing guards it

	mu      sync.Mutex
	written int64         // commits in the log
	synced  int64         // of these, on the disk
	moved   chan struct{} // closed when synced moves on
}

// openWAL opens the log of a ledger that is open, and makes its place in the folder durable.
func openWAL(path string) (*wal, error) {
	log, err := os.OpenFile(path+"-wal", os.O_RDWR, 0)
	if err != nil {
		return nil, err
	}
	folder, err := os.Open(filepath.Dir(path))
	if err == nil {
		err = errors.Join(folder.Sync(), folder.Close())
	}
	if err != nil {
		return nil, errors.Join(err, log.Close())
	}
	return &wal{log: log, moved: make(chan struct{})}, nil
}

// committed notes that a commit stands in the log.
func (w *wal) committed() {
	if w == nil {
		return // in memory
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.written++
}

// pending is the last commit in the log, and what tells that more is on the disk; nil where that commit is.
func (w *wal) pending() (last int64, moved <-chan struct{}) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.synced < w.written {
		moved = w.moved
	}
	return w.written, moved
}

// sync returns when all that stands in the log by now is on the disk. Of several at once, the first to come syncs, and
// mostly for all of them.
func (w *wal) sync() error {
	if w == nil {
		return nil
	}
	mine, moved := w.pending()
	if moved == nil {
		return nil
	}
	w.syncing.Lock()
	defer w.syncing.Unlock()
	last, moved := w.pending()
	if moved == nil || w.reached(mine) {
		return nil
	}
	// After a failure the system may have dropped what it could not write, and the next sync would not notice: this process
	// does not believe the disk again. https://wiki.postgresql.org/wiki/Fsync_Errors
	if w.failed == nil {
		w.failed = w.log.Sync()
	}
	if w.failed != nil {
		return fmt.Errorf("sync: %w: %w; start riposte again when its disk is sound", w.failed, ledger.ErrBroken)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.synced = last
	close(w.moved)
	w.moved = make(chan struct{})
	return nil
}

func (w *wal) reached(n int64) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.synced >= n
}

// patience is how long Sync waits for another's: that of the answer's first intent comes within it, and two at once
// would only slow each other down.
const patience = 5 * time.Millisecond

// Sync returns when all admissions are on the disk; see ledger.Store.
func (s *Store) Sync(ctx context.Context) error {
	if s.wal == nil {
		return nil // in memory
	}
	_, moved := s.wal.pending()
	if moved == nil {
		return nil
	}
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case <-moved:
	case <-timer.C:
	case <-ctx.Done():
	}
	return s.explain(s.wal.sync())
}
