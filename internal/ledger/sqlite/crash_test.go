package sqlite_test

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/ledger/ledgertest"
	"github.com/ripostehq/riposte/internal/ledger/sqlite"
	"github.com/ripostehq/riposte/playbook"
)

// snapshot is what a crash leaves at this moment: the file and the log, as they are on the disk. keep cuts the log.
func snapshot(t *testing.T, path string, keep int) string {
	t.Helper()
	to := filepath.Join(t.TempDir(), "riposte.db")
	for _, suffix := range []string{"", "-wal"} {
		b, err := os.ReadFile(path + suffix)
		if err != nil {
			t.Fatal(err)
		}
		if suffix == "-wal" && keep >= 0 {
			b = b[:min(keep, len(b))]
		}
		write(t, to+suffix, b)
	}
	return to
}

func TestWhatWasCommittedSurvivesAKill(t *testing.T) {
	path := filepath.Join(t.TempDir(), "riposte.db")
	s := open(t, path)
	for n := 1; n <= 5; n++ {
		admit(t, s, n) // the last of them is new
		after := open(t, snapshot(t, path, -1))
		v, err := after.Verify(t.Context())
		if err != nil || len(v.Broken) > 0 || v.Entries != n {
			t.Fatalf("after %d cases: %+v, %v", n, v, err)
		}
		admit(t, after, n+1)
	}
}

// A commit that was cut in the middle of its way to the disk has not happened, whichever byte it was.
func TestHalfACommitIsNone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "riposte.db")
	s := open(t, path)
	admit(t, s, 1)
	log, err := os.ReadFile(path + "-wal")
	if err != nil {
		t.Fatal(err)
	}
	c, err := s.Cases(t.Context(), ledger.Filter{})
	if err != nil {
		t.Fatal(err)
	}
	c[0].State, c[0].Due = ledger.Acting, ledgertest.Start()
	err = s.Commit(t.Context(), c[0], ledger.Write{At: ledgertest.Start(), Requests: []string{"r-1"},
		Effects: []*ledger.Effect{{Key: "k", Owners: []string{c[0].ID}}}})
	if err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(path + "-wal")
	if err != nil {
		t.Fatal(err)
	}
	for keep := len(log); keep <= len(whole); keep += 1031 {
		after := open(t, snapshot(t, path, keep))
		v, err := after.Verify(t.Context())
		own, _ := after.Own(t.Context(), "r-1")
		effect, _ := after.Effect(t.Context(), "k")
		if err != nil || len(v.Broken) > 0 || v.Entries != 1 || own || effect != nil {
			t.Fatalf("cut after %d of %d bytes: %+v, own %t, effect %v, %v", keep, len(whole), v, own, effect, err)
		}
	}
}

// A child admits and says so, case by case, until it is killed: what it said is there.
func TestKilledProcess(t *testing.T) {
	if path := os.Getenv("RIPOSTE_TEST_LEDGER"); path != "" {
		admitForever(t, path)
	}
	path := filepath.Join(t.TempDir(), "riposte.db")
	child := exec.Command(os.Args[0], "-test.run=^TestKilledProcess$")
	child.Env = append(os.Environ(), "RIPOSTE_TEST_LEDGER="+path)
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	var said []string
	for lines := bufio.NewScanner(out); len(said) < 50 && lines.Scan(); {
		said = append(said, lines.Text())
	}
	if err := child.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = child.Wait() // killed, as it should be
	s := open(t, path)
	for _, id := range said {
		if _, err := s.Load(t.Context(), id); err != nil {
			t.Error(err)
		}
	}
	if v, err := s.Verify(t.Context()); err != nil || len(v.Broken) > 0 || len(said) < 50 {
		t.Errorf("%d said, %+v, %v", len(said), v, err)
	}
}

func admitForever(t *testing.T, path string) {
	s, err := sqlite.Open(t.Context(), path)
	for i := 0; err == nil; i++ {
		var a []ledger.Admission
		a, err = s.Admit(t.Context(), ledgertest.Start(), []playbook.StoredSuspect{ledgertest.Lead("e-1", fmt.Sprint("i-", i))}, ledger.FirstClaim{})
		if err == nil {
			fmt.Println(a[0].Case)
		}
	}
	t.Fatal(err)
}
