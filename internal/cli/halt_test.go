package cli

import (
	"bytes"
	"net"
	"net/http"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/playbooks"
)

// A brake that can't be stored is a failure at once, and says how riposte is stopped without one: DynamoDB that refuses, and DynamoDB that hangs.
func TestAHaltWhileDynamoDBIsAway(t *testing.T) {
	away, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range map[string]string{
		"AWS_ENDPOINT_URL": "http://" + away.Addr().String(), "AWS_ACCESS_KEY_ID": "AKIAEXAMPLE000000001", "AWS_SECRET_ACCESS_KEY": "example", "AWS_REGION": "eu-west-1", "AWS_MAX_ATTEMPTS": "1",
	} {
		t.Setenv(name, value)
	}
	for _, how := range []string{"hangs", "refuses"} {
		if how == "refuses" {
			away.Close()
		}
		var out, said bytes.Buffer
		code := run(t.Context(), []string{"halt", "--ledger", "dynamodb:riposte-record"}, &shell{in: strings.NewReader(""), out: &out, err: &said, now: time.Now}, playbooks.All(), action.Kinds())
		if code != exitFailed || out.Len() > 0 || !strings.Contains(said.String(), "all is not halted: ") || !strings.Contains(said.String(), "goes on where you alone can't") || !strings.Contains(said.String(), "put-function-concurrency") {
			t.Errorf("%s: code %d: %s %s", how, code, out.String(), said.String())
		}
	}
}

// halted is the script command `halted FILE`: while riposte serves with FILE, a halt is read by it; once it has ended, the
// next one is read by nobody, and when it was killed, one that was heard of a moment ago is missed.
func halted(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: halted FILE")
	}
	halt := func(scope string) (string, int) {
		c := exec.Command("riposte", "halt", scope)
		c.Dir = ts.MkAbs(".")
		c.Env = []string{"PATH=" + ts.Getenv("PATH"), "HOME=" + ts.Getenv("HOME"), "RIPOSTE_CONFIG=" + args[0]}
		out, _ := c.CombinedOutput()
		return string(out), c.ProcessState.ExitCode()
	}
	for _, end := range []struct {
		signal syscall.Signal
		says   string
	}{{syscall.SIGTERM, "no riposte serves riposte.db: the halt of account:111122223333"}, {syscall.SIGKILL, "has not read it"}} {
		d := start(ts, "serve", "--format", "json", "--config", args[0])
		d.until("ready", "/readyz", func(code int, _ string) bool { return code == http.StatusOK })
		if out, code := halt("all"); code != 0 || !strings.Contains(out, "halted: all\n") || !strings.Contains(out, "in riposte.db; read by "+d.says.Replica) {
			ts.Fatalf("while it serves: %d, %s", code, out)
		}
		ts.Check(d.cmd.Process.Signal(end.signal))
		_ = d.cmd.Wait() // killed, it ends badly
		if out, code := halt("account:111122223333"); code != 1 || !strings.Contains(out, end.says) {
			ts.Fatalf("after %v: %d, %s", end.signal, code, out)
		}
	}
}
