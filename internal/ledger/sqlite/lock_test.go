package sqlite

import (
	"errors"
	"path/filepath"
	"testing"
)

func TestLockIsForOne(t *testing.T) {
	file := filepath.Join(t.TempDir(), "world.lock")
	release, err := Lock(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Lock(t.Context(), file); !errors.Is(err, ErrTaken) {
		t.Errorf("a second one got: %v", err)
	}
	if err := release(); err != nil {
		t.Fatal(err)
	}
	again, err := Lock(t.Context(), file)
	if err != nil {
		t.Fatalf("after its release: %v", err)
	}
	if err := again(); err != nil {
		t.Error(err)
	}
}
