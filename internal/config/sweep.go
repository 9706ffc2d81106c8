package config

import (
	"errors"
	"slices"
	"time"

	"github.com/ripostehq/riposte/internal/strict"
)

// Sweep is when accounts are swept, and how much AWS is asked for it.
type Sweep struct {
	At              Clock `yaml:"at" help:"When the first account is swept each day, in quotes: \"03:00\". Without it nothing is swept but by riposte sweep."`
	Zone            Zone  `yaml:"zone" help:"The time zone of at: UTC, Europe/Berlin. Default UTC."`
	Spread          Span  `yaml:"spread" help:"Over how long after that accounts are spread, each at a fixed moment of its own: at most 12h. Default 2h."`
	CallsPerAccount int   `yaml:"calls_per_account" help:"The most calls of a sweep in an account and day: every read is a CloudTrail event, which a second trail and GuardDuty charge for. Default 5000."`

	Limits SweepLimits `yaml:"limits" help:"The most that sweeps change within 24 hours, apart from limits, which are those of attacks. What is more is held until the next day, or until a person approves."`
}

// SweepLimits are breakers of what sweeps change, in resources. Zero would hold everything and is refused.
type SweepLimits struct {
	PerPlaybook  int `yaml:"per_playbook" help:"Resources that one playbook changes in 24 hours. Default 20."`
	PerAccount   int `yaml:"per_account" help:"Resources that are changed in one account. Default 20."`
	Organisation int `yaml:"organisation" help:"Resources that are changed in all accounts. Default 100."`
	SharePercent int `yaml:"share_percent" help:"Of the resources of a type that were listed in an account, how many percent one playbook changes; one in any case. Default 10."`
}

// check refuses breakers that would hold everything, or nothing.
func (l SweepLimits) check(at func(key string) strict.Node) {
	for _, x := range []struct {
		key  string
		most int
	}{{"per_playbook", l.PerPlaybook}, {"per_account", l.PerAccount}, {"organisation", l.Organisation}} {
		if x.most < 1 {
			at(x.key).Complain("want at least 1: to change nothing, leave the playbooks in observe")
		}
	}
	if l.SharePercent < 1 || l.SharePercent > 100 {
		at("share_percent").Complain("want from 1 to 100 percent")
	}
}

// Clock is a time of day; the zero value is none.
type Clock struct {
	since time.Duration // midnight
	set   bool
}

// UnmarshalText reads "03:00".
func (c *Clock) UnmarshalText(text []byte) error {
	at, err := time.Parse("15:04", string(text))
	if err != nil {
		return errors.New(`want a time of day, in quotes: "03:00"`)
	}
	*c = Clock{at.Sub(time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC)), true}
	return nil
}

// Since is how long after midnight; false where none is set.
func (c Clock) Since() (time.Duration, bool) { return c.since, c.set }

// String is the time as the file may say it, "" for none.
func (c Clock) String() string {
	if !c.set {
		return ""
	}
	return time.Time{}.Add(c.since).Format("15:04")
}

// sweep checks the schedule.
func (k checker) sweep() {
	s := k.c.Sweep
	s.Limits.check(func(key string) strict.Node { return k.at("sweep", "limits", key) })
	if at, said := k.said("sweep", "spread"); said && time.Duration(s.Spread) > 12*time.Hour {
		at.Complain("want at most 12h: the next day's sweep begins after a day")
	}
	if at, said := k.said("sweep", "calls_per_account"); said && s.CallsPerAccount < 1 {
		at.Complain("want at least 1: to sweep nothing, leave sweep.at out")
	}
	if _, on := s.At.Since(); !on {
		return
	}
	if o := k.c.Organization; !o.Discover && len(o.Accounts) == 0 {
		k.at("sweep", "at").Complain("there is no account to sweep: list them in organization.accounts, or set organization.discover")
	}
}

// sweepChanges: what is swept less often, or with fewer calls, is found later.
func sweepChanges(old, now *Config) []Change {
	_, was := old.Sweep.At.Since()
	_, is := now.Sweep.At.Since()
	if was != is || !is {
		return told(was, is, "sweep.at: accounts are swept now", "sweep.at: nothing is swept any more")
	}
	a, b := old.Sweep, now.Sweep
	return append(
		weakerWhere(false, a.At != b.At || a.Zone.String() != b.Zone.String() || a.Spread != b.Spread, "sweep: at %s %s, spread over %s", b.At, b.Zone, b.Spread),
		weakerWhere(b.CallsPerAccount < a.CallsPerAccount, a.CallsPerAccount != b.CallsPerAccount, "sweep.calls_per_account: %d, was: %d", b.CallsPerAccount, a.CallsPerAccount)...)
}

func sweepLimitChanges(old, now *Config) []Change {
	was, is := old.Sweep.Limits, now.Sweep.Limits
	return slices.Concat(
		value("sweep.limits.per_playbook", was.PerPlaybook, is.PerPlaybook), value("sweep.limits.per_account", was.PerAccount, is.PerAccount),
		value("sweep.limits.organisation", was.Organisation, is.Organisation), value("sweep.limits.share_percent", was.SharePercent, is.SharePercent))
}
