package config

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/spelling"
	"github.com/ripostehq/riposte/internal/strict"
	"github.com/ripostehq/riposte/playbook"
)

// Approval is who may give orders.
type Approval struct {
	Approvers   []string    `yaml:"approvers" help:"Groups whose members may approve. Nobody approves what the case is about their own doing, whatever the name."`
	CommandLine CommandLine `yaml:"command_line" help:"Which orders the command line gives. It knows the operating system's name for whoever types, which proves nothing."`
	Contain     Contain     `yaml:"contain" help:"How long people have for an answer to what contains. None holds, or reminds: nothing else."`
	Mend        Answer      `yaml:"mend" help:"To what mends, and what only tags."`
	Destroy     Answer      `yaml:"destroy" help:"To what has no way back."`
	Production  Production  `yaml:"production" help:"In accounts whose environment is production, or not said. What stands above does not count there."`
}

// Answer is how long people have for one, and what none means.
type Answer struct {
	After   Span    `yaml:"after" help:"Counted from when everything that is reported to has accepted the question: 48h, 14d."`
	Silence Silence `yaml:"silence" help:"What it means that nobody has answered. Before act and expire, people are told once more."`
}

// Contain is how long people have for an answer to what contains, and who is told next.
type Contain struct {
	After   Span     `yaml:"after" help:"Counted from when everything that is reported to has accepted the question: 15m."`
	Silence Silence  `yaml:"silence" help:"What it means that nobody has answered: hold, or remind."`
	Chain   []string `yaml:"chain" help:"Groups that are told one after the other while nobody answers, in production too; at last pagerduty."`
}

// PagerDutyAtLast ends a chain of groups by a page.
const PagerDutyAtLast = "pagerduty"

// String is an answer in words: "act after 2d".
func (a Answer) String() string {
	if a.Silence == "" || a.Silence == Silence(ledger.Holds) {
		return "silence holds"
	}
	return fmt.Sprintf("silence means %s after %s", a.Silence, a.After)
}

// Production is how it is there.
type Production struct {
	Contain Answer  `yaml:"contain" help:"To what contains."`
	Mend    Answer  `yaml:"mend" help:"To what mends, and what only tags."`
	Destroy Destroy `yaml:"destroy" help:"To what has no way back."`
}

// Destroy is what it takes to destroy there.
type Destroy struct {
	Persons int     `yaml:"persons" help:"How many different persons have to approve it, one of them an approver. Where there are approvers."`
	After   Span    `yaml:"after" help:"As above."`
	Silence Silence `yaml:"silence" help:"As above. What takes several persons is not done because none has answered."`
}

// Silence is what it means that nobody has answered.
type Silence string

// Enum lists what it can mean.
func (Silence) Enum() []string {
	return []string{string(ledger.Holds), string(ledger.Reminds), string(ledger.Acts), string(ledger.Expires)}
}

// CommandLine says which orders it gives.
type CommandLine string

const (
	HaltOnly  CommandLine = "halt-only" // it halts and releases, as always
	AllOrders CommandLine = "all"       // the operating system's names are believed
)

// Enum lists them.
func (CommandLine) Enum() []string { return []string{string(HaltOnly), string(AllOrders)} }

// Exceptions are the longest that the same finding may stay unanswered, after an undo or by an exception.
type Exceptions struct {
	Contain    Span `yaml:"contain" help:"Where something was contained, or would be."`
	Production Span `yaml:"production" help:"Else in production, where an approver orders it."`
	Owner      Span `yaml:"owner" help:"Else: outside production, and where an owner orders it."`

	Never []string `yaml:"never" help:"Playbooks, or themes like launch.*, of which no finding is ever let be, beside those that hide traces or touch a decoy, which never are."`
}

// NeverExcepted reports whether no finding of a playbook is ever let be.
func (c *Config) NeverExcepted(playbookID string) bool {
	return slices.ContainsFunc(c.Exceptions.Never, func(pattern string) bool { return playbook.Covers(pattern, playbookID) })
}

func (k checker) exceptions() {
	for i, pattern := range k.c.Exceptions.Never {
		if !slices.ContainsFunc(k.ids, func(id string) bool { return playbook.Covers(pattern, id) }) {
			k.at("exceptions", "never", i).Complain("%q is no playbook, and no theme of any%s", pattern, spelling.Hint(pattern, k.ids))
		}
	}
}

