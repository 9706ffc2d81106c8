package config

import (
	"regexp"
	"slices"
	"strings"

	"github.com/ripostehq/riposte/internal/strict"
)

// Group is people that other keys refer to by one name, and where they are told together.
type Group struct {
	Members []string `yaml:"members" help:"Addresses."`
	Slack   string   `yaml:"slack" help:"Where it is told in Slack: #name, or a channel's id. None: each member is."`
	Mail    string   `yaml:"mail" help:"Where it is told by mail: a list's address. None: each member is."`
	Page    bool     `yaml:"page" help:"What is urgent for the group goes to PagerDuty too."`
}

var domainName = regexp.MustCompile(`^[a-z0-9-]+(\.[a-z0-9-]+)+$`)

// Within reports whether an address is of people.domains: any is where none is named.
func (c *Config) Within(address string) bool {
	_, host, ok := strings.Cut(strings.ToLower(address), "@")
	return ok && (len(c.Domains) == 0 || slices.Contains(c.Domains, host))
}

// address wants one, and nothing around it.
func (k checker) address(at strict.Node, s string) {
	name, host, ok := strings.Cut(s, "@")
	if !ok || name == "" || !strings.Contains(host, ".") || strings.ContainsAny(s, " \t\r\n<>,;\"") || strings.Contains(host, "@") {
		at.Complain("%q is no address: want name@example.com", s)
	}
}

// ourAddress wants one that is believed and written to.
func (k checker) ourAddress(at strict.Node, s string) {
	k.address(at, s)
	if !k.c.Within(s) && strings.Contains(s, "@") {
		at.Complain("%q is in none of people.domains: nobody there is believed, or written to", s)
	}
}

// who wants a group, or an address.
func (k checker) who(at strict.Node, name string) {
	if strings.Contains(name, "@") {
		k.ourAddress(at, name)
		return
	}
	k.group(at, name)
}

func (k checker) domains(all []string) {
	for i, d := range all {
		at := k.at("people", "domains", i)
		switch lower := strings.ToLower(d); {
		case !domainName.MatchString(lower):
			at.Complain("%q is no domain: want what stands behind the @, like example.com", d)
		case slices.Contains(k.c.Domains, lower):
			at.Complain("%s is there twice", d)
		default:
			k.c.Domains = append(k.c.Domains, lower)
		}
	}
}

func (k checker) groups(all map[string]Group) {
	for name, g := range all {
		at := k.at("people", "groups", name)
		if !word.MatchString(name) || name == PagerDutyAtLast {
			at.Complain("%q can't be a group's name: want lower case letters, digits and dashes, and not %s", name, PagerDutyAtLast)
		}
		for i, m := range g.Members {
			k.ourAddress(at.At("members", i), m)
		}
		if g.Mail != "" {
			k.ourAddress(at.At("mail"), g.Mail)
		}
		if g.Slack != "" && !isChannel(g.Slack) {
			at.At("slack").Complain("want a channel, like \"#security\" in quotes, or its id, C0123ABCD")
		}
	}
}

// unreached are groups that are told where nothing is told.
func (k checker) unreached() {
	r := k.c.Report
	for name, g := range k.c.Groups {
		at := k.at("people", "groups", name)
		for _, x := range []struct {
			key, report string
			idle        bool
		}{
			{"slack", "report.slack", g.Slack != "" && r.Slack.Token == ""},
			{"mail", "report.mail", g.Mail != "" && r.Mail.From == ""},
			{"page", "report.pagerduty", g.Page && r.PagerDuty.Key == ""},
		} {
			if x.idle {
				k.warn(at.At(x.key), "%s does nothing without %s", x.key, x.report)
			}
		}
	}
}
