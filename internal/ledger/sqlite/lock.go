package sqlite

import (
	"context"
	"database/sql"
	"errors"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// ErrTaken: another process has the lock.
var ErrTaken = errors.New("another process has it")

// Lock takes a file for this process alone, at once or not at all: ErrTaken. SQLite's own lock does it on every system, and
// it goes with the process, however that ends.
func Lock(ctx context.Context, path string) (release func() error, err error) {
	s := &Store{path: path}
	if err := touch(path); err != nil {
		return nil, s.explain(err)
	}
	db, err := sql.Open("sqlite", name(path)+"?_pragma=busy_timeout(0)&_txlock=exclusive")
	if err != nil {
		return nil, s.explain(err)
	}
	tx, err := db.BeginTx(context.WithoutCancel(ctx), nil)
	if err == nil {
		return func() error { return errors.Join(tx.Rollback(), db.Close()) }, nil
	}
	if e := (*sqlite.Error)(nil); errors.As(err, &e) && e.Code()&0xff == sqlite3.SQLITE_BUSY {
		return nil, errors.Join(ErrTaken, db.Close())
	}
	return nil, errors.Join(s.explain(err), db.Close())
}
