package config

import (
	"net"
	"slices"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/playbook"
)

// unwise warns of what a configuration allows and a person should have decided: each with what follows from it, and what to
// do. It looks at the whole, when each part is known to be right.
func (k checker) unwise() {
	if k.c.File == "" {
		k.warn(k.root, "there is no configuration: every playbook observes, and nothing is reported; write riposte.yaml, or name one with --config")
		return
	}
	if !k.root.Present() {
		k.warn(k.root, "the file says nothing: every playbook observes, nothing is reported, and there is no source for riposte serve to read; is it the right one?")
		return
	}
	k.idle()
	k.unarmed()
	if !k.c.Report.Tells() {
		k.warn(k.at("report"), "nothing is reported: %s, or watch the log and riposte cases", setAReport)
	}
	k.exposed()
	k.unanswered()
	k.unreached()
	if l := k.c.Limits; l.DestroyPerHour > l.IncidentsPerHour {
		k.warn(k.at("limits", "destroy_per_hour"), "destroy_per_hour %d is never reached: incidents_per_hour holds at %d; lower the first or raise the second",
			l.DestroyPerHour, l.IncidentsPerHour)
	}
	k.elsewhere()
	k.nowhere()
	k.strangers()
	k.unlisted()
	k.careless()
}

// idle is what is written down and does nothing.
func (k checker) idle() {
	if len(k.bold(Act)) == 0 {
		k.warn(k.at("playbooks"), "no playbook acts: whatever happens is recorded, or asked about, and not answered; set mode: act where you have seen what is found")
	}
	for _, x := range []struct {
		section, why string
		idle         bool
	}{
		{"console", "no address is named for the pages; name console.listen, or begin them with riposte console --listen", k.c.Console.Listen == ""},
		{"approval", "nobody is named who may approve, and silence holds; name approval.approvers", len(k.c.Approvers()) == 0 && !k.answered()},
		{"owners", "without approval.approvers whoever can write the ledger gives orders, and owners are told by report.slack and report.mail alone", len(k.c.Approvers()) == 0 && !k.c.Report.writes()},
		{"exceptions", "without approval.approvers nothing bounds them", len(k.c.Approvers()) == 0},
		{"tags", "no tag role is named; name roles.tag, or leave it out", !k.c.Granted(action.TierTag)},
	} {
		if at := k.at(x.section); at != k.root && at.Present() && x.idle {
			k.warn(at, "%s does nothing: %s", x.section, x.why)
		}
	}
}

// unarmed are tiers of rights that are missing, or dangerous to have.
func (k checker) unarmed() {
	r, at := k.c.Organization.Roles, k.at("organization", "roles")
	acts, roles := k.bold(Act), r != (Roles{ExternalID: r.ExternalID})
	switch {
	case len(acts) > 0 && !roles:
		k.warn(k.at("playbooks"), "acting with the process's own credentials: an attacker who takes this process over has all its rights; name organization.roles, tier by tier")
		return
	case len(acts) > 0 && r.Contain == "":
		k.warn(at, "a playbook acts, and no contain role is named: every change will be refused; name roles.contain, or let it observe")
	}
	if roles && r.Audit == "" {
		k.warn(at, "no audit role is named: nothing can be read, so that no finding is ever confirmed; name roles.audit")
	}
	if roles && r.Report == "" && k.c.Report.SecurityHub {
		k.warn(at, "no report role is named: Security Hub is told nothing; name roles.report, or leave report.security_hub out")
	}
	for _, l := range k.c.Lacking() {
		if l.Tier == action.TierContain && len(acts) > 0 || l.Tier == action.TierDestroy && !l.All {
			continue // which is said for all, or is the default: what destroys is off unless it is named, and the rest of the playbook answers
		}
		follows := l.Follows()
		if follows != "" {
			follows = ": " + follows
		}
		k.warn(at, "no %s role is named, so that %s%s; name roles.%s, or have it observe", l.Tier, l, follows, l.Tier)
	}
	if r.Destroy != "" {
		k.warn(at.At("destroy"), "the destroy tier is on: what riposte terminates is gone for good; leave roles.destroy out where that must not be")
	}
	if roles && r.ExternalID == "" && (k.c.Organization.Discover || len(k.c.Organization.Accounts) > 1) {
		k.warn(at, "roles in other accounts are assumed without external_id; set it to what their trust asks for")
	}
}

// bold are the playbooks that go at least as far as a mode somewhere.
func (k checker) bold(m Mode) (out []playbook.Playbook) {
	for _, p := range k.c.Playbooks {
		if !k.c.Boldest(p.ID).Less(m) {
			out = append(out, p)
		}
	}
	return out
}

// exposed are listeners that other machines can reach, and sources that believe more than AWS.
func (k checker) exposed() {
	if open(k.c.Metrics.Listen) {
		k.warn(k.at("metrics", "listen"), "metrics.listen is open to other machines, and asks for no password; listen on 127.0.0.1, or keep others away")
	}
	for i, s := range k.c.Sources {
		if s.Bare() {
			k.warn(k.at("sources", i), "records are believed that no event of EventBridge's wraps: their sender can make up what any actor did")
		}
		if s.HTTP != nil && open(s.HTTP.Listen) {
			k.warn(k.at("sources", i, "http", "listen"), "http.listen is open to other machines, and its secret is not encrypted on the way; put something before it that speaks TLS")
		}
	}
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

// elsewhere are principals and resources in accounts that the file does not know: probably a digit is wrong, and then nothing
// is spared.
func (k checker) elsewhere() {
	var glass []string
	for _, p := range k.c.BreakGlass {
		glass = append(glass, p.ARN)
	}
	for _, list := range []struct {
		path []any
		arns []string
	}{{[]any{"break_glass"}, glass}, {[]any{"untouchable"}, k.c.Untouchable}, {[]any{"people", "issuers"}, k.c.People.Issuers}} {
		for i, s := range list.arns {
			parts, _ := arn(s)
			if accountID.MatchString(parts[4]) && !k.ours(parts[4]) {
				k.warn(k.at(append(list.path, i)...), "account %s is not in organization.accounts: nothing there is ever met; list it, or mend the ARN", parts[4])
			}
		}
	}
}

// unanswered is where a question may find nobody who can answer it.
func (k checker) unanswered() {
	switch all := k.c.Approvers(); {
	case len(all) == 0:
	case k.c.Approval.CommandLine == HaltOnly && !k.c.Console.SignsIn() && !k.c.Report.Slack.Takes():
		k.warn(k.at("approval"), "nobody can approve, dismiss or undo: the command line may halt only, and nobody signs in to the console; "+
			"name console.oidc, alb or proxy, let Slack take clicks, or say command_line: all, where the names of its users can be believed")
	case len(all) == 1:
		k.warn(k.at("approval", "approvers"), "%s is the only approver: what the case is about %s's own doing nobody can answer", all[0], all[0])
	}
}

// answered reports whether silence means anything.
func (k checker) answered() bool {
	return slices.ContainsFunc(k.c.answersTo(), func(x keyedAnswer) bool { return x.After > 0 })
}
