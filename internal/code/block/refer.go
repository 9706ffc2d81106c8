package block

import (
	"regexp"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// place is where something stands.
type place struct {
	file string
	at   hcl.Range
}

// references are the first place of each address that is named in the folder, by type and name.
type references map[string]place

// referrer is the first place in the folder that names the block: by a traversal, in whatever block, moved and import too, or by a text, as
// depends_on once took.
func (b *Block) referrer() (at place, found bool) {
	if b.module.references == nil {
		b.module.references = refer(b.module.files)
	}
	for _, key := range []string{b.at.Labels[0] + "." + b.at.Labels[1], b.at.Labels[0] + ".*"} {
		if at, found = b.module.references[key]; found {
			return at, true
		}
	}
	return at, false
}

func refer(files []file) references {
	found := references{}
	for _, f := range files {
		add := func(address string, at hcl.Range) {
			if _, known := found[address]; !known && address != "" {
				found[address] = place{f.name, at}
			}
		}
		visit := func(n hclsyntax.Node) hcl.Diagnostics {
			switch x := n.(type) {
			case *hclsyntax.ScopeTraversalExpr:
				add(named(x.Traversal), x.Range())
			case *hclsyntax.LiteralValueExpr:
				if x.Val.Type() == cty.String && !x.Val.IsNull() {
					add(address.FindString(x.Val.AsString()), x.Range())
				}
			}
			return nil
		}
		_ = hclsyntax.VisitAll(f.body, visit) // its only errors are the visitor's, which has none
	}
	return found
}

// address is how a text names a resource.
var address = regexp.MustCompile(`^[a-z0-9_]+\.[A-Za-z0-9_-]+`)

// named is the type and the name that a traversal begins with: with a star, where it could be any of the type.
func named(t hcl.Traversal) string {
	if len(t) < 2 {
		return ""
	}
	switch step := t[1].(type) {
	case hcl.TraverseAttr:
		return t.RootName() + "." + step.Name
	case hcl.TraverseIndex:
		if step.Key.Type() == cty.String && step.Key.IsKnown() && !step.Key.IsNull() {
			return t.RootName() + "." + step.Key.AsString()
		}
	}
	return t.RootName() + ".*"
}
