package serve

import (
	"net"

	"github.com/ripostehq/riposte/internal/config"
)

// unwise is what a configuration allows and a person should have decided: each with what follows from it.
func unwise(c *config.Config, a Announcement) (out []string) {
	for _, w := range c.Warnings {
		out = append(out, w.String())
	}
	r, acts, roles := c.Organization.Roles, len(a.Act) > 0, len(a.Rights) > 0
	for _, rule := range []struct {
		met  bool
		says string
	}{
		{c.File == "", "there is no configuration: every playbook observes, and nobody is told"},
		{c.File != "" && !acts, "no playbook acts: whatever happens is recorded, or asked about, and not answered"},
		{len(a.Report) == 0, "nothing is reported: set report.security_hub, or watch the log and riposte cases"},
		{acts && !roles, "acting with the process's own credentials: whoever takes this process over has all its rights; name roles, tier by tier"},
		{acts && roles && r.Contain == "", "a playbook acts, and no contain role is named: every change will be refused"},
		{r.Author != "", "the author tier is on: riposte may write policies"},
		{r.Destroy != "", "the destroy tier is on: what riposte terminates is gone for good"},
		{roles && r.ExternalID == "" && len(c.Organization.Accounts)+discovered(c) > 1, "roles in other accounts are assumed without organization.roles.external_id"},
		{open(c.Metrics.Listen), "metrics.listen is open to other machines, and asks for no password"},
	} {
		if rule.met {
			out = append(out, rule.says)
		}
	}
	return out
}

func discovered(c *config.Config) int {
	if c.Organization.Discover {
		return 2 // or there would be nothing to discover
	}
	return 0
}

// open reports whether an address can be reached from other machines.
func open(address string) bool {
	host, _, err := net.SplitHostPort(address)
	if err != nil || host == "localhost" {
		return false
	}
	ip := net.ParseIP(host)
	return ip == nil || !ip.IsLoopback()
}
