package cli

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

// The version stands in two places: for the program, and for people.
func TestTheVersionIsTheChangelogs(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "CHANGELOG.md"))
	if err != nil {
		t.Fatal(err)
	}
	first := regexp.MustCompile(`(?m)^## (\S+)`).FindSubmatch(text)
	if first == nil || string(first[1]) != release {
		t.Errorf("the changelog begins with %q, the program is %s", first, release)
	}
}
