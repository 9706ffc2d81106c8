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

func (g granting) all(of []playbook.Definition) (out []grant, err error) {
	tiers, err := g.roles.For(of, g.kinds)
	if err != nil {
		return nil, err
	}
	tiers = slices.DeleteFunc(tiers, g.off)
	for _, add := range []func([]permissions.TierPolicy) ([]grant, error){g.entered, lyingReady, g.own, g.guardrail} {
		more, err := add(tiers)
		if err != nil {
			return nil, err
		}
		out = append(out, more...)
	}
	return out, nil
}

// off is a tier without a role, where others have one: riposte does without it.
func (g granting) off(t permissions.TierPolicy) bool {
	named := func(tier string) bool { return g.roles.ByTier[tier] != "" }
	return slices.ContainsFunc(slices.Collect(maps.Keys(g.roles.ByTier)), named) && !named(t.Tier)
}

// entered are the roles of the tiers.
func (g granting) entered(tiers []permissions.TierPolicy) (out []grant, err error) {
	trust, err := permissions.Trust(g.trustee)
	if err != nil {
		return nil, err
	}
	entry, err := trust.JSON()
	if err != nil {
		return nil, err
	}
	for _, t := range tiers {
		doc, err := t.Document.JSON()
		if err != nil {
			return nil, fmt.Errorf("permissions of tier %q: %w", t.Tier, err)
		}
		out = append(out, grant{Tier: t.Tier, Role: t.Role, For: t.For, Document: doc, Trust: entry})
	}
	return out, nil
}

// lyingReady are the policies that one of the tiers attaches.
func lyingReady(tiers []permissions.TierPolicy) (out []grant, err error) {
	if !slices.ContainsFunc(tiers, func(t permissions.TierPolicy) bool { return t.Attaches() }) {
		return nil, nil
	}
	ready, err := permissions.Predeployed()
	if err != nil {
		return nil, err
	}
	for _, p := range ready {
		out = append(out, grant{Policy: p.Name, For: p.For, Document: p.Document})
	}
	return out, nil
}

func (g granting) own(tiers []permissions.TierPolicy) ([]grant, error) {
	t, err := g.roles.Own(g.hub, tiers)
	if err != nil {
		return nil, err
	}
	doc, err := t.Document.JSON()
	if err != nil {
		return nil, fmt.Errorf("permissions of tier %q: %w", t.Tier, err)
	}
	return []grant{{Tier: t.Tier, Role: t.Role, For: t.For, Document: doc}}, nil
}

func (g granting) guardrail([]permissions.TierPolicy) ([]grant, error) {
	d, err := g.roles.Guardrail(g.deployers)
	if err != nil {
		return nil, err
	}
	doc, err := d.JSON()
	if err != nil {
		return nil, err
	}
	const why = "keeps everybody but riposte from taking off what it attaches, and from changing what it runs on"
	return []grant{{Guardrail: "riposte-guardrail", For: why, Document: doc, Note: permissions.GuardrailNote}}, nil
}

func (sh *shell) onlyTier(all []grant, tier string) error {
	i := slices.IndexFunc(all, func(g grant) bool { return g.Tier == tier })
	if i < 0 {
		return fmt.Errorf("nothing that is enabled needs the tier %s", tier)
	}
	if sh.json() {
		return sh.object(all[i])
	}
	return sh.document(all[i].Document)
}

func (sh *shell) grant(g grant, first bool) error {
	if sh.json() {
		return sh.object(g)
	}
	if !first {
		if err := sh.line(""); err != nil {
			return err
		}
	}
	if err := sh.heading(g); err != nil {
		return err
	}
	if err := sh.document(g.Document); err != nil || g.Trust == nil {
		return err
	}
	if err := sh.line("# trust policy of %s", g.Role); err != nil {
		return err
	}
	return sh.document(g.Trust)
}

func (sh *shell) heading(g grant) error {
	switch {
	case g.Policy != "":
		return sh.line("# policy %s, to be deployed in every account: %s", g.Policy, g.For)
	case g.Guardrail != "":
		if err := sh.line("# service control policy %s, for the organisation: %s", g.Guardrail, g.For); err != nil {
			return err
		}
		return sh.line("# %s", g.Note)
	}
	return sh.line("# %s, role %s: %s", g.Tier, g.Role, g.For)
}

func (sh *shell) document(d []byte) error {
	var b bytes.Buffer
	if err := json.Indent(&b, d, "", "  "); err != nil {
		return fmt.Errorf("print policy: %w", err)
	}
	return sh.text(b.String() + "\n")
}

// text prints what riposte itself wrote, as it is.
func (sh *shell) text(s string) error {
	if _, err := fmt.Fprint(sh.out, s); err != nil {
		return fmt.Errorf("print: %w", err)
	}
	return nil
}
