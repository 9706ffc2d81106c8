package sqlite_test

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/ledger/ledgertest"
	"github.com/ripostehq/riposte/internal/ledger/sqlite"
	"github.com/ripostehq/riposte/playbook"
)

// aged is a ledger with ten open cases and so many closed ones, each of some kilobytes: copies of one that was verified.
func aged(t testing.TB, closed int) *sqlite.Store {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(t.TempDir(), "riposte.db")
	s, err := sqlite.Open(t.Context(), path)
	must(err)
	for n := range 11 {
		_, err := s.Admit(t.Context(), ledgertest.Start(), []playbook.StoredSuspect{ledgertest.Lead(fmt.Sprint("e-", n), fmt.Sprint("i-", n))}, ledger.FirstClaim{})
		must(err)
	}
	c, err := s.Claim(t.Context(), ledgertest.Start(), "a", time.Minute)
	must(err)
	c.Case.State, c.Case.Due, c.Case.Error = ledger.Verified, time.Time{}, fmt.Sprintf("%05000d", 0)
	must(s.Commit(t.Context(), c.Case, ledger.Write{At: ledgertest.Start(), EndsLease: true}))
	must(s.Close())
	db, err := sql.Open("sqlite", path)
	must(err)
	_, err = db.Exec(`WITH RECURSIVE k(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM k WHERE i < ?2)
		INSERT INTO cases (n, id, schema, playbook, account, state, root, payload, version, due, wake, urgency, head)
		SELECT 1000000 + i, id || i, schema, playbook, account, state, root, CAST(replace(CAST(payload AS TEXT), id, id || i) AS BLOB), version, due, wake, urgency, head FROM cases, k
		WHERE id = ?1`, c.Case.ID, closed)
	must(err)
	must(db.Close())
	s, err = sqlite.Open(t.Context(), path)
	must(err)
	t.Cleanup(func() { must(s.Close()) })
	return s
}

func listOpen(t testing.TB, s *sqlite.Store) {
	t.Helper()
	if open, err := s.Cases(t.Context(), ledger.Filter{Open: true}); err != nil || len(open) != 10 {
		t.Fatalf("%d open cases, %v", len(open), err)
	}
}

// TestWhatIsClosedIsNotReadForWhatIsOpen, and going through all of it takes no memory for all of it.
func TestWhatIsClosedIsNotReadForWhatIsOpen(t *testing.T) {
	const closed = 4000
	s := aged(t, closed)
	read := func(f func()) uint64 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		f()
		runtime.ReadMemStats(&after)
		return after.TotalAlloc - before.TotalAlloc
	}
	if n := read(func() { listOpen(t, s) }); n > 1<<20 {
		t.Errorf("ten open cases took %d bytes to read, of a ledger with %d closed ones of 5 KB", n, closed)
	}
	seen := map[string]bool{}
	for c, err := range ledger.All(t.Context(), s, ledger.Filter{}) {
		if err != nil || seen[c.ID] {
			t.Fatalf("case %s: met before %t, %v", c.ID, seen[c.ID], err)
		}
		seen[c.ID] = true
	}
	if len(seen) != closed+11 {
		t.Errorf("met %d cases", len(seen))
	}
}

// BenchmarkOpenCasesBeside50000Closed reads the open cases of a ledger in use for years, against one that begins.
func BenchmarkOpenCasesBeside50000Closed(b *testing.B) {
	old, young := aged(b, 50_000), aged(b, 1)
	var took [2]time.Duration
	for b.Loop() {
		for i, s := range []*sqlite.Store{old, young} {
			began := time.Now()
			listOpen(b, s)
			took[i] += time.Since(began)
		}
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(float64(took[0])/float64(took[1]), "ratio")
}

// BenchmarkPagesOf50000 reads the newest page of a ledger in use for years, whatever fits it, against one of a ledger of one
// page: the last filters fit nothing.
func BenchmarkPagesOf50000(b *testing.B) {
	old, young := aged(b, 50_000), aged(b, 50)
	for _, x := range []struct {
		name   string
		filter ledger.Filter
	}{
		{"of all", ledger.Filter{}},
		{"open", ledger.Filter{Open: true}},
		{"in a state", ledger.Filter{State: ledger.Verified}},
		{"in a rare state", ledger.Filter{State: ledger.Failed}},
		{"of another playbook", ledger.Filter{Playbook: "launch.unapproved-template"}},
		{"of another account", ledger.Filter{Account: "444455556666", State: ledger.Verified}},
	} {
		b.Run(x.name, func(b *testing.B) {
			var took [2][]time.Duration
			for b.Loop() {
				for i, s := range []*sqlite.Store{old, young} {
					began := time.Now()
					if _, _, err := s.Page(b.Context(), x.filter, "", 50); err != nil {
						b.Fatal(err)
					}
					took[i] = append(took[i], time.Since(began))
				}
			}
			var p95 [2]time.Duration
			for i := range took {
				slices.Sort(took[i])
				p95[i] = took[i][len(took[i])*95/100]
			}
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(float64(p95[0].Microseconds())/1000, "p95-ms")
			b.ReportMetric(float64(p95[0])/float64(p95[1]), "p95-ratio")
		})
	}
}
