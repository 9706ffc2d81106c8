package serve

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"github.com/ripostehq/riposte/internal/config"
)

// Announcement is what a daemon will do, where, and in which mode.
type Announcement struct {
	Version  string   `json:"version"`
	Replica  string   `json:"replica"`
	Config   string   `json:"config"` // file; "" where there is none
	Ledger   string   `json:"ledger"`
	Sources  []string `json:"sources"`
	Accounts string   `json:"accounts"`
	Regions  []string `json:"regions"`
	Act      []string `json:"act"` // playbooks, with the scopes where they go less far or further
	Ask      []string `json:"ask"`
	Observe  []string `json:"observe"`
	Rights   []string `json:"rights"` // tiers that have a role; none: its own credentials
	Report   []string `json:"report"`
	Metrics  string   `json:"metrics"`           // address; "" where it is off
	Console  string   `json:"console,omitempty"` // address of the pages; "" where they are off
	Warnings []string `json:"warnings"`
}

// Announce says what will be done under a configuration, as its modes are at a moment.
func Announce(c *config.Config, sources []Source, now time.Time) Announcement {
	a := Announcement{
		Config: c.File, Ledger: c.Ledger.String(), Regions: append([]string{}, c.Organization.Regions...),
		Sources: []string{}, Act: []string{}, Ask: []string{}, Observe: []string{}, Rights: []string{}, Report: []string{}, Warnings: []string{},
	}
	switch o := c.Organization; {
	case o.Discover:
		a.Accounts = "the accounts of the organisation"
	case len(o.Accounts) > 0:
		a.Accounts = fmt.Sprintf("accounts listed: %d", len(o.Accounts))
	default:
		a.Accounts = "the account of its own credentials"
	}
	for _, s := range sources {
		a.Sources = append(a.Sources, s.Name)
	}
	for _, p := range c.Playbooks {
		list := map[config.Mode]*[]string{config.Act: &a.Act, config.Ask: &a.Ask, config.Observe: &a.Observe}[c.BoldestAt(p.ID, now)]
		name := p.ID
		if modes := c.Modes(p.ID, now); strings.Contains(modes, ",") {
			name += " (" + modes + ")"
		}
		*list = append(*list, name)
	}
	for _, t := range c.Organization.Roles.Tiers() {
		if t.Role != "" {
			a.Rights = append(a.Rights, t.Name)
		}
	}
	if c.Report.SecurityHub {
		a.Report = append(a.Report, "Security Hub")
	}
	if b := c.Report.EventBus; b.Name != "" {
		a.Report = append(a.Report, b.String())
	}
	a.Report = append(a.Report, c.Report.Channels()...)
	for _, w := range c.Warnings {
		a.Warnings = append(a.Warnings, w.String())
	}
	return a
}

// Text is the announcement for people, a line each.
func (a Announcement) Text() []string {
	or := func(list []string, none string) string {
		if len(list) == 0 {
			return none
		}
		return strings.Join(list, ", ")
	}
	where := "every region that events come from"
	if len(a.Regions) > 0 {
		where = strings.Join(a.Regions, ", ") + "; elsewhere it observes at most"
	}
	rows := [][2]string{
		{"riposte", a.Version + ", as " + a.Replica},
		{"config", cmp.Or(a.Config, "none: every playbook observes")},
		{"ledger", a.Ledger},
		{"sources", or(a.Sources, "none")},
		{"defends", a.Accounts + ", in " + where},
		{"acts", or(a.Act, "nowhere")},
		{"asks", or(a.Ask, "nowhere")},
		{"observes", or(a.Observe, "nothing")},
		{"rights", or(a.Rights, "those of its own credentials")},
		{"reports", or(a.Report, "to its ledger and log alone")},
		{"figures", cmp.Or(a.Metrics, "off")},
	}
	if a.Console != "" {
		rows = append(rows, [2]string{"console", a.Console})
	}
	var out []string
	for _, r := range rows {
		out = append(out, fmt.Sprintf("%-9s %s", r[0], r[1]))
	}
	for _, w := range a.Warnings {
		out = append(out, "warning   "+w)
	}
	return out
}
