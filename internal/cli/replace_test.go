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
			if err := replaceFile(link, []byte("old"), []byte(now), func() error { return nil }, func(error) {}); err == nil {
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
	if left, _ := filepath.Glob(filepath.Join(dir, "*")); len(left) != 2 {
		t.Errorf("what is left: %v", left)
	}
}

func TestAFileThatChangedOrCantBeRecordedStays(t *testing.T) {
	name := filepath.Join(t.TempDir(), "riposte.yaml")
	if err := os.WriteFile(name, []byte("now"), 0o600); err != nil {
		t.Fatal(err)
	}
	asked := false
	err := replaceFile(name, []byte("then"), []byte("new"), func() error { asked = true; return nil }, nil)
	if err == nil || !strings.Contains(err.Error(), "has changed since it was read") || asked {
		t.Errorf("%v, on record: %t", err, asked)
	}
	no := errors.New("no record")
	if err := replaceFile(name, []byte("now"), []byte("new"), func() error { return no }, nil); !errors.Is(err, no) {
		t.Errorf("%v", err)
	}
	if text, _ := os.ReadFile(name); string(text) != "now" {
		t.Errorf("it is %q", text)
	}
}
