package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/ripostehq/riposte/internal/permissions"
	"github.com/ripostehq/riposte/playbook"
)

// grant is what --format json prints per policy: a role's, or one to deploy beforehand.
type grant struct {
	Tier     string          `json:"tier,omitempty"`
	Role     string          `json:"role,omitempty"`
	Policy   string          `json:"policy,omitempty"` // name of a managed policy that must lie ready
	For      string          `json:"for"`
	Document json.RawMessage `json:"document"`
}

func grants(of []playbook.Definition) (out []grant, err error) {
	tiers, err := permissions.For(of)
	if err != nil {
		return nil, err
	}
	for _, t := range tiers {
		doc, err := t.Document.JSON()
		if err != nil {
			return nil, fmt.Errorf("permissions of tier %q: %w", t.Tier, err)
		}
		out = append(out, grant{Tier: t.Tier, Role: t.Role, For: t.For, Document: doc})
	}
	if !slices.ContainsFunc(tiers, func(t permissions.TierPolicy) bool { return t.Attaches() }) {
		return out, nil
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
	space := "\n"
	if first {
		space = ""
	}
	var err error
	if g.Policy != "" {
		err = sh.line(space+"# policy %s, to be deployed in every account: %s", g.Policy, g.For)
	} else {
		err = sh.line(space+"# %s, role %s: %s", g.Tier, g.Role, g.For)
	}
	if err != nil {
		return err
	}
	return sh.document(g.Document)
}

func (sh *shell) document(d []byte) error {
	var b bytes.Buffer
	if err := json.Indent(&b, d, "", "  "); err != nil {
		return fmt.Errorf("print policy: %w", err)
	}
	if _, err := fmt.Fprintln(sh.out, b.String()); err != nil {
		return fmt.Errorf("print: %w", err)
	}
	return nil
}
