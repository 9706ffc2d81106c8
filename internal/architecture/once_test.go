package architecture

import (
	"go/ast"
	"go/token"
	"strconv"
	"strings"
	"testing"

	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
)

// spellsCalls are files that write calls as text because they are policies, in which most lines are patterns.
var spellsCalls = map[string]bool{
	"action/deny_document.go": true, "internal/permissions/trust.go": true, "internal/deployment/cloudformation.go": true,
}

// TestACallAndATypeAreWrittenOnce: what is known of a call stands in package call, of a type in event/types.go. Where the name
// is spelled again, a mistake in it is found by nobody.
func TestACallAndATypeAreWrittenOnce(t *testing.T) {
	constant := map[string]string{}
	for _, c := range call.All() {
		constant[string(c.ID)] = "a constant of package call"
	}
	for _, kind := range event.Types() {
		constant[kind] = "a constant of event/types.go"
	}
	for _, s := range tree(t) {
		if s.test || s.dir == "call" || s.path == "event/types.go" || spellsCalls[s.path] || under(s.dir, "iam") || strings.HasPrefix(s.dir, "internal/world") { // iam knows nothing of riposte
			continue
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			lit, ok := n.(*ast.BasicLit)
			if !ok || lit.Kind != token.STRING {
				return true
			}
			if text, err := strconv.Unquote(lit.Value); err == nil && constant[text] != "" {
				t.Errorf("%s: %q is %s", s.at(n), text, constant[text])
			}
			return true
		})
	}
}
