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
	if err != nil || done == schema() {
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
	for i := max(0, done-base+1); i < len(migrations); i++ {
		if _, err := tx.ExecContext(ctx, migrations[i]); err != nil {
			return fmt.Errorf("migrate to schema %d: %w", base+i, err)
		}
	}
	if _, err := tx.ExecContext(ctx, `UPDATE meta SET value = ? WHERE key = 'schema'`, schema()); err != nil {
		return err
	}
	return tx.Commit()
}

type querier interface {
	QueryRowContext(context.Context, string, ...any) *sql.Row
	QueryContext(context.Context, string, ...any) (*sql.Rows, error)
	ExecContext(context.Context, string, ...any) (sql.Result, error)
}

// version is the schema that the file has, 0 for an empty one; it marks an empty file as a ledger, and refuses what is none.
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
		switch {
		case err == nil && v > schema():
			err = fmt.Errorf("its schema is %d, this riposte knows up to %d: %w; use the newer riposte", v, schema(), ledger.ErrNewer)
		case err == nil && v > 0 && v < base:
			err = fmt.Errorf("its schema is %d, this riposte knows from %d: %w", v, base, ledger.ErrOlder)
		}
		return v, err
	case app != 0 || tables > 0:
		return 0, errForeign
	}
	return 0, nil
}
