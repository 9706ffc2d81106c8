package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/playbooks"
)

// A second daemon on one machine is refused, and leaves no ledger behind that a halt could take for the one that is served.
func TestADaemonWhosePortIsTakenMakesNothing(t *testing.T) {
	first, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer first.Close()
	t.Setenv("RIPOSTE_HTTP_SECRET", "0123456789abcdef0123456789abcdef")
	dir := t.TempDir()
	file, db := filepath.Join(dir, "riposte.yaml"), filepath.Join(dir, "riposte.db")
	text := fmt.Sprintf("sources: [{http: {listen: \"127.0.0.1:0\", secret_env: RIPOSTE_HTTP_SECRET}}]\nmetrics: {listen: %q}\nledger: %q\n", first.Addr(), "sqlite:"+db)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	var said bytes.Buffer
	code := run(t.Context(), []string{"serve", "--config", file}, &shell{in: strings.NewReader(""), out: &said, err: &said, now: time.Now}, playbooks.All(), action.Kinds())
	if code != exitFailed || !strings.Contains(said.String(), "address already in use; metrics.listen in the configuration names another address") {
		t.Errorf("exit code %d, %s", code, said.String())
	}
	if _, err := os.Stat(db); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("there is a ledger that is not served: %v", err)
	}
}
