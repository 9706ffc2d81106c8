package sqlite_test

import (
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/ledger/ledgertest"
	"github.com/ripostehq/riposte/internal/ledger/sqlite"
)

// streaks of the benchmark: a ledger of a million takes a hundred times as long.
const streaks = 20_000

// BenchmarkDayOfSweepsVersusTheFirst is the CPU that the ledger takes of a first sweep, of a day on which one streak in a hundred ends and as
// many begin, and what a streak takes on the disk.
func BenchmarkDayOfSweepsVersusTheFirst(b *testing.B) {
	var first, day time.Duration
	var size float64
	for b.Loop() {
		path := filepath.Join(b.TempDir(), "riposte.db")
		s, err := sqlite.Open(b.Context(), path)
		if err != nil {
			b.Fatal(err)
		}
		now := ledgertest.Start()
		began := cpu(b)
		benchSweep(b, s, now, changed(now, 0, streaks))
		first += cpu(b) - began
		next := now.Add(24 * time.Hour)
		gone := changed(now, 0, streaks/100)
		for i := range gone {
			gone[i].Ended = true
		}
		began = cpu(b)
		benchSweep(b, s, next, append(gone, changed(next, streaks, streaks/100)...))
		day += cpu(b) - began
		if err := s.Close(); err != nil {
			b.Fatal(err)
		}
		i, err := os.Stat(path)
		if err != nil {
			b.Fatal(err)
		}
		size = float64(i.Size()) / streaks
	}
	b.ReportMetric(float64(day)/float64(first), "ratio")
	b.ReportMetric(float64(first.Microseconds())/float64(b.N)/streaks, "µs-cpu/streak")
	b.ReportMetric(size, "bytes/streak")
}

func changed(at time.Time, from, n int) (out []ledger.StreakChange) {
	for i := range n {
		s := ledgertest.Stale(fmt.Sprintf("snap-%017x", uint64(from+i)*0x9e3779b97f4a7c15>>4), at)
		s.Since = at.Add(-time.Duration(i%9000) * time.Hour)
		s.Facts = fmt.Appendf(nil, `{"size":%d}`, 8*(i%60))
		out = append(out, ledger.StreakChange{Streak: s})
	}
	return out
}

func benchSweep(b *testing.B, s *sqlite.Store, now time.Time, changes []ledger.StreakChange) {
	b.Helper()
	of := ledgertest.Snapshots()
	d, _, err := s.TakeDuty(b.Context(), now, now.Format(time.DateOnly), of.Place.Account, "a", time.Minute)
	if err == nil {
		err = s.Swept(b.Context(), d, ledger.Coverage{Listing: of, Began: now, Ended: now, Listed: streaks}, changes)
	}
	if err == nil {
		err = s.EndDuty(b.Context(), now, d)
	}
	if err != nil {
		b.Fatal(err)
	}
}

// cpu is what this process has taken of the processors.
func cpu(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
