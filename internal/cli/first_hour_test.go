package cli

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/internal/mototest"
	"github.com/ripostehq/riposte/playbooks"
)

// What docs/first-hour.md shows is what init prints and writes, over an account in which two machines run.
func TestTheFirstHourIsAsItIsShown(t *testing.T) {
	page, err := filepath.Abs(filepath.Join("..", "..", "docs", "first-hour.md"))
	if err != nil {
		t.Fatal(err)
	}
	server := mototest.Start(t)
	lives(t, server)
	machines(t, server, []string{mototest.Account, mototest.Account})
	trail(t, server)
	t.Chdir(t.TempDir())
	var out bytes.Buffer
	clock := time.Date(2030, 1, 7, 9, 0, 0, 0, time.UTC)
	sh := &shell{in: strings.NewReader(""), out: &out, err: &out, now: func() time.Time { return clock }}
	if code := run(context.Background(), []string{"init", "--account"}, sh, playbooks.All(), action.Kinds()); code != exitDone {
		t.Fatalf("%d: %s", code, out.String())
	}
	secret := regexp.MustCompile(`external_id: "[A-Z2-7]+"`)
	text := file(t, page)
	want := between(t, text, "```\n$ riposte init --account\n", "```\n", out.String())
	want = between(t, want, "```yaml\n", "```\n", secret.ReplaceAllString(file(t, "riposte.yaml"), `external_id: "HARDTOGUESSHARDTOGUESSHARD"`))
	switch {
	case *update && want != text:
		if err := os.WriteFile(page, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	case want != text:
		t.Errorf("docs/first-hour.md is not what init prints; -update writes it:\n%s", want)
	}
}

// between puts a text between two others, of which the first stands once.
func between(t *testing.T, page, begin, end, text string) string {
	t.Helper()
	before, rest, found := strings.Cut(page, begin)
	_, after, ended := strings.Cut(rest, end)
	if !found || !ended {
		t.Fatalf("there is no block %q", begin)
	}
	return before + begin + text + end + after
}
