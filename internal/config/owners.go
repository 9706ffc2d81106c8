package config

import (
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/ripostehq/riposte/action"
)

// Owners says whose things are, in the order in which it is looked up: by name, by tags, the one of who made them last, by account.
type Owners struct {
	Resources map[string]string `yaml:"resources" help:"By exact ARN: a group, or an address."`
	Tags      []string          `yaml:"tags" help:"Keys of tags whose value is a group, or an address of people.domains, the one that counts most first. Whoever may tag says so: such an owner is asked about what mends, and has no word in containment."`
	Creator   bool              `yaml:"creator" help:"Who made a thing owns it, where neither resources nor tags say: a person by Identity Center or people.users, as CloudTrail's event history of 90 days has the call, else whom the tag of ownership.creator names. As with tags, such an owner is asked about what mends, and has no word in containment."`
	Accounts  map[string]string `yaml:"accounts" help:"By account: a group, or an address."`
	Fallback  string            `yaml:"fallback" help:"The group that is told of what nobody owns, and of what its owner could not be told."`
}

// names are the groups and addresses that own something by the file's word.
func (o Owners) names() []string {
	all := slices.AppendSeq(slices.Collect(maps.Values(o.Accounts)), maps.Values(o.Resources))
	if o.Fallback != "" {
		all = append(all, o.Fallback)
	}
	return all
}

// OwnersOf are the addresses of the owners of accounts.
func (c *Config) OwnersOf() map[string][]string {
	all := map[string][]string{}
	for account, who := range c.Owners.Accounts {
		all[account] = c.members(who)
	}
	return all
}

// Members are the addresses that a name stands for: of a group, or itself.
func (c *Config) Members(name string) []string { return c.members(name) }

// CreatorTag is the tag by which ownership.creator names who made a thing, "" where that says nothing of owners.
func (c *Config) CreatorTag() string {
	if !c.Owners.Creator {
		return ""
	}
	if named, ok := c.params["ownership.creator"].(interface{ TagKeys() []string }); ok && len(named.TagKeys()) > 0 {
		return named.TagKeys()[0]
	}
	return action.TagPrefix + "creator"
}

// ownerTags are the keys of tags that say whose a thing is.
func (c *Config) ownerTags() []string {
	keys := slices.Clone(c.Owners.Tags)
	if key := c.CreatorTag(); key != "" {
		keys = append(keys, key)
	}
	return keys
}

// owners checks whose things are.
func (k checker) owners() {
	o, at := k.c.Owners, k.at("owners")
	for account, who := range o.Accounts {
		at := at.At("accounts", account)
		switch {
		case !accountID.MatchString(account):
			at.Complain("%q is no account: want twelve digits, in quotes", account)
		case !k.ours(account):
			at.Complain("account %s is not in organization.accounts", account)
		}
		k.who(at, who)
	}
	for resource, who := range o.Resources {
		at := at.At("resources", resource)
		if parts := k.exact("owners.resources", resource, at); parts != nil {
			k.place(at, parts)
		}
		k.who(at, who)
	}
	for i, tag := range o.Tags {
		at := at.At("tags", i)
		switch {
		case tag == "" || len(tag) > 128 || strings.HasPrefix(strings.ToLower(tag), "aws:"): // EC2, CreateTags: aws: is AWS's own
			at.Complain("want the key of a tag, not aws:")
		case slices.Index(o.Tags, tag) < i:
			at.Complain("the tag %s is there twice", tag)
		}
	}
	if len(o.Tags) > 0 && len(k.c.Domains) == 0 {
		at.At("tags").Complain("whoever may tag could have anybody in the world written to: name people.domains")
	}
	if o.Fallback != "" {
		k.group(at.At("fallback"), o.Fallback)
	}
}

func ownerChanges(old, now *Config) []Change {
	was, is := old.Owners, now.Owners
	out := weakerWhere(true, !reflect.DeepEqual(old.OwnersOf(), now.OwnersOf()), "owners: other people may approve and undo what is done in accounts")
	out = append(out, weakerWhere(true, !maps.Equal(was.Resources, is.Resources), "owners.resources: other people own single things")...)
	out = append(out, entries(was.Tags, is.Tags, Change{"owners.tags: what the tag %s says counts now", true}, Change{"owners.tags: what the tag %s says does not count any more", false})...)
	if was.Creator != is.Creator {
		out = append(out, Change{map[bool]string{true: "owners.creator: whoever made a thing owns it now", false: "owners.creator: whoever made a thing does not own it any more"}[is.Creator], is.Creator})
	}
	return append(out, weakerWhere(is.Fallback == "", was.Fallback != is.Fallback, "owners.fallback: %s", orNobody(is.Fallback)+", was: "+orNobody(was.Fallback))...)
}

func orNobody(name string) string {
	if name == "" {
		return "nobody"
	}
	return name
}

func groupChanges(old, now *Config) (out []Change) {
	out = weakerWhere(false, !reflect.DeepEqual(old.Groups, now.Groups), "people.groups: changed") // what they are for says whether that weakens
	for _, name := range slices.Sorted(maps.Keys(now.Groups)) {
		was, is := old.Groups[name], now.Groups[name]
		told := was.Slack != is.Slack || was.Mail != is.Mail || was.Page && !is.Page
		out = append(out, weakerWhere(true, told, "people.groups.%s: it is told elsewhere, or not paged", name)...)
	}
	return out
}
