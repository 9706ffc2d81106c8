package config

import (
	"fmt"
	"maps"
	"slices"
)

func peopleChanges(old, now *Config) []Change {
	issuers := entries(old.People.Issuers, now.People.Issuers, Change{"people: sessions of %s count as human now", true},
		Change{"people: sessions of %s do not count as human any more", true})
	out := append(issuers, value("people.session_name", fmt.Sprint(old.People.SessionName), fmt.Sprint(now.People.SessionName))...)
	out = append(out, value("people.address", old.People.Template, now.People.Template)...)
	for _, x := range []struct {
		key      string
		old, now map[string]string
	}{{"users", old.People.Users, now.People.Users}, {"aliases", old.People.Aliases, now.People.Aliases}} {
		out = append(out, weakerWhere(true, !maps.Equal(x.old, x.now), "people.%s: other names stand for other people", x.key)...)
	}
	out = append(out, domainChanges(old.Domains, now.Domains)...)
	return append(out, groupChanges(old, now)...)
}

// domainChanges: more domains are weaker, and so is none at all, which is every one.
func domainChanges(was, is []string) []Change {
	return entries(was, is, Change{"people.domains: addresses of %s are believed now", len(was) > 0}, Change{"people.domains: %s is not named any more", len(is) == 0})
}

// approvalChanges: more who approve is weaker, and so is none at all, which is everybody.
func approvalChanges(old, now *Config) []Change {
	was, is := old.Approvers(), now.Approvers()
	out := entries(was, is, Change{"approval.approvers: %s may approve now", true}, Change{"approval.approvers: %s may not approve any more", len(is) == 0})
	out = append(out, weakerWhere(now.Approval.CommandLine == AllOrders, old.Approval.CommandLine != now.Approval.CommandLine,
		"approval.command_line: %s, was: %s", now.Approval.CommandLine, old.Approval.CommandLine)...)
	a, b := old.Approval.Production.Destroy.Persons, now.Approval.Production.Destroy.Persons
	out = append(out, weakerWhere(b < a, a != b, "approval.production.destroy.persons: %d, was: %d", b, a)...)
	out = append(out, weakerWhere(true, !slices.Equal(old.Approval.Contain.Chain, now.Approval.Contain.Chain), "approval.contain.chain: %v, was: %v",
		now.Approval.Contain.Chain, old.Approval.Contain.Chain)...)
	for i, x := range now.answersTo() {
		out = append(out, value(x.key, old.answersTo()[i].Answer, x.Answer)...)
	}
	return out
}

func accountChanges(old, now *Config) (out []Change) {
	for _, a := range now.Organization.Accounts {
		was, known := old.Account(a.ID)
		switch {
		case !known:
			out = append(out, Change{fmt.Sprintf("account %s is defended now", a.ID), false})
		case was != a: // where modes depend on it, the playbooks say so
			out = append(out, Change{fmt.Sprintf("account %s: environment %q, unit %q, name %q, was: %q, %q, %q", a.ID, a.Environment, a.OU, a.Name, was.Environment, was.OU, was.Name), false})
		}
	}
	for _, a := range old.Organization.Accounts {
		if _, known := now.Account(a.ID); !known {
			out = append(out, Change{fmt.Sprintf("account %s is not listed any more", a.ID), !now.Organization.Discover})
		}
	}
	return out
}

// regionChanges are weaker where fewer count: where regions are named, only in them more than observing is done.
func regionChanges(old, now *Config) []Change {
	was, is := old.Organization.Regions, now.Organization.Regions
	fewer := len(is) > 0 && (len(was) == 0 || slices.ContainsFunc(was, func(r string) bool { return !slices.Contains(is, r) }))
	return weakerWhere(fewer, !slices.Equal(was, is), "regions: %v, was: %v", is, was)
}

// roleChanges are all weaker: a tier that is gone can't answer, one that is new may do more than before.
func roleChanges(old, now *Config) (out []Change) {
	before := old.Organization.Roles.Tiers()
	for i, t := range now.Organization.Roles.Tiers() {
		was := before[i].Role
		switch {
		case t.Role == was:
		case t.Role == "":
			out = append(out, Change{fmt.Sprintf("the %s tier has no role any more, was: %s", t.Name, was), true})
		case was == "":
			out = append(out, Change{fmt.Sprintf("the %s tier is on now, by role %s", t.Name, t.Role), true})
		default:
			out = append(out, Change{fmt.Sprintf("the %s tier has role %s, was: %s", t.Name, t.Role, was), true})
		}
	}
	return append(out, weakerWhere(true, old.Organization.Roles.ExternalID != now.Organization.Roles.ExternalID,
		"organization.roles.external_id is another one: roles whose trust asks for the one before can't be entered")...)
}

func sourceChanges(old, now *Config) (out []Change) {
	was, is := places(old.Sources), places(now.Sources)
	guarded := func(s Source) bool { return !s.Bare() }
	believed, believes := places(slices.DeleteFunc(slices.Clone(old.Sources), guarded)), places(slices.DeleteFunc(slices.Clone(now.Sources), guarded))
	other := func(s string) bool { return !slices.Contains(was, s) || !slices.Contains(is, s) } // is told as new, or gone
	out = entries(slices.DeleteFunc(believed, other), slices.DeleteFunc(believes, other),
		Change{"source %s believes bare records now", true}, Change{"source %s believes bare records no more", false})
	return append(out, entries(was, is, Change{"source %s is new", false}, Change{"source %s is gone: its events are not seen any more", true})...)
}

// places tell sources apart, with all that is written of them: secrets are not.
func places(sources []Source) (out []string) {
	for _, s := range sources {
		switch {
		case s.SQS != nil:
			out = append(out, fmt.Sprintf("sqs %s in %s", s.SQS.QueueURL, s.SQS.Region))
		case s.HTTP != nil:
			out = append(out, fmt.Sprintf("http %s with %s", s.HTTP.Listen, s.HTTP.SecretEnv))
		case s.S3 != nil:
			out = append(out, fmt.Sprintf("s3 %s/%s in %s by %q", s.S3.Bucket, s.S3.Prefix, s.S3.Region, s.S3.QueueURL))
		default:
			out = append(out, "stdin")
		}
	}
	return out
}

func busChanges(old, now *Config) []Change {
	was, is := old.Report.EventBus, now.Report.EventBus
	switch {
	case is.Name == "":
		return weakerWhere(true, was.Name != "", "the bus %s is not told any more", was)
	case was.Name == "":
		return weakerWhere(false, true, "the bus %s is told now", is)
	}
	return value("report.event_bus", was, is)
}
