package sqlite

import (
	"fmt"
	"math/rand"
	"path/filepath"
	"strings"
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
	if _, err := s.write.ExecContext(t.Context(), pragma); err != nil {
		t.Fatal(err)
	}
	return s
}

func TestFullDisk(t *testing.T) {
	s := troubled(t, `PRAGMA max_page_count = 40`)
	for i := range 1000 {
		_, err := s.Admit(t.Context(), ledgertest.Start(), []playbook.Lead{ledgertest.Lead("e-1", fmt.Sprint("i-", i))})
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
	_, err := s.Admit(t.Context(), ledgertest.Start(), []playbook.Lead{ledgertest.Lead("e-1", "i-1")})
	if err == nil || !strings.Contains(err.Error(), "it can't be written") {
		t.Fatal(err)
	}
}

func TestLockedByAnotherProcess(t *testing.T) {
	s := troubled(t, `PRAGMA busy_timeout = 1`)
	other, err := connect(s.path)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	lock, err := other.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	lead := []playbook.Lead{ledgertest.Lead("e-1", "i-1")}
	if _, err := s.Admit(t.Context(), ledgertest.Start(), lead); err == nil || !strings.Contains(err.Error(), "locked by another process") {
		t.Fatal(err)
	}
	if err := lock.Rollback(); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Admit(t.Context(), ledgertest.Start(), lead); err != nil {
		t.Fatal(err)
	}
}

// The pragma is obeyed while it is compiled: a prepared one would leave every later commit as the last one compiled.
func TestOnlyLeasesGoWithoutTheDisk(t *testing.T) {
	s := troubled(t, `PRAGMA synchronous = FULL`)
	for _, x := range []struct {
		name string
		do   func() error
		want int // 1 NORMAL, 2 FULL
	}{
		{"a claim", func() error { _, err := s.Claim(t.Context(), ledgertest.Start(), "a", 1); return err }, 1},
		{"an admission", func() error {
			_, err := s.Admit(t.Context(), ledgertest.Start(), []playbook.Lead{ledgertest.Lead("e-1", "i-1")})
			return err
		}, 2},
		{"another claim", func() error { _, err := s.Claim(t.Context(), ledgertest.Start(), "a", 1); return err }, 1},
		{"a brake", func() error { return s.Halt(t.Context(), ledger.Brake{Scope: "all", At: ledgertest.Start()}) }, 2},
	} {
		if err := x.do(); err != nil {
			t.Fatal(err)
		}
		var got int
		if err := s.write.QueryRowContext(t.Context(), `PRAGMA synchronous`).Scan(&got); err != nil || got != x.want {
			t.Errorf("%s was written at level %d, want %d; %v", x.name, got, x.want, err)
		}
	}
}
