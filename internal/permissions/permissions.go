// Package permissions writes the exact IAM policies that riposte's roles need, from what playbooks and actions say of
// themselves: one role per tier of rights, so that they can be granted one by one.
package permissions

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/iam"
	"github.com/ripostehq/riposte/playbook"
)

// The tiers that are no action's: reading, and importing findings.
const (
	Audit  = "audit"
	Report = "report"
)

// TierPolicy is what one role may do.
type TierPolicy struct {
	Tier     string // Audit, Report, or an action.Tier
	Role     string // the role's customary name: riposte-TIER
	For      string // one line for people
	Document iam.Document
}

// Roles are riposte's own in a deployment, where they differ from the customary names: none of its tiers may change them.
type Roles struct {
	ByTier     map[string]string // name, with path; where none is named, all have their customary names
	Principal  string            // ARN of the role that riposte runs as; "": not known
	Unreported bool              // no findings are imported
	TagPrefix  string            // of its own tags; "": the customary one
}

// For lists the tiers that the playbooks need to answer, weakest first, under their customary names. A tier that none of
// them needs is left out.
func For(playbooks []playbook.Definition, kinds []action.Kind) ([]TierPolicy, error) {
	return Roles{}.of(playbooks, kinds, nil)
}

// For is For of a deployment, where riposte also looks around: which regions are enabled, and, for riposte doctor, whether
// the rules, the denies, the isolating groups and Security Hub are there, and trusted and break-glass principals what they were; and looks up in
// the event history what the caller of an answered case did.
func (r Roles) For(playbooks []playbook.Definition, kinds []action.Kind) ([]TierPolicy, error) {
	return r.of(playbooks, kinds, map[string][]call.ID{
		Audit: {
			call.CloudTrailLookupEvents, call.EC2DescribeRegions, call.EC2DescribeSecurityGroups, call.EC2DescribeVpcs, call.EventsListRules, call.EventsListTargetsByRule,
			call.IAMGetPolicy, call.IAMGetPolicyVersion, call.IAMGetRole, call.IAMGetUser, call.SecurityHubDescribeHub,
			call.EC2DescribeInstances, call.IAMGetAccountAuthorizationDetails, call.LambdaListFunctions, // riposte paths
		},
		string(action.TierAuthor): decoys(playbooks),
	})
}

func (r Roles) of(playbooks []playbook.Definition, kinds []action.Kind, around map[string][]call.ID) ([]TierPolicy, error) {
	calls := maps.Clone(around)
	if calls == nil {
		calls = map[string][]call.ID{}
	}
	if !r.Unreported {
		calls[Report] = []call.ID{call.SecurityHubBatchImportFindings}
	}
	for _, p := range playbooks {
		calls[Audit] = append(calls[Audit], p.Reads...)
		for _, l := range p.Lists {
			calls[Audit] = append(calls[Audit], l.Reads...)
		}
	}
	keptOnly := true
	for _, k := range kindsOf(playbooks, kinds) {
		keptOnly = keptOnly && (k.Name == action.TerminateKept{}.About().Kind.Name || !slices.Contains(k.Writes, call.EC2TerminateInstances))
		calls[Audit] = append(calls[Audit], k.Reads...)
		calls[string(k.Tier)] = append(calls[string(k.Tier)], k.Writes...)
	}
	needed := slices.DeleteFunc(r.tiers(), func(t TierPolicy) bool { return len(calls[t.Tier]) == 0 })
	own := r.own(needed)
	for i, t := range needed {
		var err error
		if needed[i].Document, err = document(t.Tier, calls[t.Tier], own, r.tagKeys(playbooks), keptOnly); err != nil {
			return nil, err
		}
	}
	return needed, nil
}

// own returns the ARNs, exact but for partition and account, of the roles that there are: where some are named, the tiers of
// the others are switched off.
func (r Roles) own(tiers []TierPolicy) (arns []string) {
	named := slices.ContainsFunc(tiers, func(t TierPolicy) bool { return r.ByTier[t.Tier] != "" })
	for _, t := range tiers {
		if !named || r.ByTier[t.Tier] != "" {
			arns = append(arns, anywhere(t.Role))
		}
	}
	if r.Principal != "" {
		arns = append(arns, r.Principal)
	}
	return arns
}

// anywhere returns the ARN of a role, by name with path, in any account.
func anywhere(role string) string { return "arn:*:iam::*:role/" + strings.TrimPrefix(role, "/") }

