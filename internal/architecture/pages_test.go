package architecture

import (
	"go/ast"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	link     = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	heading  = regexp.MustCompile(`(?m)^#+ (.+)$`)
	testName = regexp.MustCompile("`(?:internal/\\S+: )?((?:Test|Fuzz|Benchmark|Example)[A-Z]\\w*)(\\.\\.\\.)?")
	place    = regexp.MustCompile("`((?:action|access|call|cmd|deploy|docs|e2e|event|iam|internal|lambda|playbook|playbooks|ripostetest)/[\\w./-]*\\w)`")
	goFile   = regexp.MustCompile("`([a-z_]+\\.go)`")
	standIn  = regexp.MustCompile(`[A-Z]{4}|\.\.\.`) // SERVICE, as in how a new file is to be called
	fenced   = regexp.MustCompile("(?s)```.*?```")
)

// pages are the texts that people wrote, by path from the root.
func pages(t *testing.T) map[string]string {
	t.Helper()
	root := filepath.Join("..", "..")
	all := map[string]string{}
	err := filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (d.Name() == "testdata" || strings.HasPrefix(d.Name(), ".") && d.Name() != ".." && d.Name() != ".github"):
			return fs.SkipDir
		case d.IsDir() || filepath.Ext(p) != ".md":
			return nil
		}
		text, err := os.ReadFile(p)
		rel, _ := filepath.Rel(root, p)
		all[filepath.ToSlash(rel)] = fenced.ReplaceAllString(string(text), "")
		return err
	})
	if err != nil || len(all) < 10 {
		t.Fatalf("%d pages, %v", len(all), err)
	}
	return all
}

func TestEveryLinkBetweenPagesLeadsSomewhere(t *testing.T) {
	all := pages(t)
	for page, text := range all {
		for _, m := range link.FindAllStringSubmatch(text, -1) {
			if strings.Contains(m[1], "://") {
				continue
			}
			file, anchor, _ := strings.Cut(m[1], "#")
			to := page
			if file != "" {
				to = filepath.ToSlash(filepath.Join(filepath.Dir(page), file))
			}
			if _, err := os.Stat(filepath.Join("..", "..", to)); err != nil {
				t.Errorf("%s: %s is not there", page, m[1])
			}
			if anchor != "" && !slices.Contains(anchors(all[to]), anchor) {
				t.Errorf("%s: %s has no heading %q", page, to, anchor)
			}
		}
	}
}

// anchors are the headings of a page as GitHub spells them in links.
func anchors(text string) (all []string) {
	for _, m := range heading.FindAllStringSubmatch(text, -1) {
		kept := strings.Map(func(r rune) rune {
			switch {
			case r == ' ':
				return '-'
			case r == '-' || r == '_' || r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
				return r
			}
			return -1
		}, strings.ToLower(m[1]))
		all = append(all, kept)
	}
	return all
}

func TestEveryFileThatAPageNamesIsThere(t *testing.T) {
	files := tree(t)
	for page, text := range pages(t) {
		if page == "CHANGELOG.md" {
			continue // it tells of what was
		}
		for _, m := range goFile.FindAllStringSubmatch(text, -1) {
			if !slices.ContainsFunc(files, func(s source) bool { return s.path == m[1] || strings.HasSuffix(s.path, "/"+m[1]) }) && !standIn.MatchString(m[1]) {
				t.Errorf("%s names %s, which is nowhere", page, m[1])
			}
		}
		for _, m := range place.FindAllStringSubmatch(text, -1) {
			if _, err := os.Stat(filepath.Join("..", "..", m[1])); err != nil && !standIn.MatchString(m[1]) {
				t.Errorf("%s names %s, which is not there", page, m[1])
			}
		}
	}
}

// A promise whose test was renamed or taken away is one that nobody keeps any more.
func TestEveryTestThatAPageNamesIsThere(t *testing.T) {
	var names []string
	for _, s := range tree(t) {
		if s.test {
			names = append(names, functions(s.file)...)
		}
	}
	named := 0
	for page, text := range pages(t) {
		for _, m := range testName.FindAllStringSubmatch(text, -1) {
			named++
			if !slices.ContainsFunc(names, func(n string) bool { return n == m[1] || m[2] != "" && strings.HasPrefix(n, m[1]) }) {
				t.Errorf("%s names %s, which is not there", page, m[1])
			}
		}
	}
	if named < 50 {
		t.Errorf("%d tests are named: this test looks for the wrong thing", named)
	}
}

// The first page is read by people who have a minute; the rest stands behind its links.
func TestTheREADMEIsShort(t *testing.T) {
	info, err := os.Stat(filepath.Join("..", "..", "README.md"))
	if err != nil || info.Size() > 12<<10 {
		t.Errorf("README.md has %d bytes, may have %d (%v)", info.Size(), 12<<10, err)
	}
}

// functions are those of a file, by name.
func functions(f *ast.File) (names []string) {
	for _, d := range f.Decls {
		if fn, ok := d.(*ast.FuncDecl); ok {
			names = append(names, fn.Name.Name)
		}
	}
	return names
}
