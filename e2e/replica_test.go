package e2e

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/ripostehq/riposte/internal/mototest"
)

// replica is one `riposte serve`, which can be killed and started again. Its log is printed where the test fails.
type replica struct {
	t      *testing.T
	path   string
	config string // file
	env    []string
	listen string // of /readyz and /metrics

	mu  sync.Mutex
	cmd *exec.Cmd
	log string // file
}

// serve starts riposte with a configuration, to which the address that it tells of itself at is added.
func serve(t *testing.T, config string, env []string) *replica {
	t.Helper()
	dir := t.TempDir()
	r := &replica{
		t: t, path: riposte(t), env: append(os.Environ(), env...), listen: "127.0.0.1:" + mototest.FreePort(t),
		config: filepath.Join(dir, "riposte.yaml"), log: filepath.Join(dir, "log"),
	}
	if err := os.WriteFile(r.config, []byte(config+"\nmetrics: {listen: \""+r.listen+"\"}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		r.kill()
		if t.Failed() {
			t.Logf("riposte said at last:\n%s", r.said())
		}
	})
	r.start()
	r.ready()
	return r
}

func (r *replica) start() {
	r.mu.Lock()
	defer r.mu.Unlock()
	log, err := os.OpenFile(r.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		r.t.Error(err)
		return
	}
	defer log.Close() // the process has it
	r.cmd = exec.Command(r.path, "serve", "--config", r.config)
	r.cmd.Dir, r.cmd.Env, r.cmd.Stdout, r.cmd.Stderr = filepath.Dir(r.config), r.env, log, log
	if err := r.cmd.Start(); err != nil {
		r.t.Errorf("start riposte: %v", err)
	}
}

// kill ends it as kill -9 does.
func (r *replica) kill() { r.end(syscall.SIGKILL) }

// stop asks it to end, and wants it to end well.
func (r *replica) stop() {
	r.t.Helper()
	if err := r.end(syscall.SIGTERM); err != nil {
		r.t.Errorf("asked to end: %v", err)
	}
}

func (r *replica) end(s syscall.Signal) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.cmd == nil || r.cmd.Process == nil {
		return nil
	}
	_ = r.cmd.Process.Signal(s)
	err := r.cmd.Wait()
	r.cmd = nil
	return err
}

// ready waits until it says that it is.
func (r *replica) ready() {
	r.t.Helper()
	eventually(r.t, 30*time.Second, "riposte is ready", func() error {
		resp, err := http.Get("http://" + r.listen + "/readyz")
		if err != nil {
			return err
		}
		defer resp.Body.Close()
		if resp.StatusCode != http.StatusOK {
			why, _ := io.ReadAll(resp.Body)
			return fmt.Errorf("%s: %s", resp.Status, why)
		}
		return nil
	})
}

// said is the end of its log.
func (r *replica) said() string {
	text, err := os.ReadFile(r.log)
	if err != nil {
		return err.Error()
	}
	lines := strings.Split(string(text), "\n")
	return strings.Join(lines[max(0, len(lines)-60):], "\n")
}

// run runs another verb with the replica's configuration and gives back what it printed.
func (r *replica) run(args ...string) (string, error) {
	cmd := exec.CommandContext(r.t.Context(), r.path, append(args, "--config", r.config)...)
	var out, said bytes.Buffer
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = filepath.Dir(r.config), r.env, &out, &said
	if err := cmd.Run(); err != nil {
		return out.String(), fmt.Errorf("riposte %s: %w: %s", strings.Join(args, " "), err, said.Bytes())
	}
	return out.String(), nil
}

// shown is a case as `riposte cases --format json` prints it.
type shown struct {
	Case, Playbook, State, Account, Resource, Verdict, Reason string
	Actions                                                   []struct{ Kind, Target, Outcome, Error string }
}

func (r *replica) cases() ([]shown, error) {
	out, err := r.run("cases", "--format", "json")
	if err != nil {
		return nil, err
	}
	var all []shown
	for d := json.NewDecoder(strings.NewReader(out)); ; {
		var c shown
		if err := d.Decode(&c); errors.Is(err, io.EOF) {
			return all, nil
		} else if err != nil {
			return nil, fmt.Errorf("read the cases: %w", err)
		}
		all = append(all, c)
	}
}

// eventually asks again and again until it is so, or until the time is over.
func eventually(t *testing.T, within time.Duration, what string, so func() error) {
	t.Helper()
	every(t, 200*time.Millisecond, within, what, so)
}

// every is eventually, for a question that costs something.
func every(t *testing.T, pause, within time.Duration, what string, so func() error) {
	t.Helper()
	err := errors.New("never asked")
	for end := time.Now().Add(within); time.Now().Before(end); time.Sleep(pause) {
		if err = so(); err == nil {
			return
		}
	}
	t.Fatalf("not within %s: %s: %v", within, what, err)
}
