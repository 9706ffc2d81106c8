package cli

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// folder is where the binary is built, first on PATH.
var folder string

func TestMain(m *testing.M) {
	var err error
	if folder, err = os.MkdirTemp("", "riposte-cli-"); err == nil {
		err = os.Setenv("PATH", folder+string(os.PathListSeparator)+os.Getenv("PATH"))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	testscript.Main(cleaning{m}, map[string]func(){"riposte-later": sweepLater})
}

// cleaning removes the folder behind the tests.
type cleaning struct{ *testing.M }

func (c cleaning) Run() int {
	defer os.RemoveAll(folder)
	return c.M.Run()
}

// built builds the binary once, as users have it. It is no copy of the test's: under the race detector that one takes half a
// second to start, and scripts start hundreds.
var built = sync.OnceValue(func() error {
	if out, err := exec.Command("go", "build", "-trimpath", "-o", filepath.Join(folder, "riposte"), "../../cmd/riposte").CombinedOutput(); err != nil {
		return fmt.Errorf("build riposte: %w: %s", err, out)
	}
	return nil
})

// program is the path of the binary.
func program(t testing.TB) string {
	t.Helper()
	if err := built(); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(folder, "riposte")
}
