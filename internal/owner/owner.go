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
	Maker    By = "maker"    // owners.creator: whose call made it, by CloudTrail's event history
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
	Ignored []Ignored // what names nobody who may be written to

	unheeded string // why who made it counts for nothing
}

// Ignored is a value that is neither a group nor an address of people.domains, and what says it: the tag owner.
type Ignored struct{ By, Value string }

// Inferred reports whether the owner is known by a tag, or by having made it, alone: such a one has no word in containment, and takes no exception in
// production. Whoever may tag or make things becomes one.
func (o Owner) Inferred() bool { return o.By == Tag || o.By == Maker || o.By == Creator }

// OfCase is whose the root of a case is.
func OfCase(c *config.Config, of *ledger.Case) Owner {
	tags, at := map[string]string{}, time.Time{}
	for _, l := range of.Suspects {
		if len(l.Tags) > 0 && l.Checked != "dismissed" { // as the last check saw them
			tags, at = l.Tags, l.Origin.Received
		}
	}
	return whose(c, of.Root.String(), of.Root.Account, tags, of.Maker, at)
}

// MakerOwns reports whether who made the root of a case would own it: the event history is asked for nothing else.
func MakerOwns(c *config.Config, of *ledger.Case) bool {
	o := OfCase(c, of)
	return c.Owners.Creator && o.By != File && o.By != Tag
}

// Of is whose a resource is that no case is about: by its name, by its tags, as they were seen at a moment, by its account.
func Of(c *config.Config, resource, account string, tags map[string]string, at time.Time) Owner {
	return whose(c, resource, account, tags, nil, at)
}

func whose(c *config.Config, resource, account string, tags map[string]string, made *ledger.Maker, at time.Time) Owner {
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
		o.Ignored = append(o.Ignored, Ignored{"the tag " + key, value})
	}
	if who := o.maker(c, made); who != "" {
		o.At = made.Asked
		return o.named(c, who, Maker, fmt.Sprintf("made it (%s at %s, by the event history)", made.Call, made.At.UTC().Format("2006-01-02 15:04 MST")))
	}
	if key := c.CreatorTag(); key != "" && tags[key] != "" {
		if who := c.People.Address(tags[key]); plain(who) && c.Within(who) {
			return o.named(c, who, Creator, fmt.Sprintf("made it (the tag %s)", key))
		}
		o.Ignored = append(o.Ignored, Ignored{"the tag " + key, tags[key]})
	}
	if who, ok := c.Owners.Accounts[account]; ok {
		return o.named(c, who, Account, "by owners.accounts"+o.unheeded)
	}
	if c.Owners.Fallback != "" {
		return o.named(c, c.Owners.Fallback, Fallback, "nobody is known to own it (owners.fallback)"+o.unheeded)
	}
	return o
}

// maker is the address of who made a thing, "" where no person is known behind the call whom AWS vouches for: any other session's name is its caller's
// choice. Why it counts for nothing is told beside.
func (o *Owner) maker(c *config.Config, made *ledger.Maker) string {
	if !c.Owners.Creator || made == nil {
		return ""
	}
	switch who := c.People.VouchedAddressOf(made.Actor); {
	case made.Unseen != "":
		o.unheeded = "; who made it is not known: " + made.Unseen
	case !made.Known():
		o.unheeded = "; who made it is not known: the event history of 90 days has no such call"
	case who == "":
		o.unheeded = "; it was made by " + made.Actor.Principal() + ", behind whom no person is known"
	case !plain(who) || !c.Within(who):
		o.Ignored = append(o.Ignored, Ignored{"the event history, of who made it,", who})
	default:
		return who
	}
	return ""
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
