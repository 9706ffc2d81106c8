// Package e2e tells stories of riposte, as it is built and run, against programs that others wrote: moto as AWS, terraform,
// and the aws command line as the client that looks what became of it.
package e2e

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
)

func TestMain(m *testing.M) {
	flag.Parse()
	if err := flag.Set("test.parallel", "6"); err != nil { // the stories wait for riposte, which waits for verification
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	code := m.Run()
	if dir, err := built(); err == nil {
		os.RemoveAll(dir)
	}
	os.Exit(code)
}

// built is the folder of the binary, which is built once, as users have it.
var built = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "riposte-e2e-")
	if err != nil {
		return "", err
	}
	out, err := exec.Command("go", "build", "-trimpath", "-o", filepath.Join(dir, "riposte"), "../cmd/riposte").CombinedOutput()
	if err != nil {
		return dir, fmt.Errorf("build riposte: %w: %s", err, out)
	}
	return dir, nil
})

// riposte is the path of the binary.
func riposte(t testing.TB) string {
	t.Helper()
	dir, err := built()
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Join(dir, "riposte")
}
