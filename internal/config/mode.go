package config

import (
	"fmt"
	"maps"
	"slices"

	"github.com/ripostehq/riposte/action"
)

// Mode says what riposte does about a confirmed finding.
type Mode string

const (
	Observe Mode = "observe" // record and report
	Ask     Mode = "ask"     // wait for a person
	Act     Mode = "act"     // answer at once
)

// Enum lists the modes.
func (Mode) Enum() []string { return []string{string(Observe), string(Ask), string(Act)} }

// rule is a mode and where it was said.
type rule struct {
	mode Mode
	from string // "playbooks.launch.unapproved-image.production"
}

// rules are what the file says of one playbook: for all, and by account, OU, environment and class of action.
type rules struct {
	all    rule
	scopes map[string]rule
}

// Mode is what to do about actions of a class that a playbook plans in an account, and where that was said. The most
// specific rule counts: account, OU, environment, class, playbook, defaults.
func (c *Config) Mode(playbookID, account string, class action.Class) (Mode, string) {
	a := c.accounts[account]
	return c.ModeAt(playbookID, Standing{Account: account, OUs: []string{a.OU}, Environment: a.Environment}, class)
}

// Standing is what modes can refer to of an account.
type Standing struct {
	Account     string
	OUs         []string // the nearest first
	Environment string
}

// ByUnit reports whether the mode of a playbook in an account may depend on the unit that the account is in.
func (c *Config) ByUnit(playbookID, account string) bool {
	scopes := c.rules[playbookID].scopes
	_, itself := scopes[account]
	return !itself && slices.ContainsFunc(slices.Collect(maps.Keys(scopes)), ouID.MatchString)
}

// ModeAt is Mode in an account of which more is known than the file says: that of the nearest unit counts.
func (c *Config) ModeAt(playbookID string, s Standing, class action.Class) (Mode, string) {
	if c.tells[playbookID] {
		return Observe, "it tells, and changes nothing"
	}
	r := c.rules[playbookID]
	var said []rule
	for _, scope := range slices.Concat([]string{s.Account}, s.OUs, []string{s.Environment, string(class)}) {
		said = append(said, r.scopes[scope])
	}
	for _, one := range append(said, r.all, c.fallback) {
		if one.mode != "" {
			return one.mode, fmt.Sprintf("%s says %s", one.from, one.mode)
		}
	}
	return Observe, "observe is the default"
}

// Elsewhere is where the file gives a playbook another mode than everywhere: accounts, OUs, environments, classes of action.
func (c *Config) Elsewhere(playbookID string) map[string]Mode {
	all, _ := c.Mode(playbookID, "", "")
	out := map[string]Mode{}
	for scope, r := range c.rules[playbookID].scopes {
		if r.mode != all {
			out[scope] = r.mode
		}
	}
	return out
}

// Modes says in one line what the file makes of a playbook: "act, in production ask".
func (c *Config) Modes(playbookID string) string {
	all, _ := c.Mode(playbookID, "", "")
	out, elsewhere := string(all), c.Elsewhere(playbookID)
	for _, scope := range slices.Sorted(maps.Keys(elsewhere)) {
		out += fmt.Sprintf(", in %s %s", scope, elsewhere[scope])
	}
	return out
}

// Boldest is the mode of a playbook where it goes furthest: whether it needs rights to change anything at all.
func (c *Config) Boldest(playbookID string) Mode {
	r := c.rules[playbookID]
	boldest, _ := c.Mode(playbookID, "", "")
	for _, scope := range r.scopes {
		if boldest.less(scope.mode) {
			boldest = scope.mode
		}
	}
	return boldest
}

// Weaker lists where a playbook goes less far than it did under an earlier configuration: accounts that either lists, and
// the units, environments and classes of actions that either names; "" is everywhere else.
func (c *Config) Weaker(old *Config, playbookID string) []string {
	places := map[string]Standing{"": {}}
	for _, one := range []*Config{old, c} {
		for scope := range one.rules[playbookID].scopes {
			places[scope] = Standing{Account: scope} // what it is does not matter: it is looked up by name
		}
	}
	for _, one := range []*Config{old, c} {
		for _, a := range one.accounts {
			places[a.ID] = Standing{Account: a.ID, OUs: []string{a.OU}, Environment: a.Environment}
		}
	}
	maps.DeleteFunc(places, func(_ string, s Standing) bool {
		return !slices.ContainsFunc(append(classes(), ""), func(class string) bool {
			before, _ := old.ModeAt(playbookID, s, action.Class(class))
			after, _ := c.ModeAt(playbookID, s, action.Class(class))
			return after.less(before)
		})
	})
	return slices.Sorted(maps.Keys(places))
}

func (m Mode) less(than Mode) bool {
	return slices.Index(m.Enum(), string(m)) < slices.Index(m.Enum(), string(than))
}
