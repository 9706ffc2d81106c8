package sqlite

import (
	"context"
	"database/sql"
)

// prepare compiles what the way from a receipt to the first change runs.
func (s *Store) prepare(ctx context.Context) (err error) {
	if s.ready, err = prepared(ctx, s.write,
		lastSeq, lastHash, addEntry, knownLead, openRoot, openCase, hasCase, addKey, caseDue, addBody, setDue, claim, waiting, stored, take, save,
		addEffect, setEffect, dropEffect, addRequest, countPlaces, hasPlace, takePlace, addException,
	); err != nil {
		return err
	}
	s.known, err = prepared(ctx, s.read, generation, hasRequest, question, oneEffect, wakeup)
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

// row reads one row, beside the writer.
func (s *Store) row(ctx context.Context, query string, args ...any) *sql.Row {
	if st := s.known[query]; st != nil {
		return st.QueryRowContext(ctx, args...)
	}
	return s.read.QueryRowContext(ctx, query, args...)
}

// rows reads any number of them.
func (s *Store) rows(ctx context.Context, scan func(*sql.Rows) error, query string, args ...any) error {
	st := s.known[query]
	if st == nil {
		return rows(ctx, s.read, scan, query, args...)
	}
	r, err := st.QueryContext(ctx, args...)
	if err != nil {
		return err
	}
	return each(r, scan)
}
