package sqlite

import (
	"context"
	"database/sql"
)

// prepare compiles what the way from a receipt to the first change runs.
func (s *Store) prepare(ctx context.Context) error {
	s.ready = map[string]*sql.Stmt{}
	for _, query := range []string{
		lastSeq, lastHash, addEntry, knownLead, openRoot, openCase, hasCase, addKey, caseDue, addBody, setDue, claim, waiting, stored, take, save,
		addEffect, setEffect, dropEffect, addRequest, countPlaces, hasPlace, addPlace, addException,
	} {
		st, err := s.write.PrepareContext(ctx, query)
		if err != nil {
			return err
		}
		s.ready[query] = st
	}
	return nil
}
