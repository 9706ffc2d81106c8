package main

import (
	"slices"

	"github.com/ripostehq/riposte/internal/config"
	"github.com/ripostehq/riposte/internal/permissions"
	"github.com/ripostehq/riposte/playbook"
)

type permissionsVerb struct {
	configFlag
	IDs  []string `arg:"" optional:"" name:"id" help:"Playbooks to grant for. Default: all that the configuration lets act or ask, and all reads."`
	Tier string   `enum:",audit,report,contain,author,destroy" default:"" placeholder:"TIER" help:"Print this tier's document alone: audit, report, contain, author, destroy."`
}

func (permissionsVerb) Help() string {
	return `One role per tier of rights, so that they can be granted one by one: audit is enough to observe; contain attaches the
pre-deployed deny policies, which are printed too, and can't write a policy; author and destroy are off unless the
configuration names their roles. Without a configuration, everything that the catalogue could need.

Examples:

  riposte permissions
  riposte permissions launch.unapproved-image --format json
  riposte permissions --tier contain > contain.json`
}

// Run prints the policies.
func (v permissionsVerb) Run(sh *shell) error {
	wanted, reports, err := v.wanted(sh)
	if err != nil {
		return err
	}
	grants, err := grants(wanted)
	if err != nil {
		return err
	}
	if !reports {
		grants = slices.DeleteFunc(grants, func(g grant) bool { return g.Tier == permissions.Report })
	}
	if v.Tier != "" {
		return sh.onlyTier(grants, v.Tier)
	}
	for i, g := range grants {
		if err := sh.grant(g, i == 0); err != nil {
			return err
		}
	}
	return nil
}

// wanted are the playbooks that rights are printed for, and whether findings are filed: a playbook that only observes
// changes nothing.
func (v permissionsVerb) wanted(sh *shell) (of []playbook.Definition, reports bool, err error) {
	if len(v.IDs) > 0 {
		of, err = sh.named(v.IDs)
		return of, true, err
	}
	c, err := v.load(sh)
	if err != nil {
		return nil, false, err
	}
	if c.File == "" {
		return sh.catalogue, true, nil
	}
	for _, p := range c.Playbooks() {
		d := p.Definition // as it is bound: with the changes that its parameters leave
		if c.Boldest(d.ID) == config.Observe {
			d = readOnly(d)
			sh.remark("%s only observes: it needs no more than audit", d.ID)
		}
		of = append(of, d)
	}
	return of, c.Report.SecurityHub, nil
}

// readOnly is a playbook without its changes: it still looks at what it would do.
func readOnly(d playbook.Definition) playbook.Definition {
	d.Reads = slices.Clone(d.Reads)
	for _, k := range d.Changes {
		d.Reads = append(d.Reads, k.Reads...)
	}
	d.Changes = nil
	return d
}

func (sh *shell) named(ids []string) (out []playbook.Definition, err error) {
	for _, id := range ids {
		d, err := sh.find(id)
		if err != nil {
			return nil, err
		}
		out = append(out, d)
	}
	return out, nil
}
