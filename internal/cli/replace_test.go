package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/ripostehq/riposte/internal/ledger/sqlite"
)

func TestAFileIsReplacedByOneOfTwoAtOnce(t *testing.T) {
	dir := t.TempDir()
	name, link := filepath.Join(dir, "riposte.yaml"), filepath.Join(dir, "link.yaml")
	if err := errors.Join(os.WriteFile(name, []byte("old"), 0o640), os.Symlink(name, link)); err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	var done atomic.Int32
	for i := range 20 {
		all.Go(func() {
			now := fmt.Sprint("new ", i)
			if err := replaceFile(t.Context(), link, []byte("old"), []byte(now), func() error { return nil }, func(error) {}); err == nil {
				done.Add(1)
			}
		})
	}
	all.Wait()
	text, err := os.ReadFile(name)
	info, err2 := os.Stat(name)
	if err := errors.Join(err, err2); err != nil || done.Load() != 1 || !strings.HasPrefix(string(text), "new ") || info.Mode().Perm() != 0o640 {
		t.Errorf("%d of 20 were written: %q, %v, %v", done.Load(), text, info.Mode(), err)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "*")); len(left) != 3 {
		t.Errorf("what is left beside the file, its link and its lock: %v", left)
	}
}

func TestAFileThatChangedOrCantBeRecordedStays(t *testing.T) {
	name := filepath.Join(t.TempDir(), "riposte.yaml")
	if err := os.WriteFile(name, []byte("now"), 0o600); err != nil {
		t.Fatal(err)
	}
	asked := false
	err := replaceFile(t.Context(), name, []byte("then"), []byte("new"), func() error { asked = true; return nil }, nil)
	if err == nil || !strings.Contains(err.Error(), "has changed since it was read") || asked {
		t.Errorf("%v, on record: %t", err, asked)
	}
	no := errors.New("no record")
	if err := replaceFile(t.Context(), name, []byte("now"), []byte("new"), func() error { return no }, nil); !errors.Is(err, no) {
		t.Errorf("%v", err)
	}
	if text, _ := os.ReadFile(name); string(text) != "now" {
		t.Errorf("it is %q", text)
	}
}

// The lock of a process that was killed hinders no other: only its file is left.
func TestALockGoesWithItsProcess(t *testing.T) {
	name := filepath.Join(t.TempDir(), "riposte.yaml")
	if err := errors.Join(os.WriteFile(name, []byte("now"), 0o600), os.WriteFile(name+".lock", nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	if err := replaceFile(t.Context(), name, []byte("now"), []byte("new"), func() error { return nil }, nil); err != nil {
		t.Error(err)
	}
	release, err := sqlite.Lock(t.Context(), name+".lock")
	if err != nil {
		t.Fatal(err)
	}
	if err := replaceFile(t.Context(), name, []byte("new"), []byte("newer"), func() error { return nil }, nil); err == nil || !strings.Contains(err.Error(), "is being changed by somebody else") {
		t.Errorf("while another has it: %v", err)
	}
	if err := release(); err != nil {
		t.Error(err)
	}
	if text, _ := os.ReadFile(name); string(text) != "new" {
		t.Errorf("it is %q", text)
	}
}
