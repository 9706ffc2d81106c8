package sqlite_test

import (
	"database/sql"
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/ledger/ledgertest"
	"github.com/ripostehq/riposte/internal/ledger/sqlite"
	"github.com/ripostehq/riposte/playbook"
)

// TestALedgerOfBefore01IsRefusedAndKept: its resources have other names, so that a brake on one, or an effect of one, would not
// be found. What it holds stays as it is.
func TestALedgerOfBefore01IsRefusedAndKept(t *testing.T) {
	path := filepath.Join(t.TempDir(), "riposte.db")
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	s := open(t, path)
	_, err := s.Admit(t.Context(), ledgertest.Start(), []playbook.StoredSuspect{ledgertest.Lead("e-1", "i-1")}, ledger.FirstClaim{})
	must(err)
	must(s.Close())
	db, err := sql.Open("sqlite", path)
	must(err)
	defer db.Close()
	_, err = db.Exec(`UPDATE meta SET value = 6 WHERE key = 'schema'`)
	must(err)
	_, err = sqlite.Open(t.Context(), path)
	if !errors.Is(err, ledger.ErrOlder) || !strings.Contains(err.Error(), "begin a new ledger") {
		t.Errorf("opened: %v", err)
	}
	var schema, cases int
	must(db.QueryRow(`SELECT (SELECT value FROM meta WHERE key = 'schema'), (SELECT count(*) FROM cases)`).Scan(&schema, &cases))
	if schema != 6 || cases != 1 {
		t.Errorf("schema %d, %d cases: it was touched", schema, cases)
	}
}
