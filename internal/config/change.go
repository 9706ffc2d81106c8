package config

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"
)

// Change is a difference between two configurations that people should see.
type Change struct {
	Says   string
	Weaker bool // a principal is spared, or the defence goes less far, may do more or tells less: a person should know why
}

// changeRule says what a change of one key of the file means; a key stands for all below it.
type changeRule struct {
	key string
	of  func(old, now *Config) []Change
}

// changeRules are in the order in which changes are told, one for each key of the file: a test fails where a key has none.
func changeRules() []changeRule {
	return []changeRule{
		{"playbooks", playbookChanges},
		{"trusted", func(old, now *Config) []Change {
			return spared("trusted", trusts(old.Trusted), trusts(now.Trusted))
		}},
		{"break_glass", func(old, now *Config) []Change {
			return spared("break_glass", names(old.BreakGlass), names(now.BreakGlass))
		}},
		{"untouchable", func(old, now *Config) []Change { return spared("untouchable", old.Untouchable, now.Untouchable) }},
		{"people", peopleChanges},
		{"owners", ownerChanges},
		{"approval", approvalChanges},
		{"exceptions", func(old, now *Config) (out []Change) {
			is, was := now.Exceptions, old.Exceptions
			for _, x := range []struct {
				key      string
				old, now Span
			}{{"contain", was.Contain, is.Contain}, {"owner", was.Owner, is.Owner}, {"production", was.Production, is.Production}} {
				out = append(out, weakerWhere(x.now > x.old, x.now != x.old, "exceptions.%s: %s, was: %s", x.key, x.now, x.old)...)
			}
			return append(out, entries(was.Never, is.Never, Change{"exceptions.never: no finding of %s is let be any more", false}, Change{"exceptions.never: findings of %s may be let be now", true})...)
		}},
		{"organization.discover", func(old, now *Config) []Change {
			return told(old.Organization.Discover, now.Organization.Discover, "accounts are discovered now", "accounts are not discovered any more")
		}},
		{"organization.accounts", accountChanges},
		{"organization.regions", regionChanges},
		{"organization.offices", func(old, now *Config) []Change {
			return entries(old.Organization.Offices, now.Organization.Offices, Change{"organization.offices: %s counts as ours now", true},
				Change{"organization.offices: %s counts as ours no more", false})
		}},
		{"organization.egress", func(old, now *Config) []Change {
			return entries(old.Organization.Egress, now.Organization.Egress, Change{"organization.egress: instances' credentials may be used from %s now", true},
				Change{"organization.egress: instances' credentials may not be used from %s any more", false})
		}},
		{"organization.vendors", func(old, now *Config) []Change {
			return entries(vendors(old), vendors(now), Change{"organization.vendors: what is shared with %s is left alone now", true},
				Change{"organization.vendors: what is shared with %s is not left alone any more", false})
		}},
		{"organization.roles", roleChanges},
		{"sources", sourceChanges},
		{"limits.incidents_per_hour", func(old, now *Config) []Change {
			return value("limits.incidents_per_hour", old.Limits.IncidentsPerHour, now.Limits.IncidentsPerHour)
		}},
		{"limits.destroy_per_hour", func(old, now *Config) []Change {
			return value("limits.destroy_per_hour", old.Limits.DestroyPerHour, now.Limits.DestroyPerHour)
		}},
		{"report.security_hub", func(old, now *Config) []Change {
			return told(old.Report.SecurityHub, now.Report.SecurityHub, "Security Hub is told now", "Security Hub is not told any more")
		}},
		{"report.event_bus", busChanges},
		{"report.link", func(old, now *Config) []Change {
			return weakerWhere(now.Report.Link == "", old.Report.Link != now.Report.Link, "report.link: messages lead to %s, was: %s", orNowhere(now.Report.Link), orNowhere(old.Report.Link))
		}},
		{"report.zone", func(old, now *Config) []Change {
			return weakerWhere(false, old.Report.Zone.String() != now.Report.Zone.String(), "report.zone: %s, was: %s", now.Report.Zone, old.Report.Zone)
		}},
		{"report.quiet", quietChanges},
		{"report.slack", slackChanges},
		{"report.mail", func(old, now *Config) []Change {
			return channel("report.mail", old.Report.Mail != now.Report.Mail, old.Report.Mail.From != "", now.Report.Mail.From != "")
		}},
		{"report.pagerduty", func(old, now *Config) []Change {
			return channel("report.pagerduty", old.Report.PagerDuty != now.Report.PagerDuty, old.Report.PagerDuty.Key != "", now.Report.PagerDuty.Key != "")
		}},
		{"report.webhooks", hookChanges},
		{"ledger", func(old, now *Config) []Change {
			return weakerWhere(true, old.Ledger != now.Ledger, "ledger: %s from the next start on; %s until then", now.Ledger, old.Ledger)
		}},
		{"metrics", func(old, now *Config) []Change {
			return weakerWhere(false, old.Metrics != now.Metrics, "metrics.listen: from the next start on")
		}},
		{"canary.every", canaryChanges},
		{"sweep", sweepChanges},
		{"sweep.limits", sweepLimitChanges},
		{"code", codeChanges},
		{"lambda", func(old, now *Config) []Change {
			return weakerWhere(false, !reflect.DeepEqual(old.Lambda, now.Lambda), "lambda: counts for the function only")
		}},
		{"tags", func(old, now *Config) []Change {
			return weakerWhere(false, old.Tags != now.Tags, "tags.prefix: %s, was: %s", now.Tags.Prefix, old.Tags.Prefix)
		}},
		{"console", consoleChanges},
	}
}

