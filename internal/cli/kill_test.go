package cli

import (
	"bufio"
	"os/exec"
	"strconv"

	"github.com/rogpeppe/go-internal/testscript"
)

// killed is the script command `killed LINES VERB...`: riposte is killed, as kill -9 does it, whenever it has printed so many
// lines, and started again, until it ends by itself, which must be well.
func killed(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: killed LINES VERB...")
	}
	lines, err := strconv.Atoi(args[0])
	ts.Check(err)
	for kills := 0; ; kills++ {
		done, err := killedAfter(ts, lines, args[1:])
		switch {
		case done && err == nil && kills > 3:
			return
		case done:
			ts.Fatalf("after %d kills it ends with %v", kills, err)
		case kills > 200:
			ts.Fatalf("it comes to no end")
		}
	}
}

// killedAfter kills a run of riposte after so many lines; done if there were no more than those.
func killedAfter(ts *testscript.TestScript, lines int, args []string) (done bool, err error) {
	cmd := exec.Command("riposte", args...)
	cmd.Dir = ts.MkAbs(".")
	cmd.Stderr = ts.Stderr()
	out, err := cmd.StdoutPipe()
	ts.Check(err)
	ts.Check(cmd.Start())
	read := bufio.NewScanner(out)
	for read.Scan() {
		if lines--; lines == 0 {
			ts.Check(cmd.Process.Kill())
			_ = cmd.Wait() // it was killed
			return false, nil
		}
	}
	return true, cmd.Wait()
}
