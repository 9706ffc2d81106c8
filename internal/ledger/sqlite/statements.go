package sqlite

import (
	"context"
	"database/sql"
)

// prepare compiles what the way from a receipt to the first change runs.
func (s *Store) prepare(ctx context.Context) (err error) {
	if s.ready, err = prepared(ctx, s.write,
		lastSeq, lastHash, addEntry, lookup, openCase, addKey, caseDue, addBody, setDue, claim, waiting, stored, take, save,
		addEffect, setEffect, dropEffect, addRequest, others, takePlaces, addException,
		hasRequest, question, oneEffect,
	); err != nil {
		return err
	}
	s.known, err = prepared(ctx, s.read, generation, wakeup)
	return err
}

func prepared(ctx context.Context, db *sql.DB, queries ...string) (map[string]*sql.Stmt, error) {
	all := map[string]*sql.Stmt{}
	for _, query := range queries {
		st, err := db.PrepareContext(ctx, query)
		if err != nil {
			return nil, err
		}
		all[query] = st
	}
	return all, nil
}

// statement is the one that was prepared, nil where none was. What stands between an attack and its answer is read on the
// writer's connection, in turn with the writes: after each of them, a reader's has to read its pages anew.
func (s *Store) statement(query string) *sql.Stmt {
	if st := s.known[query]; st != nil {
		return st
	}
	return s.ready[query]
}

// row reads one row.
func (s *Store) row(ctx context.Context, query string, args ...any) *sql.Row {
	if st := s.statement(query); st != nil {
		return st.QueryRowContext(context.WithoutCancel(ctx), args...) // it takes microseconds
	}
	return s.read.QueryRowContext(ctx, query, args...)
}

// rows reads any number of them.
func (s *Store) rows(ctx context.Context, scan func(*sql.Rows) error, query string, args ...any) error {
	if st := s.statement(query); st != nil {
		return each(scan)(st.QueryContext(context.WithoutCancel(ctx), args...))
	}
	return rows(ctx, s.read, scan, query, args...)
}
