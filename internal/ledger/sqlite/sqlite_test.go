package sqlite_test

import (
	"math/rand"
	"path/filepath"
	"testing"

	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/ledger/ledgertest"
	"github.com/ripostehq/riposte/internal/ledger/sqlite"
)

func open(t *testing.T, path string) *sqlite.Store {
	t.Helper()
	s, err := sqlite.Open(t.Context(), path, sqlite.Entropy(rand.New(rand.NewSource(1))))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func TestOnDisk(t *testing.T) {
	ledgertest.Run(t, func(t *testing.T) ledger.Store { return open(t, filepath.Join(t.TempDir(), "riposte.db")) })
}

func TestInMemory(t *testing.T) {
	ledgertest.Run(t, func(t *testing.T) ledger.Store { return open(t, sqlite.Memory) })
}

func TestSweepsOnDisk(t *testing.T) {
	ledgertest.Suite{Lives: 20}.RunSweeps(t, func(t *testing.T) ledger.Store { return open(t, filepath.Join(t.TempDir(), "riposte.db")) })
}

func TestNamesOnDisk(t *testing.T) {
	ledgertest.Suite{}.RunNames(t, func(t *testing.T) ledger.Store { return open(t, filepath.Join(t.TempDir(), "riposte.db")) })
}

func TestNamesInMemory(t *testing.T) {
	ledgertest.Suite{}.RunNames(t, func(t *testing.T) ledger.Store { return open(t, sqlite.Memory) })
}

func TestSweepsInMemory(t *testing.T) {
	ledgertest.Suite{Lives: 20}.RunSweeps(t, func(t *testing.T) ledger.Store { return open(t, sqlite.Memory) })
}
