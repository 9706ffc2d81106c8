package sqlite_test

import (
	"database/sql"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/ledger/ledgertest"
)

// TestTamperingWithSweeps: since when something lies unused decides about its deletion.
func TestTamperingWithSweeps(t *testing.T) {
	for _, x := range []struct{ name, query, says string }{
		{"a streak begins earlier", `UPDATE streaks SET age = age + 86400000 WHERE id = 'snap-0001'`, "not those that were recorded"},
		{"a streak was seen earlier", `UPDATE streaks SET first = first - 86400000 WHERE id = 'snap-0001'`, "not those that were recorded"},
		{"a streak was seen more often", `UPDATE streaks SET sweep = sweep - 1`, "not those that were recorded"},
		{"a streak is of another playbook", `UPDATE streak_playbooks SET id = 'waste.other'`, "not those that were recorded"},
		{"streaks say what they did not", `UPDATE streak_shapes SET text = CAST(replace(CAST(text AS TEXT), '100', '900') AS BLOB)`, "not those that were recorded"},
		{"an owner was told who was not", `UPDATE streaks SET more = CAST('{"told":"2026-01-01T00:00:00Z"}' AS BLOB) WHERE id = 'snap-0001'`, "not those that were recorded"},
		{"a streak is forgotten", `DELETE FROM streaks WHERE id = 'snap-0001'`, "not those that were recorded"},
		{"a streak is made up", `INSERT INTO streaks SELECT listing, playbook, 'snap-9999', first, age, sweep, shape, more FROM streaks WHERE id = 'snap-0001'`, "not those that were recorded"},
		{"a listing is said to be complete more often", `UPDATE listings SET body = CAST(replace(CAST(body AS TEXT), '"complete":1', '"complete":9') AS BLOB)`, "not those that were recorded"},
		{"the digest fits again", `UPDATE listings SET digest = 'forged'`, "not those that were recorded"},
		{"a listing is deleted", `DELETE FROM streaks; DELETE FROM listings`, "is gone"},
		{"the seal is changed", `UPDATE listings SET sealed = 'forged'`, "changed by no sweep"},
		{"digest and seal are changed", `UPDATE listings SET sealed = 'forged', digest = 'forged'`, "not those that were recorded"},
		{"the seal is taken off", `UPDATE listings SET sealed = NULL`, "changed by no sweep"},
		{"a listing is another region's", `UPDATE listings SET region = 'us-east-1'`, "was moved"},
		{"a listing can't be read", `UPDATE listings SET body = x'00'`, "can't be read"},
		{"a streak can't be read", `UPDATE streaks SET more = x'00'`, "can't be read"},
		{"the entry is cut off", `DELETE FROM entries WHERE seq = (SELECT max(seq) FROM entries)`, "no entry wrote"},
		{"a digest hides behind a duty that ended", `UPDATE listings SET digest = 'forged', duty = '2026-03-02/111122223333'`, "not those that were recorded"},
	} {
		t.Run(x.name, func(t *testing.T) {
			s, raw := swept(t)
			if _, err := raw.Exec(x.query); err != nil {
				t.Fatal(err)
			}
			v, err := s.Verify(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			found := false
			for _, b := range v.Broken {
				found = found || strings.Contains(b.Why, x.says)
			}
			if !found {
				t.Errorf("verify says %+v, not %q", v.Broken, x.says)
			}
		})
	}
}

// swept is a ledger with one duty that has ended.
func swept(t *testing.T) (ledger.Store, *sql.DB) {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	path, now := filepath.Join(t.TempDir(), "riposte.db"), ledgertest.Start()
	s := open(t, path)
	of := ledgertest.Snapshots()
	d, _, err := s.TakeDuty(t.Context(), now, now.Format(time.DateOnly), of.Place.Account, "a", time.Minute)
	must(err)
	var all []ledger.StreakChange
	for _, id := range []string{"snap-0001", "snap-0002", "snap-0003"} {
		all = append(all, ledger.StreakChange{Streak: ledgertest.Stale(id, now)})
	}
	must(s.Swept(t.Context(), d, ledger.Coverage{Listing: of, Began: now, Ended: now, Listed: 9}, all))
	must(s.EndDuty(t.Context(), now, d))
	if v, err := s.Verify(t.Context()); err != nil || len(v.Broken) > 0 || v.Entries != 1 {
		t.Fatalf("before it was touched: %+v, %v", v, err)
	}
	raw, err := sql.Open("sqlite", "file:"+path+"?_pragma=busy_timeout(5000)")
	must(err)
	t.Cleanup(func() { raw.Close() })
	return s, raw
}
