package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/internal/permissions"
	"github.com/ripostehq/riposte/playbook"
)

// grant is what --format json prints per policy: a role's, one to deploy beforehand, or the guardrail.
type grant struct {
	Tier      string          `json:"tier,omitempty"`
	Role      string          `json:"role,omitempty"`
	Policy    string          `json:"policy,omitempty"`    // name of a managed policy that must lie ready
	Guardrail string          `json:"guardrail,omitempty"` // name of a service control policy
	For       string          `json:"for"`
	Document  json.RawMessage `json:"document"`
	Trust     json.RawMessage `json:"trust,omitempty"` // of the role
	Note      string          `json:"note,omitempty"`
}

// granting is one deployment: whose rights, for whom.
type granting struct {
	kinds     []action.Kind
	roles     permissions.Roles
	trustee   permissions.Trustee
	hub       permissions.Hub
	deployers []string
}

// all are the roles of the tiers with their trust policies, what they attach and must lie ready, what riposte itself may do,
// and the guardrail.
func (g granting) all(of []playbook.Definition) (out []grant, err error) {
	tiers, err := g.roles.For(of, g.kinds)
	if err != nil {
		return nil, err
	}
	named := func(tier string) bool { return g.roles.ByTier[tier] != "" }
	if slices.ContainsFunc(slices.Collect(maps.Keys(g.roles.ByTier)), named) { // riposte does without a tier that has no role, where others have one
		tiers = slices.DeleteFunc(tiers, func(t permissions.TierPolicy) bool { return !named(t.Tier) })
	}
	own, err := g.roles.Own(g.hub, tiers)
	if err != nil {
		return nil, err
	}
	trust, err := permissions.Trust(g.trustee)
	if err != nil {
		return nil, err
	}
	entry, err := trust.JSON()
	if err != nil {
		return nil, err
	}
	for _, t := range append(slices.Clip(tiers), own) {
		doc, err := t.Document.JSON()
		if err != nil {
			return nil, fmt.Errorf("permissions of tier %q: %w", t.Tier, err)
		}
		out = append(out, grant{Tier: t.Tier, Role: t.Role, For: t.For, Document: doc, Trust: entry})
	}
	out[len(tiers)].Trust = nil // riposte's own role is entered by what runs it
	if operate, ok := g.roles.Operate(g.hub); ok {
		doc, err := operate.Document.JSON()
		if err != nil {
			return nil, fmt.Errorf("permissions of tier %q: %w", operate.Tier, err)
		}
		out = append(out, grant{Tier: operate.Tier, Role: operate.Role, For: operate.For, Document: doc})
	}

	ready, err := permissions.Predeployed()
	if err != nil {
		return nil, err
	}
	if slices.ContainsFunc(tiers, permissions.TierPolicy.Attaches) {
		for i, p := range ready {
			out = slices.Insert(out, len(tiers)+i, grant{Policy: p.Name, For: p.For, Document: p.Document})
		}
	}

	rail, err := g.roles.Guardrail(g.deployers)
	if err != nil {
		return nil, err
	}
	doc, err := rail.JSON()
	if err != nil {
		return nil, err
	}
	const why = "keeps all but riposte from taking off what it attaches, and from changing what it runs on"
	return append(out, grant{Guardrail: "riposte-guardrail", For: why, Document: doc, Note: permissions.GuardrailNote}), nil
}

func (sh *shell) grant(g grant, first bool) {
	if sh.json() {
		sh.object(g)
		return
	}
	if !first {
		sh.line("")
	}
	switch {
	case g.Policy != "":
		sh.line("# policy %s, to be deployed in every account: %s", g.Policy, g.For)
	case g.Guardrail != "":
		sh.line("# service control policy %s, for the organisation: %s", g.Guardrail, g.For)
		sh.line("# %s", g.Note)
	default:
		sh.line("# %s, role %s: %s", g.Tier, g.Role, g.For)
	}
	sh.document(g.Document)
	if g.Trust != nil {
		sh.line("# trust policy of %s", g.Role)
		sh.document(g.Trust)
	}
}

func (sh *shell) document(d []byte) {
	var b bytes.Buffer
	sh.printed(json.Indent(&b, d, "", "  "))
	sh.text(b.String() + "\n")
}