// Since is all that has changed since an earlier configuration.
func (c *Config) Since(old *Config) (out []Change) {
	for _, r := range changeRules() {
		out = append(out, r.of(old, c)...)
	}
	return out
}

// canaryChanges: canaries that come less often, or not at all, show later that nothing arrives any more.
func canaryChanges(old, now *Config) []Change {
	was, is := old.Canary.Every, now.Canary.Every
	if is == 0 {
		return weakerWhere(true, was != 0, "canary.every: no canaries are sent any more")
	}
	return weakerWhere(was != 0 && is > was, is != was, "canary.every: a canary each %s now", is)
}

// weakerWhere is one change, or none.
func weakerWhere(weaker, changed bool, format string, args ...any) []Change {
	if !changed {
		return nil
	}
	return []Change{{fmt.Sprintf(format, args...), weaker}}
}

// told is a switch: off is weaker.
func told(old, now bool, on, off string) []Change {
	if now {
		return weakerWhere(false, !old, "%s", on)
	}
	return weakerWhere(true, old, "%s", off)
}

// value is a number that weakens in either direction: what it holds, or what it lets through.
func value[T comparable](key string, old, now T) []Change {
	return weakerWhere(true, old != now, "%s: %v, was: %v", key, now, old)
}

// entries are a list: what came and what went are told each as its own change, in which %s stands for the entry.
func entries(old, now []string, came, went Change) (out []Change) {
	for _, s := range now {
		out = append(out, weakerWhere(came.Weaker, !slices.Contains(old, s), came.Says, s)...)
	}
	for _, s := range old {
		out = append(out, weakerWhere(went.Weaker, !slices.Contains(now, s), went.Says, s)...)
	}
	return out
}

// spared are lists of what riposte leaves alone: a new entry is a hole, on purpose or not.
func spared(key string, old, now []string) []Change {
	return entries(old, now, Change{key + ": %s is spared now", true}, Change{key + ": %s is not spared any more", false})
}

func trusts(all []Trust) (out []string) {
	for _, t := range all {
		for _, p := range t.Playbooks {
			out = append(out, t.Principal().String()+" for "+p)
		}
	}
	return out
}

func vendors(c *Config) (out []string) {
	for _, v := range c.Organization.Vendors {
		out = append(out, v.ID)
	}
	return out
}

func names(all []Principal) (out []string) {
	for _, p := range all {
		out = append(out, p.String())
	}
	return out
}

func playbookChanges(old, now *Config) (out []Change) {
	for _, p := range now.Playbooks {
		before, after, weaker := old.modes(p.ID, time.Time{}), now.modes(p.ID, time.Time{}), now.Weaker(old, p.ID)
		switch {
		case before != after:
			out = append(out, Change{fmt.Sprintf("%s: %s, was: %s", p.ID, after, before), len(weaker) > 0})
		case len(weaker) > 0: // what is said of a place, and is the same as in general, is not listed
			out = append(out, Change{fmt.Sprintf("%s: less far than before in %s", p.ID, strings.Join(weaker, ", ")), true})
		}
		// Parameters are told as weakening, since only the playbook knows which way one goes.
		params, past := reflect.ValueOf(now.params[p.ID]).Elem(), reflect.ValueOf(old.params[p.ID]).Elem()
		for i := range params.NumField() {
			is, was, name := params.Field(i).Interface(), past.Field(i).Interface(), params.Type().Field(i).Tag.Get("yaml")
			out = append(out, weakerWhere(true, !reflect.DeepEqual(was, is), "%s: %s is %v, was: %v", p.ID, name, is, was)...)
		}
		out = append(out, treatmentChanges(old, now, p.ID)...)
	}
	return out
}
