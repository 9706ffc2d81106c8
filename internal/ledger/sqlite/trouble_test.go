package sqlite_test

import (
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/ledger/ledgertest"
	"github.com/ripostehq/riposte/internal/ledger/sqlite"
	"github.com/ripostehq/riposte/playbook"
)

// raw opens the file beside riposte.
func raw(t *testing.T, path, pragmas string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+path+"?"+pragmas)
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	t.Cleanup(func() { db.Close() })
	return db
}

func run(t *testing.T, db *sql.DB, query string) {
	t.Helper()
	if _, err := db.Exec(query); err != nil {
		t.Fatal(err)
	}
}

func TestFilesThatAreNoLedger(t *testing.T) {
	for _, x := range []struct {
		name, says string
		make       func(t *testing.T, path string)
	}{
		{"garbage", "it is no ledger, or it is damaged", func(t *testing.T, path string) {
			write(t, path, []byte(strings.Repeat("not a database\n", 400)))
		}},
		{"a folder", "it is a folder", func(t *testing.T, path string) {
			if err := os.Mkdir(path, 0o700); err != nil {
				t.Fatal(err)
			}
		}},
		{"another program's database", "another program", func(t *testing.T, path string) {
			run(t, raw(t, path, ""), `CREATE TABLE songs (title TEXT)`)
		}},
		{"a ledger whose middle is damaged", "damaged", func(t *testing.T, path string) {
			s := open(t, path)
			admit(t, s, 200)
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			b, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			for i := 4096; i < len(b); i++ {
				b[i] = 0xff
			}
			write(t, path, b)
		}},
	} {
		t.Run(x.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "riposte.db")
			x.make(t, path)
			before, _ := os.ReadFile(path)
			_, err := sqlite.Open(t.Context(), path)
			if err == nil || !strings.Contains(err.Error(), x.says) || !strings.Contains(err.Error(), path) {
				t.Fatalf("opened with %v, want %q and the path", err, x.says)
			}
			if after, _ := os.ReadFile(path); string(after) != string(before) {
				t.Error("the file was written to")
			}
		})
	}
}

func write(t *testing.T, path string, b []byte) {
	t.Helper()
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
}

func admit(t *testing.T, s ledger.Store, n int) {
	t.Helper()
	var leads []playbook.StoredSuspect
	for i := range n {
		leads = append(leads, ledgertest.Lead(fmt.Sprint("e-", i), fmt.Sprint("i-", i)))
	}
	if _, err := s.Admit(t.Context(), ledgertest.Start(), leads, ledger.FirstClaim{}); err != nil {
		t.Fatal(err)
	}
}

func TestMissingFolder(t *testing.T) {
	_, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "none", "riposte.db"))
	if err == nil || !strings.Contains(err.Error(), "its folder is not there") {
		t.Fatal(err)
	}
}

func TestLedgerOfANewerRiposte(t *testing.T) {
	path := filepath.Join(t.TempDir(), "riposte.db")
	admit(t, open(t, path), 1)
	run(t, raw(t, path, ""), `UPDATE meta SET value = 99 WHERE key = 'schema'`)
	_, err := sqlite.Open(t.Context(), path)
	if !errors.Is(err, ledger.ErrNewer) || !strings.Contains(err.Error(), "its schema is 99") {
		t.Fatal(err)
	}
}

func TestReadOnly(t *testing.T) {
	path := filepath.Join(t.TempDir(), "riposte.db")
	if err := open(t, path).Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, 0o400); err != nil {
		t.Fatal(err)
	}
	if f, err := os.OpenFile(path, os.O_RDWR, 0); err == nil {
		f.Close()
		t.Skip("this user may write anything")
	}
	if _, err := sqlite.Open(t.Context(), path); err == nil || !strings.Contains(err.Error(), "it can't be written") {
		t.Fatal(err)
	}
}

func TestFileIsItsOwners(t *testing.T) {
	path := filepath.Join(t.TempDir(), "riposte.db")
	s := open(t, path)
	admit(t, s, 1)
	for _, suffix := range []string{"", "-wal", "-shm"} {
		i, err := os.Stat(path + suffix)
		if err != nil || i.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", suffix, i.Mode(), err)
		}
	}
}

func TestOddNames(t *testing.T) {
	for _, name := range []string{"a b.db", "50%.db", "what?.db", "#1.db", "ä.db"} {
		path := filepath.Join(t.TempDir(), name)
		admit(t, open(t, path), 1)
		if i, err := os.Stat(path); err != nil || i.Size() == 0 {
			t.Errorf("%q: %v, %v", name, i, err)
		}
	}
}

func TestManyOpenANewLedgerAtOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "riposte.db")
	var wg sync.WaitGroup
	for i := range 6 {
		wg.Go(func() {
			s, err := sqlite.Open(t.Context(), path)
			if err != nil {
				t.Error(err)
				return
			}
			defer s.Close()
			_, err = s.Admit(t.Context(), ledgertest.Start(), []playbook.StoredSuspect{ledgertest.Lead("e-1", fmt.Sprint("i-", i))}, ledger.FirstClaim{})
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	s := open(t, path)
	v, err := s.Verify(t.Context())
	if err != nil || len(v.Broken) > 0 || v.Entries != 6 {
		t.Errorf("%+v, %v", v, err)
	}
}

// Two processes share a ledger: what one writes the other sees at once.
func TestTwoProcesses(t *testing.T) {
	path := filepath.Join(t.TempDir(), "riposte.db")
	engine, shell := open(t, path), open(t, path)
	if err := shell.Halt(t.Context(), ledger.Brake{Scope: "all", By: "alice", At: ledgertest.Start()}); err != nil {
		t.Fatal(err)
	}
	on, err := engine.Brakes(t.Context())
	if err != nil || len(on) != 1 {
		t.Fatalf("the engine sees %v, %v", on, err)
	}
	admit(t, engine, 1)
	c, err := shell.Claim(t.Context(), ledgertest.Start(), "shell", time.Minute)
	if err != nil || c == nil {
		t.Fatal(c, err)
	}
}