func (r Roles) tiers() []TierPolicy {
	out := []TierPolicy{
		{Tier: Audit, For: "reads the present state; enough to observe"},
		{Tier: string(action.TierTag), For: "writes riposte's own tags, and no others"},
		{Tier: Report, For: "imports findings into Security Hub"},
		{Tier: string(action.TierContain), For: "contains and takes back; can't write a policy"},
		{Tier: string(action.TierMend), For: "makes snapshots, puts right what sweeps find, and gives back what was deleted; off unless the configuration names the role"},
		{Tier: string(action.TierAuthor), For: "writes denies of its own; off unless the configuration names the role"},
		{Tier: string(action.TierDestroy), For: "destroys; off unless the configuration names the role"},
	}
	for i, t := range out {
		out[i].Role = cmp.Or(r.ByTier[t.Tier], "riposte-"+t.Tier)
	}
	return out
}

// tagKeys are the keys of the tags that riposte writes: on what it changes, and as the playbooks' parameters name them.
func (r Roles) tagKeys(playbooks []playbook.Definition) (keys []string) {
	for _, t := range action.CaseTags(cmp.Or(r.TagPrefix, action.TagPrefix), "", "") {
		keys = append(keys, t.Key)
	}
	for _, p := range playbooks {
		keys = append(keys, p.TagKeys...)
		if slices.ContainsFunc(p.Changes, func(k action.Kind) bool { return k.Name == (action.Announce{}).About().Kind.Name }) {
			keys = append(keys, action.CaseTag, action.PlaybookTag, action.UnusedSinceTag, action.DeletesTag)
		}
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

// kindsOf returns the kinds of action that playbooks use, each with the kinds that take it back; what is changed is tagged.
func kindsOf(playbooks []playbook.Definition, kinds []action.Kind) []action.Kind {
	used := map[string]bool{}
	for _, p := range playbooks {
		changes := p.Changes
		if len(changes) > 0 {
			changes = append(slices.Clip(changes), action.PutTags{}.About().Kind)
		}
		for _, k := range changes {
			used[k.Name] = true
			for _, back := range WaysBack(k, kinds) {
				used[back.Name] = true
			}
		}
	}
	return slices.DeleteFunc(slices.Clone(kinds), func(k action.Kind) bool { return !used[k.Name] })
}

// WaysBack returns those of the kinds that take a kind's changes back: what mends, by one of the calls that could undo it; in
// the same tier or, where the way back is the more dangerous right, in the author's.
func WaysBack(k action.Kind, kinds []action.Kind) []action.Kind {
	if k.WayBack != "" {
		return slices.DeleteFunc(slices.Clone(kinds), func(back action.Kind) bool { return back.Name != k.WayBack })
	}
	if k.Final != "" || k.Class != action.Contain && k.Class != action.Mark {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(kinds), func(back action.Kind) bool {
		if k.Class == action.Mark {
			return back.Class != action.Mark || back.Name == k.Name
		}
		undoes := slices.ContainsFunc(back.Writes, func(w call.ID) bool { return slices.Contains(k.UndoneBy, w) })
		return back.Class != action.Mend || back.Tier != k.Tier && back.Tier != action.TierAuthor || !undoes
	})
}

// Deployed is a managed policy that must lie ready in every account, for the contain tier to attach.
type Deployed struct {
	Name     string
	For      string
	Document []byte
}

// Predeployed returns the policies that the contain tier attaches: it may attach these and no others. They deny everything: of
// a list, an attacker would find a call that lets another role work for them. Only contained principals have them attached.
func Predeployed() ([]Deployed, error) {
	deny, err := action.DenyDocument(action.Everything)
	if err != nil {
		return nil, err
	}
	return []Deployed{
		{action.DenyPolicy, "attached to a user or role that is contained", deny},
		{action.BoundaryPolicy, "set as the boundary of a user whose policies are full: with no Allow in it, nothing is left", deny},
	}, nil
}

// Attaches reports whether the tier's role attaches policies, which must lie ready then.
func (t TierPolicy) Attaches() bool {
	return slices.ContainsFunc(t.Document.Statement, func(s iam.Statement) bool {
		return slices.ContainsFunc(s.Action, func(a string) bool {
			return slices.Contains([]call.ID{call.IAMAttachUserPolicy, call.IAMAttachRolePolicy, call.IAMPutUserPermissionsBoundary}, call.ID(a))
		})
	})
}
