package sqlite

import (
	"database/sql"
	"errors"
	"fmt"
	"math/rand"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/ledger/ledgertest"
	"github.com/ripostehq/riposte/playbook"
)

// troubled is a store whose disk behaves as the pragma says.
func troubled(t *testing.T, pragma string) *Store {
	t.Helper()
	s, err := Open(t.Context(), filepath.Join(t.TempDir(), "riposte.db"), Entropy(rand.New(rand.NewSource(1))))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	if _, err := s.write.conn.ExecContext(t.Context(), pragma); err != nil {
		t.Fatal(err)
	}
	return s
}

func TestFullDisk(t *testing.T) {
	s := troubled(t, `PRAGMA max_page_count = 40`)
	for i := range 1000 {
		_, err := s.Admit(t.Context(), ledgertest.Start(), []playbook.StoredSuspect{ledgertest.Lead("e-1", fmt.Sprint("i-", i))}, ledger.FirstClaim{})
		if err == nil {
			continue
		}
		if !strings.Contains(err.Error(), "there is no room left") {
			t.Fatal(err)
		}
		v, verr := s.Verify(t.Context())
		found, cerr := s.Cases(t.Context(), ledger.Filter{})
		if verr != nil || cerr != nil || len(v.Broken) > 0 || len(found) != i {
			t.Fatalf("%d cases of %d, %+v, %v, %v", len(found), i, v, verr, cerr)
		}
		return
	}
	t.Fatal("the disk was never full")
}

func TestFileSystemTurnsReadOnly(t *testing.T) {
	s := troubled(t, `PRAGMA query_only = 1`)
	_, err := s.Admit(t.Context(), ledgertest.Start(), []playbook.StoredSuspect{ledgertest.Lead("e-1", "i-1")}, ledger.FirstClaim{})
	if err == nil || !strings.Contains(err.Error(), "it can't be written") {
		t.Fatal(err)
	}
}

func TestLockedByAnotherProcess(t *testing.T) {
	s := troubled(t, `PRAGMA busy_timeout = 1`)
	other, err := sql.Open("sqlite", dsn(s.path)+"&_txlock=immediate")
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	lock, err := other.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	lead := []playbook.StoredSuspect{ledgertest.Lead("e-1", "i-1")}
	if _, err := s.Admit(t.Context(), ledgertest.Start(), lead, ledger.FirstClaim{}); err == nil || !strings.Contains(err.Error(), "locked by another process") {
		t.Fatal(err)
	}
	if err := lock.Rollback(); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Admit(t.Context(), ledgertest.Start(), lead, ledger.FirstClaim{}); err != nil {
		t.Fatal(err)
	}
}

func TestOnlyLeasesAndAdmissionsBeforeSyncGoWithoutTheDisk(t *testing.T) {
	s := troubled(t, `PRAGMA synchronous = NORMAL`)
	for _, x := range []struct {
		name  string
		do    func() error
		waits bool // it is not on the disk yet
	}{
		{"a brake", func() error { return s.Halt(t.Context(), ledger.Brake{Scope: "all", At: ledgertest.Start()}) }, false},
		{"an admission", func() error {
			_, err := s.Admit(t.Context(), ledgertest.Start(), []playbook.StoredSuspect{ledgertest.Lead("e-1", "i-1")}, ledger.FirstClaim{})
			return err
		}, true},
		{"a sync", func() error { return s.Sync(t.Context()) }, false},
		{"a claim", func() error { _, err := s.Claim(t.Context(), ledgertest.Start(), "a", 1); return err }, true},
		{"what commits, also for those before it", func() error {
			return s.Halt(t.Context(), ledger.Brake{Scope: "all", At: ledgertest.Start()})
		}, false},
	} {
		if err := x.do(); err != nil {
			t.Fatal(err)
		}
		if _, moved := s.wal.pending(); (moved != nil) != x.waits {
			t.Errorf("%s: waits for the disk: %t, want %t", x.name, moved != nil, x.waits)
		}
	}
}

// All that wait for the disk at the same time get there, however many they are.
func TestSyncsAreShared(t *testing.T) {
	s := troubled(t, `PRAGMA synchronous = NORMAL`)
	var all sync.WaitGroup
	for n := range 50 {
		all.Go(func() {
			lead := ledgertest.Lead(fmt.Sprint("e-", n), fmt.Sprint("i-", n))
			if _, err := s.Admit(t.Context(), ledgertest.Start(), []playbook.StoredSuspect{lead}, ledger.FirstClaim{}); err != nil {
				t.Error(err)
			}
			mine, _ := s.wal.pending()
			if err := s.Sync(t.Context()); err != nil || !s.wal.reached(mine) {
				t.Errorf("a sync returned before its admission was on the disk, %v", err)
			}
		})
	}
	all.Wait()
}

// A disk that failed is not believed when it says later that all is well.
func TestADiskThatFailedStaysFailed(t *testing.T) {
	s := troubled(t, `PRAGMA synchronous = NORMAL`)
	sound := s.wal.log
	gone, err := os.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	gone.Close()
	s.wal.log = gone
	halt := func() error { return s.Halt(t.Context(), ledger.Brake{Scope: "all", At: ledgertest.Start()}) }
	if err := halt(); err == nil || !strings.Contains(err.Error(), "sync: ") {
		t.Fatalf("a commit that did not reach the disk: %v", err)
	}
	s.wal.log = sound
	if err := halt(); err == nil || !strings.Contains(err.Error(), "start riposte again") {
		t.Errorf("the disk is believed again: %v", err)
	}
	if err := s.Sync(t.Context()); !errors.Is(err, ledger.ErrBroken) {
		t.Errorf("the caller is not told that it is for good: %v", err)
	}
}
