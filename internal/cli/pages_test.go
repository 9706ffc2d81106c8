package cli

import (
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	block   = regexp.MustCompile("(?s)```sh\n(.*?)```")
	inLine  = regexp.MustCompile("`(riposte [a-z][^`]*)`|\"(riposte [a-z][^\"]*)\"")
	comment = regexp.MustCompile(`\s+(#|>|\||&&).*$`)
	// operand stands for what the reader has: an id in place of a word in capitals.
	operand = regexp.MustCompile(`\b[A-Z]{2,}\b`)
)

// Whoever is woken at night types what a page says: each command of the pages about running riposte, and of what an alert says, is one that
// the command line takes.
func TestCommandsOfThePagesAreTaken(t *testing.T) {
	for _, page := range []string{
		"docs/upgrade.md", "docs/backup.md", "docs/leaving.md", "docs/sizing.md", "docs/operating.md", "docs/first-hour.md", "deploy/run/README.md", "deploy/observe/alerts.yaml",
	} {
		text, err := os.ReadFile(filepath.Join("..", "..", filepath.FromSlash(page)))
		if err != nil {
			t.Fatal(err)
		}
		found := 0
		for _, line := range commands(string(text)) {
			found++
			words := regexp.MustCompile(`"[^"]*"|\S+`).FindAllString(operand.ReplaceAllString(line, "c_01"), -1)
			parser, err := newParser(&shell{out: io.Discard, err: io.Discard}, &cli{})
			if err == nil {
				_, err = parser.Parse(words[1:])
			}
			if err != nil {
				t.Errorf("%s: %s: %v", page, line, err)
			}
		}
		if found == 0 {
			t.Errorf("%s: no command was found", page)
		}
	}
}

// commands are those of riposte in a page: lines of its blocks, and what stands in a sentence.
func commands(page string) (all []string) {
	for _, b := range block.FindAllStringSubmatch(page, -1) {
		for line := range strings.Lines(b[1]) {
			if line = strings.TrimSpace(line); strings.HasPrefix(line, "riposte ") {
				all = append(all, comment.ReplaceAllString(line, ""))
			}
		}
	}
	for _, m := range inLine.FindAllStringSubmatch(block.ReplaceAllString(page, ""), -1) {
		if line := m[1] + m[2]; !strings.Contains(line, "...") && !strings.ContainsAny(line, "[") {
			all = append(all, comment.ReplaceAllString(line, ""))
		}
	}
	return all
}
