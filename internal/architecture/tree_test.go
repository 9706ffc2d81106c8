package architecture

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/ripostehq/riposte"

// source is one Go file of the project.
type source struct {
	path string // from the root: internal/gate/brake.go
	dir  string // internal/gate
	test bool
	file *ast.File
	fset *token.FileSet
}

// tree parses every Go file of the project.
func tree(t *testing.T) []source {
	t.Helper()
	root := filepath.Join("..", "..")
	fset := token.NewFileSet()
	var out []source
	err := filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "testdata" || d.Name() == ".git") {
			return fs.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(p, ".go") {
			return nil
		}
		f, err := parser.ParseFile(fset, p, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, p)
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		out = append(out, source{rel, path.Dir(rel), strings.HasSuffix(rel, "_test.go"), f, fset})
		return nil
	})
	if err != nil {
		t.Fatalf("read the project: %v", err)
	}
	if _, err := os.Stat(filepath.Join(root, "go.mod")); err != nil || len(out) < 10 {
		t.Fatalf("this is not the project's root: %d files, %v", len(out), err)
	}
	return out
}

// imports are the packages of the project that a file names, as paths from the root.
func (s source) imports() []string {
	var out []string
	for _, i := range s.file.Imports {
		name, err := strconv.Unquote(i.Path.Value)
		if err != nil {
			continue
		}
		if ours, ok := strings.CutPrefix(name, module+"/"); ok {
			out = append(out, ours)
		}
	}
	return out
}

// at is where a node stands, for messages.
func (s source) at(n ast.Node) string {
	return s.path + ":" + strconv.Itoa(s.fset.Position(n.Pos()).Line)
}