// Approvers are the addresses of those who may approve; none where the file names none.
func (c *Config) Approvers() (all []string) {
	for _, name := range c.Approval.Approvers {
		all = append(all, c.members(name)...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// InProduction reports whether an account is in production, as far as the file says: what is not known may be.
func (c *Config) InProduction(account string) bool {
	e := c.accounts[account].Environment
	return e == "production" || e == ""
}

// members are the addresses that a name stands for: of a group, or itself.
func (c *Config) members(name string) (all []string) {
	if strings.Contains(name, "@") {
		return []string{c.People.Address(name)}
	}
	for _, m := range c.Groups[name].Members {
		all = append(all, c.People.Address(m))
	}
	return all
}

// persons checks who is who.
func (k checker) persons(p people) {
	k.domains(p.Domains)
	if p.Address != "" {
		if k.ourAddress(k.at("people", "address"), p.Address); strings.Count(p.Address, "{session}") != 1 {
			k.at("people", "address").Complain("want {session} once, where the name goes: {session}@example.com")
		}
	}
	for user, address := range p.Users {
		at := k.at("people", "users", user)
		if parts, ok := arn(user); !ok || parts[2] != "iam" || !accountID.MatchString(parts[4]) || !strings.HasPrefix(parts[5], "user/") {
			at.Complain("%q is not the ARN of an IAM user: want arn:aws:iam::ACCOUNT:user/NAME", user)
		}
		k.ourAddress(at, address)
	}
	k.c.People.Aliases = map[string]string{}
	for alias, counts := range p.Aliases {
		at := k.at("people", "aliases", alias)
		k.ourAddress(at, alias)
		k.ourAddress(at, counts)
		if _, further := p.Aliases[strings.ToLower(counts)]; further {
			at.Complain("%s is an alias itself: name the address that counts", counts)
		}
		k.c.People.Aliases[strings.ToLower(alias)] = strings.ToLower(counts)
	}
	k.groups(p.Groups)
}

// approval checks who may give orders: somebody has to be able to.
func (k checker) approval() {
	a := k.c.Approval
	for i, name := range a.Approvers {
		k.group(k.at("approval", "approvers", i), name)
	}
	k.chain(a.Contain)
	persons, able := a.Production.Destroy.Persons, k.c.Approvers()
	for _, who := range k.c.OwnersOf() {
		able = append(able, who...)
	}
	slices.Sort(able)
	able = slices.Compact(able)
	switch at := k.at("approval", "production", "destroy", "persons"); {
	case persons < 1:
		at.Complain("want at least 1")
	case len(k.c.Approvers()) > 0 && persons > len(able):
		at.Complain("what is destroyed in production takes %d persons (approval.production.destroy.persons), and %d may approve it: name more members of people.groups, or fewer persons", persons, len(able))
	}
}

// setAReport is what to do where nothing is reported.
const setAReport = "set report.security_hub, report.event_bus, report.slack or report.mail"

// chain checks who is told next of a containment that nobody answers.
func (k checker) chain(c Contain) {
	at := k.at("approval", "contain", "chain")
	for i, name := range c.Chain {
		switch at := at.At(i); {
		case slices.Index(c.Chain, name) < i:
			at.Complain("%s is there twice", name)
		case name != PagerDutyAtLast:
			k.group(at, name)
		case i < len(c.Chain)-1:
			at.Complain("%s is the last of a chain: it does not say whether anybody answers", name)
		case k.c.Report.PagerDuty.Key == "":
			at.Complain("nobody is paged: set report.pagerduty")
		}
	}
	reminds := func(x keyedAnswer) bool {
		return x.class == action.Contain && x.Silence == Silence(ledger.Reminds)
	}
	if len(c.Chain) > 0 && !slices.ContainsFunc(k.c.answersTo(), reminds) {
		at.Complain("the next of a chain is told when the one before is reminded: say silence: remind")
	}
}

// answers checks what silence means: nobody's patience may switch a containment off, or do what would come too late; and what nobody is
// told of is no silence.
func (k checker) answers() {
	for _, x := range k.c.answersTo() {
		at := k.root
		for step := range strings.SplitSeq(x.key, ".") {
			at = at.At(step)
		}
		means, after := ledger.Silence(x.Silence), time.Duration(x.After)
		switch {
		case means == "" && after == 0, means == ledger.Holds && after == 0:
		case means == "" || means == ledger.Holds:
			at.At("after").Complain("after what? say what silence means then: remind, act or expire")
		case after <= 0:
			at.At("silence").Complain("say when: after is missing")
		case x.class == action.Contain && means != ledger.Reminds:
			at.At("silence").Complain("silence can't %s what contains: want hold or remind", means)
		case after < ledger.Notice*2 && means != ledger.Reminds:
			at.At("after").Complain("want at least %s: people are told once more %s before", ledger.Notice*2, ledger.Notice)
		case !k.c.Report.Tells():
			at.At("silence").Complain("nobody is told of a question, so that nobody is silent: %s", setAReport)
		case means == ledger.Acts && x.production && x.class == action.Destroy && len(k.c.Approval.Approvers) > 0 && k.c.Approval.Production.Destroy.Persons > 1:
			at.At("silence").Complain("what takes %d persons is not done because none has answered: want hold, remind or expire", k.c.Approval.Production.Destroy.Persons)
		}
	}
}

// group wants one that has members.
func (k checker) group(at strict.Node, name string) {
	g, there := k.c.Groups[name]
	switch {
	case !there:
		at.Complain("there is no group %q in people.groups%s", name, spelling.Hint(name, slices.Collect(maps.Keys(k.c.Groups))))
	case len(g.Members) == 0:
		at.Complain("the group %s has no members: nobody could answer; name them, people.groups.%s.members: [name@example.com]", name, name)
	}
}
