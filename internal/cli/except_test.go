package cli

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/internal/show"
	"github.com/ripostehq/riposte/playbooks"
)

// What an undo keeps quiet is listed, and a person ends it: the case says so, and the record is whole.
func TestAnExceptionIsRevoked(t *testing.T) {
	file := filepath.Join(t.TempDir(), "d.db")
	riposte := func(args ...string) string {
		t.Helper()
		var printed, said bytes.Buffer
		sh := &shell{in: strings.NewReader(""), out: &printed, err: &said, now: time.Now, user: "ann"}
		if code := run(t.Context(), append(args, "--ledger", file), sh, playbooks.All(), action.Kinds()); code != exitDone {
			t.Fatalf("%v: %d, %s", args, code, said.String())
		}
		return printed.String()
	}
	riposte("demo", "--attack", "deputy")
	var c show.Case
	if err := json.Unmarshal([]byte(riposte("cases", "--state", "verified", "--format", "json")), &c); err != nil {
		t.Fatal(err)
	}
	riposte("undo", c.Case, "--except", "4h")
	var x show.Exception
	if err := json.Unmarshal([]byte(riposte("exceptions", "--format", "json")), &x); err != nil || x.Case != c.Case || x.By != "ann" {
		t.Fatalf("%+v, %v", x, err)
	}
	if out := riposte("revoke", x.Exception[:10], "--reason", "the image was withdrawn"); !strings.HasPrefix(out, c.Case+" is undone") {
		t.Errorf("printed %q", out)
	}
	if out := riposte("exceptions"); out != "no exceptions\n" {
		t.Errorf("afterwards: %q", out)
	}
	if out := riposte("case", c.Case); !strings.Contains(out, "ends, says ann (unproven): the image was withdrawn") || strings.Contains(out, "quiet ") && strings.Contains(out, "anything else is answered") {
		t.Errorf("the case: %s", out)
	}
	riposte("ledger", "verify")
}
