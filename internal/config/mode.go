package config

import (
	"fmt"
	"maps"
	"slices"
	"time"

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

// Term is a mode with an end, as the file has it instead of a mode alone.
type Term struct {
	Mode  Mode   `yaml:"mode" help:"Until the end: ask or act."`
	Until Moment `yaml:"until" help:"When it ends, by the clock of whoever judges: 2026-12-06T12:00:00Z."`
	Then  Mode   `yaml:"then" help:"The mode from then on, which goes less far. Default: what is said less specifically, as far as this mode at most."`
}

// Moment is a time with its zone.
type Moment struct{ time.Time }

// UnmarshalText reads RFC 3339.
func (m *Moment) UnmarshalText(text []byte) (err error) {
	if m.Time, err = time.Parse(time.RFC3339, string(text)); err != nil {
		return fmt.Errorf("want a moment with its zone, like 2026-12-06T12:00:00Z, not %q", string(text))
	}
	return nil
}

// rule is a mode and where it was said.
type rule struct {
	mode  Mode
	from  string    // "playbooks.launch.unapproved-image.production"
	until time.Time // zero: for ever
	then  Mode      // from there on; "": as if the rule were not there
}

// at is the mode at a moment, and why; the zero moment is before every end.
func (r rule) at(now time.Time) (Mode, string) {
	if r.until.IsZero() {
		return r.mode, fmt.Sprintf("%s says %s", r.from, r.mode)
	}
	end := r.until.UTC().Format(time.RFC3339)
	if now.IsZero() || now.Before(r.until) {
		return r.mode, fmt.Sprintf("%s says %s until %s", r.from, r.mode, end)
	}
	return r.then, fmt.Sprintf("%s said %s until %s, and says %s since", r.from, r.mode, end, r.then)
}

// gone reports whether nothing is left of a rule at a moment.
func (r rule) gone(now time.Time) bool {
	return r.mode == "" || !r.until.IsZero() && r.then == "" && !now.IsZero() && !now.Before(r.until)
}

// String is the mode for people.
func (r rule) String() string {
	if r.until.IsZero() {
		return string(r.mode)
	}
	text := fmt.Sprintf("%s until %s", r.mode, r.until.UTC().Format(time.RFC3339))
	if r.then != "" {
		text += fmt.Sprintf(" (then %s)", r.then)
	}
	return text
}

// rules are what the file says of one playbook: for all, and by account, OU, environment and class of action.
type rules struct {
	all    rule
	scopes map[string]rule
}

// Mode is what to do about actions of a class that a playbook plans in an account, and where that was said. The most
// specific rule counts: account, OU, environment, class, playbook, defaults. A mode that has an end counts as not ended.
func (c *Config) Mode(playbookID, account string, class action.Class) (Mode, string) {
	a := c.accounts[account]
	return c.ModeAt(playbookID, Standing{Account: account, OUs: []string{a.OU}, Environment: a.Environment}, class, time.Time{})
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

// ModeAt is Mode in an account of which more is known than the file says, at a moment: that of the nearest unit counts. The zero moment is
// before every end.
func (c *Config) ModeAt(playbookID string, s Standing, class action.Class, now time.Time) (Mode, string) {
	if c.tells[playbookID] {
		return Observe, "it tells, and changes nothing"
	}
	r := c.rules[playbookID]
	var said []rule
	for _, scope := range slices.Concat([]string{s.Account}, s.OUs, []string{s.Environment, string(class)}) {
		said = append(said, r.scopes[scope])
	}
	most := Act // a rule that has ended makes nothing go further than it went
	for _, one := range append(said, r.all, c.fallback) {
		if !one.gone(now) {
			m, why := one.at(now)
			if most.Less(m) {
				m, why = most, why+", and what ended said "+string(most)
			}
			return m, why
		}
		if one.mode != "" && one.mode.Less(most) {
			most = one.mode
		}
	}
	return Observe, "observe is the default"
}

// Elsewhere is where the file gives a playbook another mode than everywhere, at a moment: accounts, OUs, environments, classes of action.
func (c *Config) Elsewhere(playbookID string, now time.Time) map[string]Mode {
	out := map[string]Mode{}
	for scope := range c.elsewhere(playbookID) {
		out[scope], _ = c.ModeAt(playbookID, Standing{Account: scope}, "", now)
	}
	return out
}

func (c *Config) elsewhere(playbookID string) map[string]rule {
	all, _ := c.Mode(playbookID, "", "")
	out := map[string]rule{}
	for scope, r := range c.rules[playbookID].scopes {
		if r.mode != all || !r.until.IsZero() {
			out[scope] = r
		}
	}
	return out
}

// Modes says in one line what the file makes of a playbook at a moment: "act, in production ask, from 2027-02-01 on".
func (c *Config) Modes(playbookID string, now time.Time) string {
	out := c.modes(playbookID, now)
	if from := c.Treatment(playbookID).EnforceFrom; from != (Date{}) {
		out += ", from " + from.String() + " on"
	}
	return out
}

func (c *Config) modes(playbookID string, now time.Time) string {
	all, _ := c.Mode(playbookID, "", "")
	out, elsewhere := string(all), c.elsewhere(playbookID)
	general := c.rules[playbookID].all
	if general.mode == "" {
		general = c.fallback
	}
	if !general.until.IsZero() && !c.tells[playbookID] {
		out = c.termed(playbookID, Standing{}, general, now)
	}
	for _, scope := range slices.Sorted(maps.Keys(elsewhere)) {
		out += fmt.Sprintf(", in %s %s", scope, c.termed(playbookID, Standing{Account: scope}, elsewhere[scope], now))
	}
	return out
}

// termed is what a rule comes to at a moment, for people: of one that has ended, what counts since.
func (c *Config) termed(playbookID string, at Standing, r rule, now time.Time) string {
	if r.until.IsZero() || now.Before(r.until) { // the zero moment is before every end
		return r.String()
	}
	since, _ := c.ModeAt(playbookID, at, "", now)
	return fmt.Sprintf("%s since %s", since, r.until.UTC().Format(time.RFC3339))
}

// Boldest is the mode of a playbook where it goes furthest, before every end: whether it needs rights to change anything at all.
func (c *Config) Boldest(playbookID string) Mode { return c.BoldestAt(playbookID, time.Time{}) }

// BoldestAt is the mode of a playbook where it goes furthest at a moment.
func (c *Config) BoldestAt(playbookID string, now time.Time) Mode {
	boldest, _ := c.ModeAt(playbookID, Standing{}, "", now)
	for _, m := range c.Keys(playbookID, now) {
		if boldest.Less(m) {
			boldest = m
		}
	}
	return boldest
}

// Weaker lists where a playbook goes less far than it did under an earlier configuration: accounts that either lists, and
// the units, environments and classes of actions that either names; "" is everywhere else.
func (c *Config) Weaker(old *Config, playbookID string) []string {
	places := c.places(old, playbookID)
	maps.DeleteFunc(places, func(_ string, s Standing) bool {
		return !slices.ContainsFunc(append(classes(), ""), func(class string) bool {
			before, _ := old.ModeAt(playbookID, s, action.Class(class), time.Time{})
			after, _ := c.ModeAt(playbookID, s, action.Class(class), time.Time{})
			return after.Less(before)
		})
	})
	return slices.Sorted(maps.Keys(places))
}

// places are where two configurations may differ about a playbook; "" is everywhere else.
func (c *Config) places(old *Config, playbookID string) map[string]Standing {
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
	return places
}

// Said is the mode, with its end where it has one, that the file says for a playbook at a key (mode, or a scope); false where it says none.
func (c *Config) Said(playbookID, key string) (Term, bool) {
	r := c.rules[playbookID].all
	if key != "mode" {
		r = c.rules[playbookID].scopes[key]
	}
	return Term{Mode: r.mode, Until: Moment{r.until}, Then: r.then}, r.mode != ""
}

// Less reports whether a mode goes less far than another.
func (m Mode) Less(than Mode) bool {
	return slices.Index(m.Enum(), string(m)) < slices.Index(m.Enum(), string(than))
}
