package serve

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ripostehq/riposte/internal/config"
)

// change is a difference that people should see after a reload.
type change struct {
	says   string
	weaker bool // the defence goes less far: a person should know why
}

func changes(old, now *config.Config) (out []change) {
	say := func(weaker bool, says string, args ...any) {
		out = append(out, change{fmt.Sprintf(says, args...), weaker})
	}
	for _, p := range now.Playbooks() {
		before, after, weaker := old.Modes(p.ID), now.Modes(p.ID), now.Weaker(old, p.ID)
		switch {
		case before != after:
			say(len(weaker) > 0, "%s: %s, was: %s", p.ID, after, before)
		case len(weaker) > 0: // what is said of a place, and is the same as in general, is not listed
			say(true, "%s: less far than before in %s", p.ID, strings.Join(weaker, ", "))
		}
		if !now.SameParams(old, p.ID) {
			say(false, "%s: other parameters", p.ID)
		}
	}
	after := tiers(now.Organization.Roles)
	for i, t := range tiers(old.Organization.Roles) {
		if t.role != "" && after[i].role == "" {
			say(true, "the %s tier has no role any more, was: %s", t.name, t.role)
		}
	}
	for _, a := range now.Organization.Accounts {
		if _, known := old.Account(a.ID); !known {
			say(false, "account %s is defended now", a.ID)
		}
	}
	for _, a := range old.Organization.Accounts {
		if _, known := now.Account(a.ID); !known {
			say(!now.Organization.Discover, "account %s is not listed any more", a.ID)
		}
	}
	if old.Organization.Discover && !now.Organization.Discover {
		say(true, "accounts are not discovered any more")
	}
	if !slices.Equal(old.Organization.Regions, now.Organization.Regions) {
		say(false, "regions: %v, was: %v", now.Organization.Regions, old.Organization.Regions)
	}
	if old.Ledger != now.Ledger {
		say(false, "ledger: %s from the next start on; %s until then", now.Ledger, old.Ledger)
	}
	if old.Metrics != now.Metrics {
		say(false, "metrics.listen: from the next start on")
	}
	return out
}
