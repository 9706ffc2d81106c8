package sqlite

import (
	"context"
	"database/sql"
)

// often are the statements that are prepared: changing is what the way from a receipt to the first change runs, asking what it
// must know, watching what a sender that waits asks. What stands between an attack and its answer is read on the writer's
// connection, in turn with the writes: after each of them a reader's has to read its pages anew.
func often() (changing, asking, watching []string) {
	changing = []string{
		lastSeq, lastHash, addEntry, lookup, openCase, addKey, caseDue, addBody, setDue, arrive, strays, claim, waiting, crowd, hasMessage,
		oldest, newest, stored, take, save, addEffect, setEffect, dropEffect, addRequest, others, takePlaces, addException, remember,
		addCounted, dropCounted, tracesOf, setTrace, dropTraces, addMember,
		dutyOf, listingOf, setListing, addStreak, streakAt, dropStreak, shapeNo, useShape, endShape,
	}
	return changing, []string{hasRequest, question, oneEffect, recall, countAll}, []string{generation, wakeup, mark}
}

type preparer interface {
	PrepareContext(context.Context, string) (*sql.Stmt, error)
}

// prepared are the statements by their text; where one fails, those before it, to be closed.
func prepared(ctx context.Context, on preparer, queries ...string) (map[string]*sql.Stmt, error) {
	all := map[string]*sql.Stmt{}
	for _, query := range queries {
		st, err := on.PrepareContext(ctx, query)
		if err != nil {
			return all, err
		}
		all[query] = st
	}
	return all, nil
}

// beside reports whether a query is read beside the writer. There is nothing beside the writer of a ledger in memory.
func (s *Store) beside(query string) bool { return s.read != nil && s.write.ready[query] == nil }

// row reads one row.
func (s *Store) row(ctx context.Context, query string, args ...any) scanner {
	if !s.beside(query) {
		return s.write.single(ctx, query, args...)
	}
	if st := s.known[query]; st != nil {
		return st.QueryRowContext(ctx, args...)
	}
	return s.read.QueryRowContext(ctx, query, args...)
}

// rows reads any number of them.
func (s *Store) rows(ctx context.Context, scan func(*sql.Rows) error, query string, args ...any) error {
	if !s.beside(query) {
		return s.write.several(ctx, scan, query, args...)
	}
	return rows(ctx, s.read, scan, query, args...)
}
