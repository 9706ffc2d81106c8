package cli

import (
	"bufio"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/ripostehq/riposte/internal/serve"
)

// served is the script command `served FILE BAD GOOD`: riposte serves with FILE, is ready, is told to read it again with
// what BAD and then GOOD hold in it, and is told to end, each with the signal that an operator would send.
func served(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: served FILE BAD GOOD")
	}
	d := start(ts, "serve", "--format", "json", "--config", args[0])
	defer func() { _ = d.cmd.Process.Kill() }() // where the script failed
	d.until("ready", "/readyz", func(code int, body string) bool { return code == http.StatusOK })
	d.until("alive", "/healthz", func(code int, body string) bool { return code == http.StatusOK && body == "alive\n" })
	for _, step := range []struct{ file, figure, said string }{
		{args[1], "riposte_config_reload_failed 1", "the file was refused, the one before is in effect: " + args[0] + ":1:1"},
		{args[2], "riposte_config_reload_failed 0", "configuration: ok"},
	} {
		ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(ts.ReadFile(step.file)), 0o600))
		ts.Check(d.cmd.Process.Signal(syscall.SIGHUP))
		d.until(step.figure, "/metrics", func(_ int, body string) bool { return strings.Contains(body, "\n"+step.figure) })
		d.until(step.said, "/readyz", func(code int, body string) bool {
			return code == http.StatusOK && strings.Contains(body, step.said)
		})
	}
	ts.Check(d.cmd.Process.Signal(syscall.SIGTERM))
	rest, err := io.ReadAll(d.log)
	ts.Check(err)
	if err := d.cmd.Wait(); err != nil || !strings.Contains(string(rest), `"msg":"stopped"`) {
		ts.Fatalf("it ends with %v:\n%s", err, rest)
	}
	if !strings.Contains(string(rest), `"launch.unapproved-image: observe, was: act, in production ask"`) {
		ts.Fatalf("what a reload changed is not told:\n%s", rest)
	}
}

// process is a riposte that serves.
type process struct {
	ts   *testscript.TestScript
	cmd  *exec.Cmd
	log  *bufio.Reader
	says serve.Announcement
}

// start starts riposte and reads what it will do.
func start(ts *testscript.TestScript, args ...string) *process {
	d := &process{ts: ts, cmd: exec.Command("riposte", args...)}
	d.cmd.Dir = ts.MkAbs(".")
	for _, name := range []string{"PATH", "HOME", "RIPOSTE_HTTP_SECRET", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION", "AWS_EC2_METADATA_DISABLED"} {
		d.cmd.Env = append(d.cmd.Env, name+"="+ts.Getenv(name))
	}
	pipe, err := d.cmd.StderrPipe()
	ts.Check(err)
	ts.Check(d.cmd.Start())
	d.log = bufio.NewReader(pipe)
	line, err := d.log.ReadString('\n')
	ts.Check(err)
	var first struct{ Serve serve.Announcement }
	if err := json.Unmarshal([]byte(line), &first); err != nil || first.Serve.Metrics == "" {
		ts.Fatalf("it does not say where its figures are: %s", line)
	}
	d.says = first.Serve
	return d
}

// until asks for a page until it is so.
func (d *process) until(what, page string, so func(code int, body string) bool) {
	var last string
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		resp, err := http.Get("http://" + d.says.Metrics + page)
		if err != nil {
			last = err.Error()
			continue
		}
		body, err := io.ReadAll(resp.Body)
		d.ts.Check(err)
		d.ts.Check(resp.Body.Close())
		if last = string(body); so(resp.StatusCode, last) {
			return
		}
	}
	d.ts.Fatalf("never: %s; at last: %s", what, last)
}
