// Package sqlite keeps the ledger in one SQLite file: durable, for one machine, shared by any number of processes on it.
package sqlite

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"slices"
	"sync/atomic"

	"github.com/oklog/ulid/v2"
	_ "modernc.org/sqlite" // the driver
)

// Memory as a path keeps the ledger in memory, for one process and as long as it is open.
const Memory = ":memory:"

// Store is a ledger in SQLite.
type Store struct {
	path  string
	write writer
	read  *sql.DB                // nil for a ledger in memory, which has no other connection
	known map[string]*sql.Stmt   // prepared on read
	ids   *ulid.MonotonicEntropy // used inside write transactions only, so by one at a time
	tidy  *tidier
	wal   *wal // nil for a ledger in memory

	effects atomic.Pointer[counted]
}

// Option changes how a ledger is opened.
type Option func(*Store)

// Entropy is where the random part of case ids comes from; a test gives its own.
func Entropy(r io.Reader) Option { return func(s *Store) { s.ids = ulid.Monotonic(r, 0) } }

// Open opens the ledger, or makes one that only its owner can read. A newer schema is ErrNewer.
func Open(ctx context.Context, path string, options ...Option) (*Store, error) {
	s := &Store{path: path, ids: ulid.Monotonic(rand.Reader, 0)}
	for _, o := range options {
		o(s)
	}
	if err := s.open(ctx); err != nil {
		return nil, errors.Join(s.explain(err), s.Close())
	}
	return s, nil
}

// Close writes back what is pending and lets go of the file.
func (s *Store) Close() error {
	if s.tidy != nil {
		s.tidy.once.Do(func() { close(s.tidy.wake) })
		s.tidy.done.Wait()
	}
	var errs []error
	if s.wal != nil {
		if err := s.wal.log.Close(); !errors.Is(err, os.ErrClosed) {
			errs = append(errs, err)
		}
	}
	if s.read != nil {
		errs = append(errs, s.read.Close())
	}
	return s.explain(errors.Join(append(errs, s.write.close())...))
}

func (s *Store) open(ctx context.Context) (err error) {
	changing, asking, watching := often()
	if s.path == Memory {
		return s.write.open(ctx, Memory, slices.Concat(changing, asking, watching))
	}
	if err := touch(s.path); err != nil {
		return err
	}
	if err := inspect(ctx, s.path); err != nil {
		return err
	}
	if err := s.write.open(ctx, s.path, slices.Concat(changing, asking)); err != nil {
		return err
	}
	if s.read, err = sql.Open("sqlite", dsn(s.path)+"&_pragma=query_only(1)"); err != nil {
		return err
	}
	s.read.SetMaxIdleConns(4)
	if s.wal, err = openWAL(s.path); err != nil {
		return err
	}
	s.wal.committed() // the migration, if there was one
	s.tidy = &tidier{wake: make(chan struct{}, 1)}
	s.tidy.done.Go(func() { s.tidy.run(s.path) })
	s.known, err = prepared(ctx, s.read, watching...)
	return err
}

// inspect looks at the file before anything is asked of it that would write: another program's is not to be touched.
func inspect(ctx context.Context, path string) error {
	db, err := sql.Open("sqlite", name(path)+"?_pragma=busy_timeout(5000)")
	if err != nil {
		return err
	}
	defer db.Close()
	_, err = version(ctx, db)
	return err
}

// touch makes the file before SQLite does: SQLite would let all users read it. Its companions inherit the mode.
func touch(path string) error {
	if i, err := os.Stat(path); err == nil && i.IsDir() {
		return fmt.Errorf("it is a folder: name a file in it")
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	return f.Close()
}

func name(path string) string {
	if path == Memory {
		return "file::memory:"
	}
	return (&url.URL{Scheme: "file", Opaque: url.PathEscape(path)}).String()
}

// dsn names the file and how it is worked with.
func dsn(path string) string {
	return name(path) + "?_dqs=0&_pragma=busy_timeout(5000)&_pragma=journal_mode(WAL)&_pragma=foreign_keys(1)" +
		"&_pragma=synchronous(NORMAL)&_pragma=wal_autocheckpoint(" + backstop + ")"
}
