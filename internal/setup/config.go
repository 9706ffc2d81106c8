package setup

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ripostehq/riposte/internal/region"
)

// mostShown is how many of a kind stand in a comment: the file is for reading.
const mostShown = 12

// Config writes riposte.yaml: it observes, and says of each line what it was drawn from.
func Config(e *Estate, c Choice) string {
	p := &page{}
	p.note(0, "riposte.yaml, written by riposte init %s at %s as %s.", said(c.Version), c.At.UTC().Format(time.RFC3339), said(e.Caller.ARN))
	p.note(0, "It observes: nothing is changed until a mode below says ask or act. It holds the external id, which is nobody else's business.")
	p.note(0, "Every key: docs/keys.md. After a change: riposte validate riposte.yaml")
	p.line("")
	organizationPart(p, e, c)
	p.line("")
	trustedPart(p, e, c)
	p.line("")
	playbooksPart(p, e, c)
	p.line("")
	hubPart(p, e, c)
	missingPart(p, e)
	return p.String()
}

func organizationPart(p *page, e *Estate, c Choice) {
	switch {
	case e.Whole():
		p.note(0, "Organisation %s, management account %s: %s that are active.", said(e.Organization.ID), said(e.Organization.Management), counted(len(e.Accounts), "account"))
	case e.Organization != nil:
		p.note(0, "Account %s alone: it is in organisation %s, whose accounts it can't list.", said(e.Caller.Account), said(e.Organization.ID))
	default:
		p.note(0, "Account %s alone.", said(e.Caller.Account))
	}
	p.line("organization:")
	if e.Whole() {
		p.line("  discover: true   # accounts, names and units as AWS Organizations has them; a new one joins by itself")
	} else {
		p.line("  accounts:")
		for _, a := range e.Accounts {
			name := ", name: " + scalar(a.Name)
			if a.Name == "" || strings.Contains(a.Name, "${") { // which the configuration takes for a variable that nobody has put in
				name = ""
			}
			p.line("    - {id: %s%s}", scalar(a.ID), name)
		}
	}
	p.note(2, "Elsewhere riposte observes at most. Regions that are enabled and not listed here are an attacker's: deny them by policy.")
	p.line("  regions: %s", list(c.Regions, scalar))
	p.note(2, "The tiers of rights that are granted: enough to observe. contain comes next: tiers in riposte.tfvars, and contain: riposte-contain here.")
	p.line("  roles: {audit: riposte-audit, report: riposte-report, external_id: %s}", scalar(c.ExternalID))
	trailNotes(p, e)
}

func trailNotes(p *page, e *Estate) {
	if len(e.Trails) == 0 {
		p.note(0, "No trail was found. Without one that logs management events in every region, EventBridge hears of nothing and so does riposte.")
	}
	for i, t := range e.Trails {
		if i == mostShown {
			p.note(0, "... and %d more trails", len(e.Trails)-i)
			break
		}
		p.note(0, "Trail %s.", t.Says())
	}
}

// Says describes a trail, and what it lacks.
func (t Trail) Says() string {
	of := "of this account"
	if t.Organization {
		of = "of the organisation"
	}
	where := "in " + said(t.Region) + " alone, so that the other regions tell nothing"
	if t.Everywhere {
		where = "in every region"
	}
	events := map[string]string{
		"all": "all management events", "writes": "management events that write", "reads": "only reads, of which riposte hears too little", "none": "no management events, of which riposte lives",
	}[t.Management]
	if events == "" {
		events = "which events could not be read"
	}
	state := map[string]string{Logging: "logging", Stopped: "STOPPED"}[t.State]
	if state == "" {
		state = "whether it logs could not be read"
	}
	return fmt.Sprintf("%s, %s: %s, %s, %s, into bucket %s", said(t.Name), of, state, where, events, said(t.Bucket))
}

func trustedPart(p *page, e *Estate, c Choice) {
	p.note(0, "Automation that may do what a playbook would answer: an entry for each that you know. That something launched much is no reason to trust it.")
	can := e.Trustable()
	chosen := slices.DeleteFunc(slices.Clone(can), func(l Launcher) bool { return !slices.Contains(c.Trusted, l.ARN) })
	entry := func(l Launcher) string {
		return fmt.Sprintf("- {issuer: %s, id: %s, playbooks: [%s]}", scalar(l.ARN), scalar(l.ID), scalar("launch.*"))
	}
	if len(chosen) == 0 {
		p.line("trusted: []")
	} else {
		p.line("trusted:")
	}
	for _, l := range chosen {
		p.note(2, "%s", e.Evidence(l))
		p.line("  %s", entry(l))
	}
	shown := 0
	for _, l := range e.Launchers {
		if slices.Contains(c.Trusted, l.ARN) && slices.Contains(can, l) {
			continue
		}
		if shown++; shown > mostShown {
			p.note(2, "... and others, which launched less")
			break
		}
		why := map[Kind]string{Service: "; a service-linked role, which acts for whoever made the group", People: "; people, who are never trusted", Other: "; no role or user"}[l.Kind]
		p.note(2, "%s%s", e.Evidence(l), why)
		if slices.Contains(can, l) {
			p.note(2, "%s", entry(l))
		}
	}
	if len(e.Launchers) == 0 {
		p.note(2, "No launch of the last %d days was seen, as far as they could be read.", int(e.Past.Hours()/24))
	}
}

