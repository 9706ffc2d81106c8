package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/ripostehq/riposte/internal/ledger"
)

var errForeign = errors.New("it is a database of another program, and was left alone: name another file")

func migrate(ctx context.Context, db *sql.DB) error {
	done, err := version(ctx, db)
	if err != nil || done == len(migrations) {
		return err
	}
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if done, err = version(ctx, tx); err != nil { // again: another process may have been faster
		return err
	}
	for i := done; i < len(migrations); i++ {
		if _, err := tx.ExecContext(ctx, migrations[i]); err != nil {
			return fmt.Errorf("migrate to schema %d: %w", i+1, err)
		}
	}
	if _, err := tx.ExecContext(ctx, `UPDATE meta SET value = ? WHERE key = 'schema'`, len(migrations)); err != nil {
		return err
	}
	return tx.Commit()
}

type querier interface {
	QueryRowContext(context.Context, string, ...any) *sql.Row
	QueryContext(context.Context, string, ...any) (*sql.Rows, error)
	ExecContext(context.Context, string, ...any) (sql.Result, error)
}

// version is the number of migrations applied; it marks an empty file as a ledger, and refuses what is none.
func version(ctx context.Context, q querier) (int, error) {
	var app, tables, v int
	// One statement sees one moment: another process may be making the ledger.
	const look = `SELECT (SELECT count(*) FROM sqlite_schema), application_id FROM pragma_application_id`
	if err := q.QueryRowContext(ctx, look).Scan(&tables, &app); err != nil {
		return 0, err
	}
	switch {
	case app == application:
		err := q.QueryRowContext(ctx, `SELECT value FROM meta WHERE key = 'schema'`).Scan(&v)
		if err == nil && v > len(migrations) {
			err = fmt.Errorf("its schema is %d, this riposte knows up to %d: %w; use the newer riposte", v, len(migrations), ledger.ErrNewer)
		}
		return v, err
	case app != 0 || tables > 0:
		return 0, errForeign
	}
	return 0, nil
}
