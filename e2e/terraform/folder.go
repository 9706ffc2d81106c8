package terraform

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

// State is the folder's state, as it would lie in a bucket.
func (f *Folder) State(t testing.TB) []byte {
	t.Helper()
	out, err := f.run(t.Context(), time.Minute, "state", "pull")
	if err != nil {
		t.Fatalf("terraform state pull: %v: %s", err, out)
	}
	return out
}

// Read is a file of the folder.
func (f *Folder) Read(t testing.TB, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(f.path, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// Write changes a file of the folder, as a merge does.
func (f *Folder) Write(t testing.TB, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(f.path, name), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// Again applies the folder as it is by now.
func (f *Folder) Again(t testing.TB) {
	t.Helper()
	if out, err := f.with(t.Context(), "apply", "-auto-approve"); err != nil {
		t.Fatalf("terraform apply: %v\n%s", err, out)
	}
}
