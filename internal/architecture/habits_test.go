package architecture

import (
	"go/ast"
	"go/token"
	"slices"
	"testing"
)

func TestEveryPackageSaysWhatItIsFor(t *testing.T) {
	said := map[string]bool{}
	for _, s := range tree(t) {
		if s.test && s.dir != "internal/architecture" {
			continue
		}
		said[s.dir] = said[s.dir] || s.file.Doc != nil
	}
	for dir, ok := range said {
		if !ok {
			t.Errorf("package %s has no package comment", dir)
		}
	}
}

func TestNothingHappensAtImport(t *testing.T) {
	for _, s := range tree(t) {
		for _, d := range s.file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil && f.Name.Name == "init" {
				t.Errorf("%s: init: what runs at import can't be listed, ordered or left out", s.at(f))
			}
		}
	}
}

// An exported variable can be changed by anybody. Sentinel errors are the exception that the language has for it.
func TestNoExportedVariables(t *testing.T) {
	for _, s := range tree(t) {
		if s.test {
			continue
		}
		for _, d := range s.file.Decls {
			for _, name := range exportedVariables(d) {
				if !isSentinel(name.Name) {
					t.Errorf("%s: exported variable %s: make it a function or a constant", s.at(name), name.Name)
				}
			}
		}
	}
}

// An unexported variable at package level is a constant that Go can't write as one: nobody may assign to it.
func TestPackageVariablesAreNeverAssigned(t *testing.T) {
	files := tree(t)
	globals := map[string][]string{} // by directory
	for _, s := range files {
		if s.test {
			continue
		}
		for _, d := range s.file.Decls {
			for _, name := range variables(d) {
				globals[s.dir] = append(globals[s.dir], name.Name)
			}
		}
	}
	for _, s := range files {
		if s.test {
			continue
		}
		for _, name := range assigned(s.file) {
			if slices.Contains(globals[s.dir], name.Name) {
				t.Errorf("%s: assigns to the package's variable %s", s.at(name), name.Name)
			}
		}
	}
}

func isSentinel(name string) bool { return len(name) > 3 && name[:3] == "Err" }

// variables are the names that a declaration makes at package level; the blank one is an assertion, not a variable.
func variables(d ast.Decl) (out []*ast.Ident) {
	g, ok := d.(*ast.GenDecl)
	if !ok || g.Tok != token.VAR {
		return nil
	}
	for _, spec := range g.Specs {
		for _, name := range spec.(*ast.ValueSpec).Names {
			if name.Name != "_" {
				out = append(out, name)
			}
		}
	}
	return out
}

func exportedVariables(d ast.Decl) []*ast.Ident {
	return slices.DeleteFunc(variables(d), func(n *ast.Ident) bool { return !n.IsExported() })
}

// assigned are the names that stand left of a plain "=" and are not declared in the function around it, as far as that
// can be told without types: a name that the function declares anywhere is taken for its own.
func assigned(f *ast.File) (out []*ast.Ident) {
	for _, d := range f.Decls {
		fn, ok := d.(*ast.FuncDecl)
		if !ok || fn.Body == nil {
			continue
		}
		own := declared(fn)
		ast.Inspect(fn.Body, func(n ast.Node) bool {
			a, ok := n.(*ast.AssignStmt)
			if !ok || a.Tok == token.DEFINE {
				return true
			}
			for _, left := range a.Lhs {
				if id, ok := left.(*ast.Ident); ok && !own[id.Name] {
					out = append(out, id)
				}
			}
			return true
		})
	}
	return out
}

func declared(fn *ast.FuncDecl) map[string]bool {
	own := map[string]bool{}
	ast.Inspect(fn, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Field:
			for _, name := range n.Names {
				own[name.Name] = true
			}
		case *ast.ValueSpec:
			for _, name := range n.Names {
				own[name.Name] = true
			}
		case *ast.AssignStmt:
			for _, left := range n.Lhs {
				if id, ok := left.(*ast.Ident); ok && n.Tok == token.DEFINE {
					own[id.Name] = true
				}
			}
		case *ast.RangeStmt:
			for _, e := range []ast.Expr{n.Key, n.Value} {
				if id, ok := e.(*ast.Ident); ok {
					own[id.Name] = true
				}
			}
		}
		return true
	})
	return own
}

// Only the engine changes anything: it alone commits before it does. The suite of the actions does so on the world.
func TestOnlyTheEngineCallsDo(t *testing.T) {
	calls := 0
	for _, s := range tree(t) {
		ast.Inspect(s.file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || len(call.Args) != 2 { // the context, and what may be written
				return true
			}
			if f, ok := call.Fun.(*ast.SelectorExpr); ok && f.Sel.Name == "Do" && !s.test {
				calls++
				if s.dir != "internal/engine" && s.dir != "action/actiontest" {
					t.Errorf("%s: Do is called outside the engine", s.at(f))
				}
			}
			return true
		})
	}
	if calls == 0 {
		t.Error("nobody calls Do: this test looks for the wrong thing")
	}
}
