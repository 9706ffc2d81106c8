package sqlite_test

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/ledger/ledgertest"
	"github.com/ripostehq/riposte/playbook"
)

// TestWhatIsCountedMakesRoom: for each suspect that counts two go whose time is over.
func TestWhatIsCountedMakesRoom(t *testing.T) {
	path := filepath.Join(t.TempDir(), "riposte.db")
	s := open(t, path)
	for n, at := range []time.Duration{0, 0, 0, playbook.CountedFor, playbook.CountedFor + time.Second} {
		l := ledgertest.Lead(fmt.Sprint("e-", n), "i-1")
		l.Origin.Occurred = ledgertest.Start().Add(at)
		l.Actors, l.Weight = []string{"alice"}, 1
		if _, err := s.Admit(t.Context(), l.Origin.Occurred, []playbook.StoredSuspect{l}, ledger.FirstClaim{}); err != nil {
			t.Fatal(err)
		}
	}
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var n int
	if err := db.QueryRow(`SELECT count(*) FROM counted`).Scan(&n); err != nil || n != 3 {
		t.Errorf("%d rows, want 3: %v", n, err)
	}
}
