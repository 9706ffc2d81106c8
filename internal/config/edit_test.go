package config_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/internal/config"
	"github.com/ripostehq/riposte/playbooks"
)

const term = "{mode: act, until: 2026-12-06T12:00:00Z, then: ask}"

func TestAModeIsSetInTheTextAsPeopleWroteIt(t *testing.T) {
	const id = "launch.unapproved-image"
	for _, c := range []struct{ name, key, text, want string }{
		{"an empty file", "mode", "", "playbooks:\n  " + id + ":\n    mode: " + term + "\n"},
		{"only a comment", "mode", "# ours", "# ours\nplaybooks:\n  " + id + ":\n    mode: " + term + "\n"},
		{"no section", "mode", "limits: {destroy_per_hour: 1}", "limits: {destroy_per_hour: 1}\nplaybooks:\n  " + id + ":\n    mode: " + term + "\n"},
		{"no playbook", "mode", "playbooks: # modes\n  # of all\n  defaults: {mode: ask}\nlimits: {}\n", "playbooks: # modes\n  " + id + ":\n    mode: " + term + "\n  # of all\n  defaults: {mode: ask}\nlimits: {}\n"},
		{"an indent of four", "mode", "playbooks:\n    defaults: {mode: ask}\n", "playbooks:\n    " + id + ":\n      mode: " + term + "\n    defaults: {mode: ask}\n"},
		{"a scope comes", "sandbox", "playbooks:\n  " + id + ": # images\n    # why\n    mode: ask # since May\n", "playbooks:\n  " + id + ": # images\n    sandbox: " + term + "\n    # why\n    mode: ask # since May\n"},
		{"a scope is replaced", "sandbox", "playbooks:\n  " + id + ":\n    sandbox: ask # since May\n    mode: ask\n", "playbooks:\n  " + id + ":\n    sandbox: " + term + " # since May\n    mode: ask\n"},
		{"in quotes", "sandbox", "playbooks:\n  " + id + ":\n    sandbox: \"ask\"\n", "playbooks:\n  " + id + ":\n    sandbox: " + term + "\n"},
		{"an end is replaced", "mode", "playbooks:\n  " + id + ":\n    mode: {mode: ask, until: 2026-01-01T00:00:00Z} # été\n", "playbooks:\n  " + id + ":\n    mode: " + term + " # été\n"},
		{"in braces", "sandbox", "playbooks:\n  " + id + ": {mode: ask} # é\n", "playbooks:\n  " + id + ": {sandbox: " + term + ", mode: ask} # é\n"},
		{"replaced in braces", "mode", "playbooks:\n  " + id + ": {sandbox: act, mode: ask, params: {}}\n", "playbooks:\n  " + id + ": {sandbox: act, mode: " + term + ", params: {}}\n"},
		{"all in braces", "mode", "playbooks: {defaults: {mode: ask}}\n", "playbooks: {" + id + ": {mode: " + term + "}, defaults: {mode: ask}}\n"},
		{"empty braces", "mode", "playbooks: {}\n", "playbooks: {" + id + ": {mode: " + term + "}}\n"},
		{"nothing below it", "mode", "playbooks:\n  " + id + ":\nlimits: {}\n", "playbooks:\n  " + id + ":\n    mode: " + term + "\nlimits: {}\n"},
		{"at the end of the file", "mode", "playbooks:", "playbooks:\n  " + id + ":\n    mode: " + term + "\n"},
		{"an account", "111122223333", "playbooks:\n  " + id + ":\n    mode: ask\n", "playbooks:\n  " + id + ":\n    \"111122223333\": " + term + "\n    mode: ask\n"},
		{"an account is replaced", "111122223333", "playbooks:\n  " + id + ":\n    \"111122223333\": ask\n", "playbooks:\n  " + id + ":\n    \"111122223333\": " + term + "\n"},
	} {
		got, err := config.WithMode([]byte(c.text), id, c.key, term)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
		} else if diff := cmp.Diff(c.want, string(got)); diff != "" {
			t.Errorf("%s:\n%s", c.name, diff)
		}
	}
	for _, c := range []struct{ name, text string }{
		{"a block where a mode is", "playbooks:\n  " + id + ":\n    mode:\n      mode: act\n      until: 2026-12-06T12:00:00Z\n"},
		{"two documents", "playbooks: {}\n---\nplaybooks: {}\n"},
		{"a list", "playbooks: [a]\n"},
	} {
		if got, err := config.WithMode([]byte(c.text), id, "mode", term); !errors.Is(err, config.ErrByHand) {
			t.Errorf("%s: %v, %s", c.name, err, got)
		}
	}
}

// Whatever a valid file looks like, an edit of it changes that one mode, or is refused.
func TestAnEditChangesOneModeOrNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		indent := strings.Repeat(" ", rapid.IntRange(1, 6).Draw(t, "indent"))
		line := func(s string) string {
			return s + rapid.SampledFrom([]string{"\n", " # é\n", "\r\n", "\n\n# x\n"}).Draw(t, "end")
		}
		var b strings.Builder
		b.WriteString(rapid.SampledFrom([]string{"", "# ours\n", "limits: {destroy_per_hour: 1}\n"}).Draw(t, "head"))
		b.WriteString(line("playbooks:"))
		for _, id := range []string{"launch.unapproved-template", "launch.unapproved-image", "launch.termination-unprotected"} {
			switch rapid.IntRange(0, 3).Draw(t, id) {
			case 0:
				b.WriteString(line(indent + id + ": {mode: ask}"))
			case 1:
				b.WriteString(line(indent + id + ":"))
				b.WriteString(line(indent + indent + "mode: 'observe'"))
				b.WriteString(line(indent + indent + "contain: act"))
			case 2:
				b.WriteString(line(indent + `"` + id + `": {contain: {mode: act, until: 2026-01-01T00:00:00Z}}`))
			}
		}
		old, err := config.Parse("riposte.yaml", []byte(b.String()), playbooks.All())
		if err != nil {
			t.Skip(err)
		}
		key := rapid.SampledFrom([]string{"mode", "contain", "destroy"}).Draw(t, "key")
		text, err := config.WithMode([]byte(b.String()), "launch.unapproved-image", key, "act")
		if errors.Is(err, config.ErrByHand) {
			return
		}
		now, err := config.Parse("riposte.yaml", text, playbooks.All())
		if err != nil {
			t.Fatalf("%v, of\n%s\nwhich was\n%s", err, text, b.String())
		}
		class := action.Class(key)
		if key == "mode" {
			class = ""
		}
		if got, _ := now.Mode("launch.unapproved-image", "", class); got != config.Act {
			t.Fatalf("%s is %s in\n%s", key, got, text)
		}
		for _, c := range now.Since(old) {
			if !strings.HasPrefix(c.Says, "launch.unapproved-image: ") {
				t.Fatalf("%s, of\n%s", c.Says, text)
			}
		}
	})
}
