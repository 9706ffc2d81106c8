package cli

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// What the pages show of riposte at work is played: each block that begins with a command of riposte's, in one folder a page, so
// that a page can go on with what it made. A line "..." stands for lines that were cut. With -update, lines whose
// figures or ids have changed are written anew; where words have changed, a person has to look.
func TestTranscripts(t *testing.T) {
	root := filepath.Join("..", "..")
	pages, err := filepath.Glob(filepath.Join(root, "docs", "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	played := 0
	for _, page := range append(pages, filepath.Join(root, "README.md")) {
		t.Run(filepath.Base(page), func(t *testing.T) {
			text, err := os.ReadFile(page)
			if err != nil {
				t.Fatal(err)
			}
			parts := strings.Split(string(text), "```")
			dir := checkout(t, root)
			for i := 1; i < len(parts); i += 2 {
				if transcript.MatchString(parts[i]) {
					parts[i] = "\n" + play(t, dir, strings.TrimPrefix(parts[i], "\n"))
					played++
				}
			}
			if now := strings.Join(parts, "```"); *update && now != string(text) {
				write(t, page, now)
			}
		})
	}
	if played < 4 {
		t.Errorf("%d transcripts found: this test looks for the wrong thing", played)
	}
}

var transcript = regexp.MustCompile(`^\n\$ (go run \./cmd/riposte|bin/riposte|make build)`)

// checkout is a folder that looks like one in which make build was called.
func checkout(t *testing.T, root string) string {
	t.Helper()
	dir := t.TempDir()
	binary := program(t)
	docs, err := filepath.Abs(filepath.Join(root, "docs"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, "bin"), 0o700); err != nil {
		t.Fatal(err)
	}
	for link, to := range map[string]string{"bin/riposte": binary, "docs": docs} {
		if err := os.Symlink(to, filepath.Join(dir, link)); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// play runs the commands of a block, compares what they print, and returns the block with the figures of this run.
func play(t *testing.T, dir, block string) string {
	t.Helper()
	me := regexp.MustCompile(`\b(by|back:) ` + regexp.QuoteMeta(terminal().user) + `\b`) // the pages call the user nobody
	var out strings.Builder
	for _, one := range strings.Split("\n"+block, "\n$ ")[1:] {
		command, shown, _ := strings.Cut(strings.TrimSuffix(one, "\n"), "\n")
		out.WriteString("$ " + command + "\n")
		if command == "make build" {
			continue
		}
		c := exec.CommandContext(t.Context(), "sh", "-c", strings.Replace(command, "go run ./cmd/riposte", "bin/riposte", 1))
		c.Dir, c.Env = dir, append(os.Environ(), "NO_COLOR=1")
		said, err := c.CombinedOutput()
		if err != nil {
			t.Errorf("%s: %v", command, err)
		}
		for _, line := range compared(t, command, lines(shown), lines(me.ReplaceAllString(string(said), "$1 nobody"))) {
			out.WriteString(line + "\n")
		}
	}
	return out.String()
}

func lines(text string) []string {
	text = strings.TrimSuffix(text, "\n")
	if text == "" {
		return nil
	}
	return strings.Split(text, "\n")
}

// compared finds what is shown in what was said, piece by piece between the cuts, and returns it as it was said.
func compared(t *testing.T, command string, shown, said []string) (now []string) {
	t.Helper()
	begun := true // nothing was cut before the next piece
	for len(shown) > 0 {
		if cut(shown[0]) {
			now, shown, begun = append(now, shown[0]), shown[1:], false
			continue
		}
		n := max(slices.IndexFunc(shown, cut), 0)
		if n == 0 {
			n = len(shown)
		}
		at := find(shown[:n], said, same)
		if at < 0 && *update {
			at = find(shown[:n], said, alike)
		}
		if at < 0 || begun && at > 0 || n == len(shown) && at+n < len(said) {
			t.Errorf("%s does not print:\n%s\nbut, from there on:\n%s", command, strings.Join(shown[:n], "\n"), strings.Join(said, "\n"))
			return append(now, shown...)
		}
		for i, line := range said[at : at+n] {
			if same(line, shown[i]) {
				line = shown[i] // what differs is another machine's
			}
			now = append(now, line)
		}
		shown, said, begun = shown[n:], said[at+n:], true
	}
	return now
}

func cut(line string) bool { return strings.TrimSpace(line) == "..." }

func find(piece, in []string, fits func(a, b string) bool) int {
	for at := 0; at+len(piece) <= len(in); at++ {
		if slices.EqualFunc(piece, in[at:at+len(piece)], fits) {
			return at
		}
	}
	return -1
}

var (
	// A machine's speed, the random part of a case's id, and the hash over who is in the record.
	another = regexp.MustCompile(`in [0-9.]+ s;|^[0-9.]+[µm]s in the middle, .*|(\bc_[0-9a-z]{10})[0-9a-z]{16}\b|"root":"[0-9a-f]+"`)
	figures = regexp.MustCompile(`[0-9a-z_]*[0-9][0-9a-z]*`)
)

// same reports whether two lines are equal but for what each machine and user has of its own.
func same(a, b string) bool {
	return another.ReplaceAllString(a, "$1*") == another.ReplaceAllString(b, "$1*")
}

// alike reports whether two lines are equal but for figures and ids.
func alike(a, b string) bool {
	return figures.ReplaceAllString(a, "#") == figures.ReplaceAllString(b, "#")
}
