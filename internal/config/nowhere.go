package config

import (
	"maps"
	"slices"

	"github.com/ripostehq/riposte/internal/spelling"
	"github.com/ripostehq/riposte/internal/strict"
)

// nowhere is what is named, and is nothing that the rest of the file has: it spares and asks nobody.
func (k checker) nowhere() {
	named := slices.Concat(k.c.Approval.Approvers, k.c.Approval.Contain.Chain, k.c.Owners.names())
	for _, name := range slices.Sorted(maps.Keys(k.c.Groups)) {
		if !slices.Contains(named, name) && len(k.c.Owners.Tags) == 0 { // a tag may name any of them
			k.warn(k.at("people", "groups", name), "the group %s is named nowhere: put it into approval.approvers, approval.contain.chain or owners, or leave it out", name)
		}
	}
	for user := range k.c.People.Users {
		if parts, _ := arn(user); !k.ours(parts[4]) {
			k.warn(k.at("people", "users", user), "account %s is not in organization.accounts: nobody there is ever met; list it, or mend the ARN", parts[4])
		}
	}
	for _, p := range k.c.Playbooks {
		in, ok := k.c.params[p.ID].(interface{ InEnvironments() []string })
		at, said := k.said("playbooks", p.ID, "params", "environments")
		if !ok || !said || len(k.c.accounts) == 0 {
			continue
		}
		for i, e := range in.InEnvironments() {
			if !slices.ContainsFunc(k.c.Organization.Accounts, func(a Account) bool { return a.Environment == e }) {
				k.warn(at.At(i), "no account of organization.accounts is in the environment %q%s", e, spelling.Among(e, k.environments()))
			}
		}
	}
}

// unreachable refuses environments in which a playbook would never find anything: no account is in them, and each account is in another one. An account
// whose environment is not said, as one that is discovered, is in all of them.
func (k checker) unreachable() {
	all := k.c.Organization.Accounts
	if len(all) == 0 || k.c.Organization.Discover || slices.ContainsFunc(all, func(a Account) bool { return a.Environment == "" }) {
		return
	}
	for _, p := range k.c.Playbooks {
		in, ok := k.c.params[p.ID].(interface{ InEnvironments() []string })
		at, said := k.said("playbooks", p.ID, "params", "environments")
		if !ok || !said || slices.ContainsFunc(in.InEnvironments(), func(e string) bool { return slices.Contains(k.environments(), e) }) {
			continue
		}
		for i, e := range in.InEnvironments() {
			at.At(i).Complain("no account of organization.accounts is in the environment %q, so that %s never finds anything%s", e, p.ID, spelling.Among(e, k.environments()))
		}
	}
}

// said is where the file says something, and whether it does.
func (k checker) said(path ...any) (strict.Node, bool) {
	at := k.root
	for _, step := range path {
		next := at.At(step)
		if next == at {
			return at, false
		}
		at = next
	}
	return at, true
}

// environments are those that accounts are in.
func (k checker) environments() (all []string) {
	for _, a := range k.c.Organization.Accounts {
		if a.Environment != "" && !slices.Contains(all, a.Environment) {
			all = append(all, a.Environment)
		}
	}
	return all
}
