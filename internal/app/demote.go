package app

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/ripostehq/riposte/internal/config"
	"github.com/ripostehq/riposte/playbook"
)

// Demote writes a demotion into a configuration's text: at its key, and at every narrower one inside that goes further, so that nothing there
// does. An account of an environment gets a key of its own where a unit may say more of it. What is not known to be inside is left, and is
// doubtful. Nothing may come to go further than it did.
func Demote(old *config.Config, text []byte, p Promotion, at config.Standing, now time.Time, catalogue []playbook.Definition) (*Promoted, error) {
	d := demotion{Promotion: p, at: at, now: now, c: old}
	why := ""
	p.From, why = d.from()
	if !p.To.Less(p.From) {
		return nil, fmt.Errorf("%s goes no further than %s there: %s", p.Playbook, p.From, why)
	}
	edited, c := text, old
	if general, _ := d.general(); p.To.Less(general) {
		var err error
		p.Until, p.Then = d.end(p.Key())
		if edited, err = withMode(edited, p.Playbook, p.Key(), p.Value()); err != nil {
			return nil, err
		}
		if c, err = config.Parse(old.File, edited, catalogue); err != nil {
			return nil, fmt.Errorf("%s would not be valid: %w", old.File, err)
		}
	}
	d.c = c
	var doubtful []string
	p.Also, doubtful = d.inside()
	for _, key := range p.Also {
		var err error
		inner := Promotion{To: p.To}
		inner.Until, inner.Then = d.end(key)
		if edited, err = withMode(edited, p.Playbook, key, inner.Value()); err != nil {
			return nil, err
		}
	}
	c, out, err := judged(old, text, edited, p, catalogue)
	if err != nil {
		return nil, err
	}
	if more := c.Bolder(old, p.Playbook, now); len(more) > 0 {
		return nil, fmt.Errorf("to %s, %s would go further than it does about %s: demote it to observe, or say it of the classes of actions in the file",
			p.To, p.Playbook, strings.Join(more, ", "))
	}
	out.Doubtful = doubtful
	return out, nil
}

// demotion is one under way.
type demotion struct {
	Promotion
	at  config.Standing // what is meant by the scope
	now time.Time
	c   *config.Config
}

// general is how far it goes by the scope's own key, or by what is said less specifically. Of an environment units are another matter: they are its
// accounts'; everywhere, each class has a key of its own.
func (d demotion) general() (config.Mode, string) {
	at := d.at
	if d.Scope == "" {
		return d.c.ModeAt(d.Playbook, at, "", d.now)
	}
	if at.Account == "" && len(at.OUs) == 0 {
		at.OUs = []string{"r-none"} // in no unit that is named
	}
	return d.c.Furthest(d.Playbook, at, d.now)
}

// from is how far it goes at most, anywhere inside.
func (d demotion) from() (config.Mode, string) {
	from, why := d.general()
	further := func(m config.Mode, says string) {
		if from.Less(m) {
			from, why = m, says
		}
	}
	for key, m := range d.c.Keys(d.Playbook, d.now) {
		if d.contains(key) {
			further(m, fmt.Sprintf("playbooks.%s.%s says %s", d.Playbook, key, m))
		}
	}
	for _, s := range d.accounts() {
		further(d.c.Furthest(d.Playbook, s, d.now))
	}
	return from, why
}

// inside are the keys that go further than the mode that is meant, and those that may be inside.
func (d demotion) inside() (keys, doubtful []string) {
	bold := map[string]bool{}
	for key, m := range d.c.Keys(d.Playbook, d.now) {
		switch {
		case !d.To.Less(m) || key == d.Scope:
		case d.contains(key):
			bold[key] = true
		case len(d.at.OUs) > 0 && d.at.Account == "" && d.placed(key) && !strings.HasPrefix(key, "r-"):
			doubtful = append(doubtful, key)
		}
	}
	for _, s := range d.accounts() {
		if m, _ := d.c.Furthest(d.Playbook, s, d.now); d.To.Less(m) {
			bold[s.Account] = true
		}
	}
	doubtful = slices.DeleteFunc(doubtful, func(key string) bool { return bold[key] })
	slices.Sort(doubtful)
	return slices.Sorted(maps.Keys(bold)), doubtful
}

// end is when a key that goes less far still by itself does so, and how far: a demotion makes no mode last longer. Zero where it does not.
func (d demotion) end(key string) (time.Time, config.Mode) {
	said, has := d.c.Said(d.Playbook, key)
	if !has || d.To == config.Observe || !d.now.Before(said.Until.Time) || said.Then != "" && !said.Then.Less(d.To) {
		return time.Time{}, ""
	}
	return said.Until.Time, said.Then
}

// contains reports whether a key is of something that is known to be inside: everything is inside everywhere, each account and unit below a root. In
// an account nothing is.
func (d demotion) contains(key string) bool {
	if d.Scope == "" {
		return true
	}
	return d.at.Account == "" && d.at.Rooted() && d.placed(key)
}

// placed reports whether a key is that of an account or of a unit.
func (d demotion) placed(key string) bool {
	return accountID.MatchString(key) || unitID.MatchString(key)
}

// accounts are those that the file places inside the unit or the environment that is meant.
func (d demotion) accounts() (all []config.Standing) {
	if d.Scope == "" || d.at.Account != "" {
		return nil
	}
	for _, a := range d.c.Organization.Accounts {
		s := config.Standing{Account: a.ID, Environment: a.Environment}
		if a.OU != "" {
			s.OUs = []string{a.OU}
		}
		if a.Environment == d.Scope || a.OU == d.Scope {
			all = append(all, s)
		}
	}
	return all
}
