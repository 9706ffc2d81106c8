package sqlite

import (
	"context"
	"database/sql"
	"sync"
	"sync/atomic"
)

// SQLite writes to a log first and copies it into the file now and then. A commit that had to do the copying would keep an
// attacker's key alive for milliseconds more, so another connection does it beside the commits; they only do where that
// falls far behind.
const (
	commitsPerCopy = 2000
	backstop       = "25000" // pages of 4 KB in the log
)

// tidier copies the log into the file in the background.
type tidier struct {
	wake chan struct{}
	done sync.WaitGroup
	once sync.Once
	n    atomic.Int64 // commits since the last copy
}

func (t *tidier) run(path string) {
	var db *sql.DB
	defer func() {
		if db != nil {
			_ = db.Close() // nothing is pending on it
		}
	}()
	for range t.wake {
		if db == nil {
			var err error
			if db, err = sql.Open("sqlite", dsn(path)); err != nil {
				continue
			}
			db.SetMaxOpenConns(1)
		}
		// What fails here is tried again later, and at the latest by a commit.
		_, _ = db.ExecContext(context.Background(), `PRAGMA wal_checkpoint(PASSIVE)`)
	}
}

func (t *tidier) committed() {
	if t == nil {
		return
	}
	if t.n.Add(1) < commitsPerCopy {
		return
	}
	t.n.Store(0)
	select {
	case t.wake <- struct{}{}:
	default:
	}
}
