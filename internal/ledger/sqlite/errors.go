package sqlite

import (
	"errors"
	"fmt"
	"io/fs"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// explain says which ledger, and what to do about what users meet: a lock, a full disk, a file that is none.
func (s *Store) explain(err error) error {
	if err == nil {
		return nil
	}
	if fix := remedy(err); fix != "" {
		return fmt.Errorf("ledger %s: %s (%w)", s.path, fix, err)
	}
	return fmt.Errorf("ledger %s: %w", s.path, err)
}

func remedy(err error) string {
	switch {
	case errors.Is(err, fs.ErrPermission):
		return "it can't be written: let this user write the file and its folder, or name another"
	case errors.Is(err, fs.ErrNotExist):
		return "its folder is not there: make it, or name another file"
	}
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return ""
	}
	switch e.Code() & 0xff { // the upper bits only refine
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return "it is locked by another process: wait until that is done, or end it, then try again"
	case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_CANTOPEN:
		return "it can't be written: let this user write the file and its folder, or name another"
	case sqlite3.SQLITE_FULL:
		return "there is no room left: free some on its disk; nothing was changed"
	case sqlite3.SQLITE_IOERR:
		return "its disk fails: look at the system's log; nothing was changed"
	case sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT:
		return "it is no ledger, or it is damaged: keep it as evidence and restore a copy, or name another file"
	}
	return ""
}
