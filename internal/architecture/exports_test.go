package architecture

import (
	"go/ast"
	"strings"
	"testing"
)

// What a replay reads it does nothing about, so that it may take records out of any text. A service acts: somebody who writes
// a record into a text of his own must not be believed, so that nothing but the replay opens exports.
func TestOnlyTheReplayOpensExports(t *testing.T) {
	used := 0
	for _, s := range tree(t) {
		if s.test {
			continue
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			name := ""
			switch n := n.(type) {
			case *ast.SelectorExpr:
				if x, ok := n.X.(*ast.Ident); ok && x.Name == "event" {
					name = n.Sel.Name
				}
			case *ast.AssignStmt:
				if f, ok := n.Lhs[0].(*ast.SelectorExpr); ok && f.Sel.Name == "Exported" {
					name = "Exported"
				}
			}
			if name != "Exported" && name != "DecodeExported" {
				return true
			}
			used++
			if !strings.HasPrefix(s.path, "internal/app/replay") {
				t.Errorf("%s: opens exports outside the replay", s.at(n))
			}
			return true
		})
	}
	if used < 3 {
		t.Errorf("%d uses found: this test looks for the wrong thing", used)
	}
}
