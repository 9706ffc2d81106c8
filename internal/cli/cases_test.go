package cli

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"

	"github.com/charmbracelet/colorprofile"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/playbooks"
)

// On a terminal the newest case stands first, whole where it is wide enough, else on lines of its own that fit; nothing is cut off.
func TestCasesFitTheTerminal(t *testing.T) {
	file := filepath.Join(t.TempDir(), "a.db")
	if err := fill(t.Context(), file); err != nil {
		t.Fatal(err)
	}
	for _, width := range []int{80, 240} {
		var out bytes.Buffer
		sh := &shell{out: &colorprofile.Writer{Forward: &out, Profile: colorprofile.NoTTY}, err: &out, width: width}
		if code := run(t.Context(), []string{"cases", "--ledger", file}, sh, playbooks.All(), action.Kinds()); code != 0 {
			t.Fatalf("exit code %d: %s", code, out.String())
		}
		for line := range strings.Lines(out.String()) {
			if n := len([]rune(strings.TrimRight(line, "\n"))); n > width {
				t.Errorf("width %d: a line of %d: %s", width, n, line)
			}
		}
		last := 0
		for _, group := range []string{"web-3", "web-2", "web-1", "web-0"} {
			at := strings.Index(out.String(), "/group/"+group)
			if at < last {
				t.Errorf("width %d: %s is missing, or not in its place:\n%s", width, group, out.String())
			}
			last = at
		}
	}
}
