package sqlite_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/ledger/ledgertest"
	"github.com/ripostehq/riposte/internal/ledger/sqlite"
	"github.com/ripostehq/riposte/playbook"
)

// BenchmarkFirstChange is what the ledger takes of the way from a receipt to the first change: the admission, which is a
// claim too, and the commit of the intent.
func BenchmarkFirstChange(b *testing.B) {
	s, err := sqlite.Open(b.Context(), filepath.Join(b.TempDir(), "riposte.db"))
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	var each, bare []time.Duration
	disk := newDisk(b)
	now := ledgertest.Start()
	for i := 0; b.Loop(); i++ {
		now = now.Add(time.Millisecond)
		lead := ledgertest.Lead(fmt.Sprint("e-", i), fmt.Sprint("i-", i))
		began := time.Now()
		a, err := s.Admit(b.Context(), now, []playbook.StoredSuspect{lead}, ledger.FirstClaim{Holder: "bench", Lease: time.Minute})
		if err != nil {
			b.Fatal(err)
		}
		c := a[0].Claim
		c.Case.State, c.Case.Due = ledger.Acting, now.Add(time.Hour)
		err = s.Commit(b.Context(), c.Case, ledger.Write{At: now, Notes: []string{"intent"}, EndsLease: true,
			Effects: []*ledger.Effect{{Key: lead.Resource.ID, Owners: []string{c.Case.ID}}}})
		if err != nil {
			b.Fatal(err)
		}
		each = append(each, time.Since(began))
		bare = append(bare, disk.once())
	}
	slices.Sort(each)
	slices.Sort(bare)
	b.ReportMetric(float64(each[len(each)/2].Microseconds()), "p50-µs")
	b.ReportMetric(float64(each[len(each)*99/100].Microseconds()), "p99-µs")
	b.ReportMetric(float64(each[len(each)/2])/float64(bare[len(bare)/2]), "p50-of-bare-disk")
	b.ReportMetric(float64(each[len(each)*99/100])/float64(bare[len(bare)*99/100]), "p99-of-bare-disk")
}

// disk is the least that a durable commit can cost on this machine at this moment: one makes the admission durable, too.
type disk struct {
	*testing.B
	*os.File
	page []byte
}

func newDisk(b *testing.B) disk {
	f, err := os.Create(filepath.Join(b.TempDir(), "bare"))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { f.Close() })
	return disk{b, f, make([]byte, 5*4096)}
}

func (d disk) once() time.Duration {
	began := time.Now()
	if _, err := d.WriteAt(d.page, 0); err != nil {
		d.Fatal(err)
	}
	if err := d.Sync(); err != nil {
		d.Fatal(err)
	}
	return time.Since(began)
}

// BenchmarkAdmit is a storm: batches of a hundred new cases, each on the disk before the next.
func BenchmarkAdmit(b *testing.B) {
	s, err := sqlite.Open(b.Context(), filepath.Join(b.TempDir(), "riposte.db"))
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	n := 0
	for b.Loop() {
		var batch []playbook.StoredSuspect
		for range 100 {
			n++
			batch = append(batch, ledgertest.Lead(fmt.Sprint("e-", n), fmt.Sprint("i-", n)))
		}
		if _, err := s.Admit(b.Context(), ledgertest.Start(), batch, ledger.FirstClaim{}); err != nil {
			b.Fatal(err)
		}
		if err := s.Sync(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "cases/s")
}
