// Package owner says whose a resource is, and how that is known. It is pure: the configuration, and what a check saw.
package owner

import (
	"fmt"
	"strings"
	"time"

	"github.com/ripostehq/riposte/internal/config"
	"github.com/ripostehq/riposte/internal/ledger"
)

// By is what says whose a resource is.
type By string

const (
	Nothing  By = ""
	File     By = "file"     // owners.resources
	Tag      By = "tag"      // owners.tags: whoever may tag says so
	Creator  By = "creator"  // owners.creator: the tag of ownership.creator, which whoever may tag can write as well
	Account  By = "account"  // owners.accounts
	Fallback By = "fallback" // owners.fallback: nobody's
)

// Owner is whose a resource is: a person by address, or a group by name, whose members are People.
type Owner struct {
	Address string
	Group   string
	By      By
	How     string // in words: by the tag owner
	At      time.Time
	People  []string  // addresses, as people.aliases has them
	Ignored []Ignored // tags that name nobody who may be written to
}

// Ignored is a tag whose value is neither a group nor an address of people.domains.
type Ignored struct{ Tag, Value string }

// Tagged reports whether the owner is known by a tag alone: such a one has no word in containment, and takes no exception in production.
func (o Owner) Tagged() bool { return o.By == Tag || o.By == Creator }

// OfCase is whose the root of a case is.
func OfCase(c *config.Config, of *ledger.Case) Owner {
	tags, at := map[string]string{}, time.Time{}
	for _, l := range of.Suspects {
		if len(l.Tags) > 0 && l.Checked != "dismissed" { // as the last check saw them
			tags, at = l.Tags, l.Origin.Received
		}
	}
	return Of(c, of.Root.String(), of.Root.Account, tags, at)
}

// Of is whose a resource is: by its name, by its tags, as they were seen at a moment, by who made it, by its account.
func Of(c *config.Config, resource, account string, tags map[string]string, at time.Time) Owner {
	o := Owner{At: at}
	if who, ok := c.Owners.Resources[resource]; ok {
		return o.named(c, who, File, "by owners.resources")
	}
	for _, key := range c.Owners.Tags {
		value, ok := tags[key]
		if !ok {
			continue
		}
		if who := believed(c, value); who != "" {
			return o.named(c, who, Tag, "by the tag "+key)
		}
		o.Ignored = append(o.Ignored, Ignored{key, value})
	}
	if key := c.CreatorTag(); key != "" && tags[key] != "" {
		if who := c.People.Address(tags[key]); plain(who) && c.Within(who) {
			return o.named(c, who, Creator, fmt.Sprintf("made it (the tag %s)", key))
		}
		o.Ignored = append(o.Ignored, Ignored{key, tags[key]})
	}
	if who, ok := c.Owners.Accounts[account]; ok {
		return o.named(c, who, Account, "by owners.accounts")
	}
	if c.Owners.Fallback != "" {
		return o.named(c, c.Owners.Fallback, Fallback, "nobody is known to own it (owners.fallback)")
	}
	return o
}

// believed is the group or the address that a tag names, "" where it names nobody who may be written to.
func believed(c *config.Config, value string) string {
	value = strings.ToLower(strings.TrimSpace(value))
	if strings.Contains(value, "@") {
		if !plain(value) || !c.Within(value) {
			return ""
		}
		return value
	}
	if _, ok := c.Groups[value]; ok {
		return value
	}
	return ""
}

// plain reports whether an address is one, and nothing else: no list, no name around it.
func plain(address string) bool {
	name, _, _ := strings.Cut(address, "@")
	return name != "" && strings.Count(address, "@") == 1 && !strings.ContainsFunc(address, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || strings.ContainsRune("@.!#$%&'*+-/=?^_`{|}~", r))
	})
}

func (o Owner) named(c *config.Config, who string, by By, how string) Owner {
	o.By, o.How, o.People = by, how, c.Members(who)
	if strings.Contains(who, "@") {
		o.Address = c.People.Address(who)
	} else {
		o.Group = who
	}
	return o
}
