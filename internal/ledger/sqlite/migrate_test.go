package sqlite_test

import (
	"database/sql"
	"path/filepath"
	"testing"
	"time"

	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/ledger/ledgertest"
	"github.com/ripostehq/riposte/playbook"
)

// first turns a ledger's schema back to the first one there was.
const first = `
DROP INDEX cases_open; DROP INDEX cases_timer; DROP INDEX cases_ready; DROP INDEX cases_lease;
ALTER TABLE cases DROP COLUMN severity; ALTER TABLE cases DROP COLUMN rank; ALTER TABLE cases DROP COLUMN place;
CREATE INDEX cases_wake ON cases (urgency, wake) WHERE wake IS NOT NULL;
DROP INDEX inbox_class; ALTER TABLE inbox DROP COLUMN class;
CREATE INDEX inbox_waiting ON inbox (case_id, n) WHERE taken = 0;
DROP TABLE observations; DROP TABLE replicas;
UPDATE meta SET value = 1 WHERE key = 'schema';`

// TestALedgerOfTheFirstSchemaGoesOn: what waited in it is handed out by class, what was due is claimed by severity.
func TestALedgerOfTheFirstSchemaGoesOn(t *testing.T) {
	path, now := filepath.Join(t.TempDir(), "riposte.db"), ledgertest.Start()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	s := open(t, path)
	low, critical := ledgertest.Lead("e-1", "i-1"), ledgertest.Lead("e-2", "i-2")
	low.Severity, critical.Severity = playbook.Low, playbook.Critical
	a, err := s.Admit(t.Context(), now, []playbook.StoredSuspect{low, critical, ledgertest.Lead("e-3", "i-2")}, ledger.FirstClaim{})
	must(err)
	for _, m := range []ledger.Message{
		{Key: "look", Seen: &ledger.Sighting{Effect: "deny"}}, {Key: "named", Seen: &ledger.Sighting{Effect: "deny", Named: true}},
		{Key: "order", Order: &ledger.Order{Verb: ledger.Undo}},
	} {
		_, err := s.Send(t.Context(), now, a[1].Case, m)
		must(err)
	}
	must(s.Close())
	db, err := sql.Open("sqlite", path)
	must(err)
	_, err = db.Exec(first)
	must(err)
	must(db.Close())

	s = open(t, path)
	if v, err := s.Verify(t.Context()); err != nil || len(v.Broken) > 0 {
		t.Fatalf("%+v, %v", v.Broken, err)
	}
	c, err := s.Claim(t.Context(), now, "a", time.Minute)
	must(err)
	if c == nil || c.Case.ID != a[1].Case || len(c.Inbox) != 4 {
		t.Fatalf("claimed %+v", c)
	}
	for i, class := range []ledger.Class{ledger.Orders, ledger.Evidence, ledger.Suspects, ledger.Looks} {
		if got := c.Inbox[i].Class(); got != class {
			t.Errorf("message %d is %q, of class %d", i, c.Inbox[i].Key, got)
		}
	}
}
