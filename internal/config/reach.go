package config

import (
	"slices"
	"strings"
	"time"

	"github.com/ripostehq/riposte/action"
)

// Rooted reports whether the units that an account is in are known up to the root of the organisation: a list without one may lack
// some, since the file names the nearest at most.
func (s Standing) Rooted() bool {
	return slices.ContainsFunc(s.OUs, func(unit string) bool { return strings.HasPrefix(unit, "r-") })
}

// Unit reports whether a text is the id of an organisational unit, or of a root.
func Unit(id string) bool { return ouID.MatchString(id) }

// Environments are the names that accounts of the file have.
func (c *Config) Environments() (names []string) {
	for _, a := range c.Organization.Accounts {
		if a.Environment != "" && !slices.Contains(names, a.Environment) {
			names = append(names, a.Environment)
		}
	}
	return names
}

// Least is the mode, at a moment and in a place, of the class of actions about which a playbook goes least far there, and where that was said.
func (c *Config) Least(playbookID string, s Standing, now time.Time) (Mode, string) {
	least, why := c.ModeAt(playbookID, s, "", now)
	for _, class := range classes() {
		if m, says := c.ModeAt(playbookID, s, action.Class(class), now); m.Less(least) {
			least, why = m, says
		}
	}
	return least, why
}

// Furthest is the mode of the class about which it goes furthest there. Where it is not known which units a place is in, it may be in any.
func (c *Config) Furthest(playbookID string, s Standing, now time.Time) (Mode, string) {
	furthest, why := c.FurthestOf(playbookID, s, "", now)
	for _, class := range classes() {
		if m, says := c.FurthestOf(playbookID, s, action.Class(class), now); furthest.Less(m) {
			furthest, why = m, says
		}
	}
	return furthest, why
}

// FurthestOf is Furthest of one class of actions; "" is that of which nothing is said.
func (c *Config) FurthestOf(playbookID string, s Standing, class action.Class, now time.Time) (Mode, string) {
	furthest, why := c.ModeAt(playbookID, s, class, now)
	if s.Rooted() {
		return furthest, why
	}
	for unit := range c.rules[playbookID].scopes {
		if !ouID.MatchString(unit) {
			continue
		}
		maybe := s
		maybe.OUs = append(slices.Clone(s.OUs), unit) // behind those that are known, which are nearer
		if m, says := c.ModeAt(playbookID, maybe, class, now); furthest.Less(m) {
			furthest, why = m, says+", and which units it is in is not known"
		}
	}
	return furthest, why
}

// Keys are the accounts, units, environments and classes of actions that the file names for a playbook, each with its mode at a moment. Those that
// have ended, so that something else counts, are not among them.
func (c *Config) Keys(playbookID string, now time.Time) map[string]Mode {
	out := map[string]Mode{}
	for key, r := range c.rules[playbookID].scopes {
		if !r.gone(now) {
			out[key], _ = r.at(now)
		}
	}
	return out
}

// Bolder lists where a playbook goes further, at a moment, than it did under an earlier configuration, by class of actions: "destroy in
// 111122223333", "contain". What can't be told from the file alone, since units are not known, counts as it went furthest.
func (c *Config) Bolder(old *Config, playbookID string, now time.Time) (out []string) {
	return c.differing(old, playbookID, func(s Standing, class action.Class) bool {
		before, _ := old.FurthestOf(playbookID, s, class, now)
		after, _ := c.FurthestOf(playbookID, s, class, now)
		return before.Less(after)
	})
}

// Tamer lists where it goes less far, as far as the file alone can tell.
func (c *Config) Tamer(old *Config, playbookID string, now time.Time) (out []string) {
	return c.differing(old, playbookID, func(s Standing, class action.Class) bool {
		before, _ := old.ModeAt(playbookID, s, class, now)
		after, _ := c.ModeAt(playbookID, s, class, now)
		return after.Less(before)
	})
}

func (c *Config) differing(old *Config, playbookID string, differs func(Standing, action.Class) bool) (out []string) {
	for _, class := range append(classes(), "") {
		for place, s := range c.places(old, playbookID) {
			if !differs(s, action.Class(class)) {
				continue
			}
			text := "what is of no class"
			if class != "" {
				text = class
			}
			if place != "" {
				text += " in " + place
			}
			out = append(out, text)
		}
	}
	slices.Sort(out)
	return out
}
