package config

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ripostehq/riposte/action"
)

// Lack is what a playbook that asks or acts is refused, since the tier is not granted.
type Lack struct {
	Tier     action.Tier
	Playbook string
	Kinds    []string // names of its changes
	All      bool     // which are all that it has
}

// String says what is refused.
func (l Lack) String() string {
	return fmt.Sprintf("%s is refused %s", l.Playbook, strings.Join(l.Kinds, ", "))
}

// Follows is what follows of it beside, "" where that is all.
func (l Lack) Follows() string {
	switch {
	case slices.Contains(l.Kinds, action.DenySession{}.About().Kind.Name):
		return "of a session's ladder only the whole role is left, which stops all its sessions"
	case slices.Contains(l.Kinds, action.HoldFleet{}.About().Kind.Name):
		return "a fleet or spot request goes on launching, and what it launches is cut off one by one; no instance is ended"
	}
	return ""
}

// Lacking lists, tier by tier, the playbooks whose changes some account would see asked about or made, and whose tier is not granted.
func (c *Config) Lacking() (all []Lack) {
	for _, t := range []action.Tier{action.TierContain, action.TierMend, action.TierAuthor, action.TierDestroy, action.TierTag} {
		for _, p := range c.Playbooks {
			l := Lack{Tier: t, Playbook: p.ID}
			for _, kind := range p.Changes {
				if kind.Tier == t && !c.Granted(t) && !c.boldestOf(p.ID, kind.Class).Less(Ask) {
					l.Kinds = append(l.Kinds, kind.Name)
				}
			}
			if len(l.Kinds) > 0 {
				slices.Sort(l.Kinds)
				l.All = len(l.Kinds) == len(p.Changes)
				all = append(all, l)
			}
		}
	}
	return all
}

// boldestOf is the mode of a playbook's changes of one class where it goes furthest.
func (c *Config) boldestOf(playbookID string, class action.Class) Mode {
	boldest, _ := c.ModeAt(playbookID, Standing{}, class, time.Time{})
	for scope, r := range c.rules[playbookID].scopes {
		if !slices.Contains(classes(), scope) && boldest.Less(r.mode) && !c.tells[playbookID] {
			boldest = r.mode
		}
	}
	return boldest
}
