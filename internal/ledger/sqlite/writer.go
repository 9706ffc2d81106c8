package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"sync"
	"sync/atomic"
)

// writer is the one connection of this process that writes, with what is prepared on it. It is kept out of the pool, and
// its transactions are statements like others: those of database/sql start a goroutine each and hand over every statement,
// which takes longer than what SQLite does in them.
type writer struct {
	turn  sync.Mutex // of its callers, which would else wait for each other by the clock
	pool  *sql.DB    // which it is the only one of
	conn  *sql.Conn
	ready map[string]*sql.Stmt

	commits atomic.Int64
}

const (
	begin    = `BEGIN IMMEDIATE`
	commit   = `COMMIT`
	rollback = `ROLLBACK`
)

// open connects, brings the ledger's schema up to date, and prepares what is asked often.
func (w *writer) open(ctx context.Context, path string, often []string) (err error) {
	if w.pool, err = sql.Open("sqlite", dsn(path)+"&_txlock=immediate"); err != nil {
		return err
	}
	w.pool.SetMaxOpenConns(1)
	w.pool.SetMaxIdleConns(1)
	if err := migrate(ctx, w.pool); err != nil {
		return err
	}
	if w.conn, err = w.pool.Conn(ctx); err != nil {
		return err
	}
	w.ready, err = prepared(ctx, w.conn, append(often, begin, commit, rollback)...)
	return err
}

// close lets go of the statements first: a connection that has any left would not write its log back.
func (w *writer) close() error {
	var errs []error
	for _, st := range w.ready {
		errs = append(errs, st.Close())
	}
	if w.conn != nil {
		if err := w.conn.Close(); !errors.Is(err, sql.ErrConnDone) {
			errs = append(errs, err)
		}
	}
	if w.pool != nil {
		errs = append(errs, w.pool.Close())
	}
	return errors.Join(errs...)
}

// transaction runs f between BEGIN and COMMIT. Either all of it happens or nothing, and it is not cancelled once begun: it
// takes milliseconds.
func (w *writer) transaction(ctx context.Context, f func(*tx) error) (err error) {
	if err := ctx.Err(); err != nil {
		return err
	}
	w.turn.Lock()
	defer w.turn.Unlock()
	t := &tx{writer: w, ctx: context.WithoutCancel(ctx)}
	if err := t.begin(); err != nil {
		return err
	}
	done := false // also where f panics
	defer func() {
		if !done {
			_, _ = t.exec(rollback) // where SQLite has not done so itself
		}
	}()
	if err := f(t); err != nil {
		return err
	}
	_, err = t.exec(commit)
	w.commits.Add(1)
	done = err == nil
	return err
}

// begin ends what an end that failed may have left open, or nothing would ever be written again.
func (t *tx) begin() error {
	_, err := t.exec(begin)
	if err == nil {
		return nil
	}
	if _, none := t.exec(rollback); none != nil {
		return err // nothing was open
	}
	_, err = t.exec(begin)
	return err
}

// single reads one row in its turn.
func (w *writer) single(ctx context.Context, query string, args ...any) scanner {
	return late(func(into ...any) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		w.turn.Lock()
		defer w.turn.Unlock()
		return (&tx{writer: w, ctx: context.WithoutCancel(ctx)}).row(query, args...).Scan(into...)
	})
}

// several reads rows in its turn.
func (w *writer) several(ctx context.Context, scan func(*sql.Rows) error, query string, args ...any) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	w.turn.Lock()
	defer w.turn.Unlock()
	return (&tx{writer: w, ctx: context.WithoutCancel(ctx)}).rows(scan, query, args...)
}

// late is a row that is read when it is scanned.
type late func(into ...any) error

func (l late) Scan(into ...any) error { return l(into...) }
