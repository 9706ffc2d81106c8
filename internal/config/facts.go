package config

import (
	"fmt"
	"slices"

	"github.com/ripostehq/riposte/playbook"
)

// Facts are what playbooks may know of the organisation, but for its accounts, which are looked up.
func (c *Config) Facts() playbook.Organization {
	o := playbook.Organization{
		Environments: map[string]string{}, People: c.People, Offices: c.offices, Egress: c.egress, Vendors: map[string]string{}, Decoys: c.decoys(), OwnerTags: c.ownerTags(), Guarded: c.guarded(),
		Regions: slices.Clone(c.Organization.Regions),
	}
	for id, a := range c.accounts {
		o.Environments[id] = a.Environment
	}
	for _, v := range c.Organization.Vendors {
		o.Vendors[v.ID] = v.Name
	}
	for i, t := range c.Trusted {
		if t.ID != "" {
			o.Automation = append(o.Automation, playbook.Automation{ID: t.ID, Playbooks: t.Playbooks, Said: fmt.Sprintf("trusted[%d]", i)})
		}
	}
	return o
}

// guarded are the principals that nothing is mended of.
func (c *Config) guarded() (g playbook.Guarded) {
	g.Named = slices.Clone(c.Untouchable)
	for _, b := range c.BreakGlass {
		g.Named = append(g.Named, b.ARN)
		if b.ID != "" {
			g.Known = append(g.Known, b.ID)
		}
	}
	for _, t := range c.Organization.Roles.Tiers() {
		if t.Role != "" {
			g.Own = append(g.Own, t.Role)
		}
	}
	return g
}

// decoys are the ids that parameters of playbooks name as such.
func (c *Config) decoys() (all playbook.Decoys) {
	for _, p := range c.Playbooks {
		if names, ok := c.params[p.ID].(interface{ Decoys() playbook.Decoys }); ok {
			all = append(all, names.Decoys()...)
		}
	}
	return all
}

// decoys refuses a decoy that is also relied on: what a thief gets hold of first would be let through.
func (k checker) decoys() {
	decoys := k.c.decoys()
	for i, t := range k.c.Trusted {
		if slices.Contains(decoys, t.ID) {
			k.at("trusted", i, "id").Complain("%s is a decoy of playbooks: a decoy is never trusted", t.ID)
		}
	}
	for i, p := range k.c.BreakGlass {
		if slices.Contains(decoys, p.ID) {
			k.at("break_glass", i, "id").Complain("%s is a decoy of playbooks: it would never be contained", p.ID)
		}
	}
}

func (k checker) vendors(all []Vendor) {
	for i, v := range all {
		at := k.at("organization", "vendors", i, "id")
		first := slices.IndexFunc(all, func(o Vendor) bool { return o.ID == v.ID })
		_, listed := k.c.accounts[v.ID]
		switch {
		case !accountID.MatchString(v.ID):
			at.Complain("a vendor needs the id of its account: twelve digits in quotes, without hyphens; leading zeros count")
		case first < i:
			at.Complain("account %s is there twice: first in line %d", v.ID, k.at("organization", "vendors", first, "id").Line())
		case listed:
			at.Complain("account %s is in organization.accounts: it is ours, or a vendor's", v.ID)
		case v.Name == "":
			k.warn(at, "any share with account %s is left alone, by whichever caller: name the vendor", v.ID)
		}
	}
}
