package playbook

import (
	"context"
	"net/netip"
	"slices"
	"strings"

	"github.com/ripostehq/riposte/event"
)

// Organization is what a check may know of the organisation, from the configuration. What only the caller says of itself, a
// session's name, is no fact.
type Organization struct {
	// Accounts tells which are ours: an error where it is not known yet; nil: of no account it is known.
	Accounts func(ctx context.Context, account string) (bool, error)
	// Environments are what the configuration calls the accounts: production, development. An account that is not listed has none.
	Environments map[string]string
	Regions      []string // that are defended; none: all that an account has
	People       event.People
	Offices      Ranges            // ways out of the organisation's own places, where its people sit
	Egress       Ranges            // ways out that instances of any account share: a central NAT, an inspection VPC, a proxy
	Vendors      map[string]string // accounts of others that may be given data, and what they are called, "" where that is not said
	Automation   []Automation
	Decoys       Decoys
	OwnerTags    []string // keys of tags that say whose a thing is: of a suspect's tags the others are not kept
	Guarded      Guarded
}

// Guarded are roles and users that the configuration takes out of what is mended without an attack: break-glass principals, what is untouchable
// and riposte's own roles. The gate holds steps against them; a sweep that finds them anew each day would tell of nothing that may be done.
type Guarded struct {
	Named []string // ARNs
	Known []string // unique ids: AROA..., AIDA...
	Own   []string // riposte's own roles, by name and path, in each account of the organisation
}

// Has reports whether a role or user is among them. An empty id is nobody's.
func (g Guarded) Has(r event.Resource, id string) bool {
	own := func(name string) bool { return strings.TrimPrefix(name, "/") == strings.TrimPrefix(r.ID, "/") }
	return slices.Contains(g.Named, r.String()) || id != "" && slices.Contains(g.Known, id) || r.Type == event.Role && slices.ContainsFunc(g.Own, own)
}

// Automation is a role or user that may do what some playbooks find, known by its unique id: what is trusted by an ARN alone is for the gate, which
// lets it through and pages.
type Automation struct {
	ID        string   // AROA..., AIDA...
	Playbooks []string // ids, or themes as "launch.*"
	Said      string   // where the configuration says so: trusted[0]
}

// Decoys are ids of keys, users and roles that are laid out for thieves. An actor that has one is neither trusted automation nor break-glass.
type Decoys []string

// Has reports whether an actor calls by a decoy.
func (d Decoys) Has(a event.Actor) bool {
	return slices.ContainsFunc(d, func(id string) bool { return id != "" && (id == a.AccessKey || id == a.UniqueID()) })
}

// Covers reports whether a pattern, an id or a theme as "launch.*", means a playbook.
func Covers(pattern, id string) bool {
	theme, all := strings.CutSuffix(pattern, "*")
	return pattern == id || all && strings.HasPrefix(id, theme)
}

// Automated says by what of the configuration the role or user of a unique id may do what a playbook finds, "" where by nothing. A decoy never may.
func (o Organization) Automated(id, playbook string) (said string) {
	i := slices.IndexFunc(o.Automation, func(a Automation) bool {
		return a.ID == id && slices.ContainsFunc(a.Playbooks, func(pattern string) bool { return Covers(pattern, playbook) })
	})
	if i < 0 || id == "" || slices.Contains(o.Decoys, id) {
		return ""
	}
	return o.Automation[i].Said
}

// Has reports whether an account belongs to the organisation.
func (o Organization) Has(ctx context.Context, account string) (bool, error) {
	if o.Accounts == nil {
		return false, nil
	}
	return o.Accounts(ctx, account)
}

// Person returns the human behind an actor, "" where none is known. It is a hint for whom to ask or tell, and never a reason to
// spare or to trust: the issuers are configured, the name is the session's, as the caller gave it at sign-in.
func (o Organization) Person(a event.Actor) string { return o.People.Person(a) }

// Who returns the name by which what an actor does counts together: a person's, whatever the account and permission set; a user's
// or the root user's id; of another role's session the role's id and the session's name, which the caller chose. It is empty
// where the record names no caller, and where AWS acted for itself. Like Person it is no reason to trust.
func (o Organization) Who(a event.Actor) string {
	switch person := o.Person(a); {
	case a.ByAWS():
		return ""
	case person != "":
		return "person " + person
	}
	return a.Credential()
}

// ByPerson reports whether a person called, as far as the organisation knows people (Persons). It tells whom a playbook is about, and is never a
// reason to trust.
func (o Organization) ByPerson(a event.Actor, users bool) bool {
	return Persons{o.People, users}.Has(a)
}

// InEnvironment reports whether an account is in one of the environments. One whose environment is not said is in all of them: what is not known may
// be production.
func (o Organization) InEnvironment(account string, environments []string) bool {
	of := o.Environments[account]
	return of == "" || len(environments) == 0 || slices.Contains(environments, of)
}

// Ranges are blocks of addresses.
type Ranges []netip.Prefix

// Has reports whether an address is in one of them. An IPv4 address in IPv6's form is the IPv4 address.
func (r Ranges) Has(a netip.Addr) bool {
	return slices.ContainsFunc(r, func(p netip.Prefix) bool { return p.Contains(a.Unmap().WithZone("")) })
}

// mostOwnerTags and longestOwner bound what is kept of a resource's tags: whoever may tag writes them.
const mostOwnerTags, longestOwner = 5, 256

// ownerTags are those of a resource's tags that say whose it is.
func (o Organization) ownerTags(all map[string]string) map[string]string {
	var kept map[string]string
	for _, key := range o.OwnerTags {
		value, ok := all[key]
		if !ok || value == "" || len(value) > longestOwner || len(kept) == mostOwnerTags {
			continue
		}
		if kept == nil {
			kept = map[string]string{}
		}
		kept[key] = value
	}
	return kept
}