// playbooksPart writes the two playbooks that have a policy of images, and how modes go on from here.
func playbooksPart(p *page, e *Estate, c Choice) {
	p.line("playbooks:")
	p.line("  defaults:")
	p.line("    mode: observe")
	p.line("  launch.unapproved-image:")
	p.note(4, "Then, where it hurts least first, a unit or an account at a time, each playbook by itself (riposte promote writes such a line, with its end):")
	for _, u := range e.units(mostShown) {
		p.note(4, "%s: ask   # %s, %s", u.ID, said(u.Name), counted(u.accounts, "account"))
	}
	if !e.Whole() {
		p.note(4, "%s: ask", scalar(e.Caller.Account))
	}
	p.line("    params:")
	p.note(6, "Images of the organisation's own accounts may be launched anyway.")
	p.line("      allow_owners:")
	p.line("        - self")
	ownersPart(p, e, c)
	p.line("  launch.unapproved-template:")
	p.line("    params: {allow_owners: %s}   # the same", list(append([]string{"self"}, c.Owners...), scalar))
}

func ownersPart(p *page, e *Estate, c Choice) {
	written := []string{"self"}
	shown := 0
	for _, o := range e.Owners {
		name := o.Account
		if slices.Contains(c.Owners, o.Alias) && o.Alias != "" {
			name = o.Alias
		}
		if shown++; shown > mostShown && !slices.Contains(c.Owners, name) {
			continue
		}
		p.note(8, "%s", o.Evidence())
		switch {
		case slices.Contains(written, name) || o.Ours || name == "":
		case slices.Contains(c.Owners, name):
			p.line("        - %s", scalar(name))
			written = append(written, name)
		case account.MatchString(name):
			p.note(8, "- %s   # yours to say: anybody can launch much", scalar(name))
		}
	}
	for _, o := range c.Owners {
		if !slices.Contains(written, o) {
			p.line("        - %s   # named when this was written; none of its images runs", scalar(o))
		}
	}
	if shown > mostShown {
		p.note(8, "... and owners of fewer instances")
	}
}

// filled is a unit with how many accounts are right in it.
type filled struct {
	Unit
	accounts int
}

// units are the organisational units that hold accounts, the smallest first: where one begins.
func (e *Estate) units(most int) (all []filled) {
	for _, a := range e.Accounts {
		if len(a.Units) == 0 || !strings.HasPrefix(a.Units[0].ID, "ou-") || !unitID.MatchString(a.Units[0].ID) {
			continue
		}
		i := slices.IndexFunc(all, func(u filled) bool { return u.ID == a.Units[0].ID })
		if i < 0 {
			i, all = len(all), append(all, filled{Unit: a.Units[0]})
		}
		all[i].accounts++
	}
	slices.SortStableFunc(all, func(a, b filled) int { return a.accounts - b.accounts })
	return all[:min(most, len(all))]
}

// hubPart writes where riposte lives, by the names that deploy/terraform gives.
func hubPart(p *page, e *Estate, c Choice) {
	queue := func(name string) string {
		return scalar(fmt.Sprintf("https://sqs.%s.%s/%s/%s", c.Region, region.In(c.Region).Suffix, c.Hub, name))
	}
	p.note(0, "What deploy/terraform makes in account %s, region %s.", said(c.Hub), said(c.Region))
	p.line("ledger: dynamodb:riposte-record")
	p.line("report: {security_hub: true}")
	if c.RunAs == Function {
		p.line("lambda: {queues: [%s], wake_queue: %s}", queue("riposte-events"), queue("riposte-wake"))
		return
	}
	p.line("sources:")
	p.line("  - sqs: {queue_url: %s, region: %s}", queue("riposte-events"), scalar(c.Region))
}

func missingPart(p *page, e *Estate) {
	if len(e.Missing) == 0 {
		return
	}
	p.line("")
	p.note(0, "What could not be read, so that nothing above counts it:")
	for _, m := range e.Missing {
		p.note(0, "- %s", m.Says())
	}
}

// Says says what was missing, where, why and what it would have taken.
func (m Missing) Says() string {
	in := ""
	if n := len(m.Accounts); n > 0 {
		in = fmt.Sprintf(", in %s (%s", counted(n, "account"), strings.Join(m.Accounts[:min(n, 3)], ", "))
		if n > 3 {
			in += ", ..."
		}
		in += ")"
	}
	return said(fmt.Sprintf("%s%s", m.What, in)) + ": " + said(m.Why) + "; it takes " + m.Permission
}
