package cli

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/ledger/sqlite"
	"github.com/ripostehq/riposte/playbooks"
)

// Where the configuration says who may order, others are refused at once, and so is a command line whose names are not believed.
// The worker that takes an order asks again.
func TestTheCommandLineRefusesWhoMayNotOrder(t *testing.T) {
	dir := t.TempDir()
	file, config := filepath.Join(dir, "a.db"), filepath.Join(dir, "riposte.yaml")
	if err := fill(t.Context(), file); err != nil {
		t.Fatal(err)
	}
	const people = "people: {address: \"{session}@example.com\", groups: {security: {members: [ann@example.com, bob@example.com]}}}\n"
	for _, x := range []struct {
		name, user, config, verb string
		code                     int
		want                     string
	}{
		{"a stranger", "eve", people + "approval: {approvers: [security], command_line: all}", "approve c_01kjmmbx3", exitFailed,
			"eve can't approve case c_01kjmmbx300000000000000000: to approve what is to contain takes an approver, and eve@example.com is none"},
		{"a command line that halts only", "ann", people + "approval: {approvers: [security]}", "undo c_01kjmmdqp", exitFailed,
			"ann can't undo case c_01kjmmdqp00000000000000000: the command line gives no such orders (approval.command_line)"},
		{"a long exception", "ann", people + "approval: {approvers: [security], command_line: all}", "undo c_01kjmmdqp --except 800h", exitFailed,
			"the same finding may stay quiet for 31d at most, not for 800h0m0s"},
		{"an approver", "ann", people + "approval: {approvers: [security], command_line: all}", "undo c_01kjmmdqp", exitDone, "recorded in "},
		{"anybody, where nobody is named", "eve", people, "dismiss c_01kjmmfj9", exitDone, "recorded in "},
	} {
		t.Run(x.name, func(t *testing.T) {
			if err := os.WriteFile(config, []byte(x.config), 0o600); err != nil {
				t.Fatal(err)
			}
			var printed, said bytes.Buffer
			sh := &shell{in: strings.NewReader(""), out: &printed, err: &said, now: halfPastTwelve, user: x.user}
			code := run(t.Context(), append(strings.Fields(x.verb), "--ledger", file, "--config", config), sh, playbooks.All(), action.Kinds())
			if code != x.code || !strings.Contains(said.String(), x.want) {
				t.Errorf("%d, said %q", code, said.String())
			}
			if lets := strings.Contains(said.String(), "is let be until"); lets && x.code != exitDone {
				t.Errorf("it says that a finding is let be, and refuses: %q", said.String())
			}
		})
	}
}

// The first of two persons reads that the yes was taken, and what it takes further.
func TestTheFirstOfTwoReadsThatItTakesAnother(t *testing.T) {
	dir := t.TempDir()
	file, config := filepath.Join(dir, "a.db"), filepath.Join(dir, "riposte.yaml")
	if err := fill(t.Context(), file); err != nil {
		t.Fatal(err)
	}
	const staff = "people: {address: \"{session}@example.com\", groups: {security: {members: [ann@example.com, bob@example.com]}}}\napproval: {approvers: [security], command_line: all}"
	if err := os.WriteFile(config, []byte(staff), 0o600); err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() {
		served <- takes(t.Context(), file, func(c *ledger.Case, o ledger.Order) string {
			c.Consent(&c.Revisions[0], ledger.Answer{Step: 1, Class: action.Destroy}, o)
			return "step 2 of revision 1 approved by " + o.Giver() + ": it takes 2 persons, one of them an approver"
		})
	}()
	var printed, said bytes.Buffer
	sh := &shell{in: strings.NewReader(""), out: &printed, err: &said, now: halfPastTwelve, user: "ann"}
	code := run(t.Context(), []string{"approve", "c_01kjmmbx3", "--as", "599dd459bb6843ee", "--wait", "1m", "--ledger", file, "--config", config}, sh, playbooks.All(), action.Kinds())
	if err := <-served; err != nil {
		t.Fatal(err)
	}
	if code != exitDone || !strings.Contains(said.String(), "taken: what has no way back takes 2 different persons in production") {
		t.Errorf("%d, said %q", code, said.String())
	}
}

// An order that the worker finds void is not waited for any longer, and fails the command: a script must not take it for done.
func TestAVoidOrderFails(t *testing.T) {
	file := filepath.Join(t.TempDir(), "a.db")
	if err := fill(t.Context(), file); err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() {
		served <- takes(t.Context(), file, func(_ *ledger.Case, o ledger.Order) string {
			return "approval by " + o.Giver() + " is void: what asks has changed since it was shown"
		})
	}()
	var printed, said bytes.Buffer
	sh := &shell{in: strings.NewReader(""), out: &printed, err: &said, now: halfPastTwelve, user: "ann"}
	code := run(t.Context(), []string{"approve", "c_01kjmmbx3", "--plan", "599dd459", "--wait", "1m", "--format", "json", "--ledger", file}, sh, playbooks.All(), action.Kinds())
	if err := <-served; err != nil {
		t.Fatal(err)
	}
	const why = `approval by ann (unproven) is void: what asks has changed since it was shown`
	if code != exitFailed || !strings.Contains(printed.String(), `"verb":"approve","outcome":"void","why":["`+why+`"]}`) || !strings.Contains(said.String(), why) {
		t.Errorf("%d, printed %q, said %q", code, printed.String(), said.String())
	}
}

// takes is a worker that takes the order of the case that asks, and notes what becomes of it.
func takes(ctx context.Context, file string, do func(*ledger.Case, ledger.Order) string) error {
	s, err := sqlite.Open(ctx, file)
	if err != nil {
		return err
	}
	defer s.Close()
	for {
		claim, err := s.Claim(ctx, halfPastTwelve(), "test", time.Minute)
		if err != nil {
			return err
		}
		if claim == nil || len(claim.Inbox) == 0 {
			if err := pause(ctx, 10*time.Millisecond); err != nil {
				return err
			}
			continue
		}
		c, m := claim.Case, claim.Inbox[0]
		note := do(c, *m.Order)
		c.Due = halfPastTwelve().Add(time.Hour)
		return s.Commit(ctx, c, ledger.Write{At: halfPastTwelve(), Notes: []string{note}, Taken: []string{m.Key}, EndsLease: true})
	}
}
