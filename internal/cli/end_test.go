package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/internal/strict"
	"github.com/ripostehq/riposte/playbooks"
)

// A shell whose caller presses ^C in the middle of work tells that from a failure: by the code that shells use for it.
func TestADemoThatIsStoppedSaysHowItGoesOn(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var said bytes.Buffer
	sh := &shell{in: strings.NewReader(""), out: &signalled{at: "case 1", done: stop}, err: &said, now: time.Now}
	file := filepath.Join(t.TempDir(), "demo.db")
	if code := run(ctx, []string{"demo", "--ledger", file}, sh, playbooks.All(), action.Kinds()); code != exitStopped {
		t.Errorf("exit code %d", code)
	}
	if want := "riposte: stopped; riposte demo --ledger " + file + " goes on from here\n"; said.String() != want {
		t.Errorf("said %q, want %q", said.String(), want)
	}
}

func TestEnds(t *testing.T) {
	over, stop := context.WithCancel(t.Context())
	stop()
	problems := strict.Problems{{File: "a.yaml", Line: 1, Column: 2, Text: "wrong <here>"}}
	for _, c := range []struct {
		name       string
		ctx        context.Context
		verb       string
		err        error
		code       int
		text, json string
	}{
		{"done", t.Context(), "cases", nil, 0, "", ""},
		{"failed", t.Context(), "cases", errors.New("no disk"), 1, "riposte: no disk\n", `{"error":"no disk","exit":1}` + "\n"},
		{"misused", t.Context(), "case <id>", wrongUsage("say which"), 2, "riposte: say which\nSee riposte case --help\n", `{"error":"say which","exit":2}` + "\n"},
		{"a configuration that is wrong", t.Context(), "serve", problems, 2, "a.yaml:1:2: wrong <here>\n",
			`{"error":"the configuration is wrong","exit":2,"problems":[{"file":"a.yaml","line":1,"column":2,"text":"wrong <here>"}]}` + "\n"},
		{"all was said", t.Context(), "replay", silent(exitFound), 3, "", ""},
		{"interrupted", over, "cases", fmt.Errorf("read: %w", context.Canceled), 130, "riposte: stopped\n", `{"error":"stopped","exit":130}` + "\n"},
		{"interrupted, and told already", over, "replay", silent(exitStopped), 130, "", ""},
		{"interrupted in what does not say so", over, "doctor", silent(exitFailed), 130, "riposte: stopped\n", `{"error":"stopped","exit":130}` + "\n"},
		{"a daemon that fails while it ends", over, "serve", errors.New("no disk"), 1, "riposte: no disk\n", `{"error":"no disk","exit":1}` + "\n"},
	} {
		for format, want := range map[string]string{textFormat: c.text, jsonFormat: c.json} {
			var said bytes.Buffer
			sh := &shell{err: &said, format: format}
			if code := sh.ended(c.ctx, c.verb, c.err); code != c.code || said.String() != want {
				t.Errorf("%s, %s: got %d, %q; want %d, %q", c.name, format, code, said.String(), c.code, want)
			}
		}
	}
}
