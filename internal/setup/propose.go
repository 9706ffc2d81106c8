package setup

import (
	"fmt"
	"slices"
	"time"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/cloud"
)

// Forms in which riposte runs, as Terraform's run_as has them.
const (
	Daemon   = "daemon"
	Function = "lambda"
)

// Choice is what is begun with: proposed from what was found, and a person's to change.
type Choice struct {
	RunAs      string // Daemon or Function
	Why        string // this form; "" where a person chose it
	Hub        string // the account that riposte lives in; "" where nobody can tell but a person
	Region     string // of the hub
	Regions    []string
	Owners     []string // of images that may be launched beside the organisation's: account ids and aliases
	Trusted    []string // ARNs of launchers
	ExternalID string
	Version    string // of the riposte that proposes
	At         time.Time
}

// Whole reports whether all of an organisation is defended, rather than the caller's account.
func (e *Estate) Whole() bool { return e.Listed && e.Organization != nil }

// Home is the region of global services.
func (e *Estate) Home() string {
	return cloud.Global(event.Place{Partition: e.Caller.Partition}).Region
}

// Propose proposes what can be told from an estate. What an attacker could have brought about (launches, images of other accounts)
// is proposed to nobody's trust: a person names it.
func Propose(e *Estate) Choice {
	c := Choice{Hub: e.Caller.Account, Region: e.Caller.Region, RunAs: Daemon}
	for _, o := range e.Owners {
		if o.Alias == amazon {
			c.Owners = append(c.Owners, amazon)
		}
	}
	c.Owners = slices.Compact(slices.Sorted(slices.Values(c.Owners)))
	if !e.Whole() {
		c.Regions = []string{c.Region}
		c.Why = "one account: riposte serve can be started from a shell and watched; --run-as lambda is for one that shall stay"
		return c
	}
	for _, a := range e.Accounts {
		c.Regions = append(c.Regions, a.Regions...)
	}
	slices.Sort(c.Regions)
	if c.Regions = slices.Compact(c.Regions); len(c.Regions) == 0 {
		c.Regions = []string{c.Region}
	}
	c.RunAs = Function
	c.Why = fmt.Sprintf("%d accounts: AWS keeps a function running and starts as many as events need; --run-as daemon where you want its figures and pages", len(e.Accounts))
	if c.Hub == e.Organization.Management {
		c.Hub = "" // no service control policy binds it, so that riposte is not to live there
	}
	return c
}

// amazon is the alias that AWS alone can give: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Image.html
const amazon = "amazon"

// Doubtful are owners that nobody but a person can vouch for, those with the most instances first.
func (e *Estate) Doubtful() []Owner {
	return slices.DeleteFunc(slices.Clone(e.Owners), func(o Owner) bool { return o.Ours || o.Alias == amazon || !account.MatchString(o.Account) })
}

// Trustable are the launchers that a person may trust: they are of the estate, and known by an id.
func (e *Estate) Trustable() []Launcher {
	return slices.DeleteFunc(slices.Clone(e.Launchers), func(l Launcher) bool {
		ours := slices.ContainsFunc(e.Accounts, func(a Account) bool { return a.ID == accountOf(l.ARN) })
		return l.Kind != Automation && l.Kind != User || !ours || !uniqueID.MatchString(l.ID)
	})
}

// Evidence says in words what an owner's images do.
func (o Owner) Evidence() string {
	return fmt.Sprintf("%s of images of %s in %s", counted(o.Instances, "instance"), said(o.name()), counted(o.Accounts, "account"))
}

func (o Owner) name() string {
	switch {
	case o.Account == "":
		return "an owner that can't be told: they are gone, or not shared any more"
	case o.Alias != "":
		return o.Alias + " (" + o.Account + ")"
	case o.Example != "":
		return o.Account + ", one of them " + o.Example
	}
	return o.Account
}

// Evidence says in words what a launcher launched, of all that was launched in the time that was looked at.
func (e *Estate) Evidence(l Launcher) string {
	return fmt.Sprintf("%s launched %d of %s in the last %d days, in %s", said(l.ARN), l.Instances, counted(e.Launched, "instance"), int(e.Past.Hours()/24), counted(l.Accounts, "account"))
}

func counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
