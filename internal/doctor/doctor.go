// Package doctor holds a configuration against the accounts that it is for: whether riposte gets in, sees what it must see,
// and can tell about it. It changes nothing, and says of each thing that is wrong how to mend it.
package doctor

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/cloud"
	"github.com/ripostehq/riposte/internal/code/owners"
	"github.com/ripostehq/riposte/internal/config"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/notify/slack"
	"github.com/ripostehq/riposte/internal/pattern"
)

// State is how a finding stands.
type State string

const (
	OK      State = "ok"
	Warning State = "warning" // it works, and is unwise
	Failed  State = "failed"  // it does not work
)

// Finding is what one check found.
type Finding struct {
	Check   string `json:"check"` // credentials, clock, ledger, rungs, slack, source, role, principal, deny, read, isolation, security-hub, rules, canary, channel, coverage, code
	Account string `json:"account,omitempty"`
	Name    string `json:"account_name,omitempty"` // of the account, where it is known
	Region  string `json:"region,omitempty"`
	State   State  `json:"state"`
	Says    string `json:"says"`
	Mend    string `json:"mend,omitempty"`
}

// AWS opens a session for one purpose in one place.
type AWS interface {
	Visit(event.Place, cloud.Purpose) aws.Config
	Reads() access.Reads
}

// Account is one account to look at, with the regions that count in it.
type Account struct {
	ID      string
	Name    string // "" where it is not known
	Regions []string
}

// Parts are what a doctor looks at.
type Parts struct {
	Config   *config.Config
	Own      func(event.Place) aws.Config // riposte's own credentials, before it assumes a role
	AWS      AWS                          // sessions in the accounts
	Home     event.Place                  // where riposte runs; its account is found out
	Accounts []Account
	Unknown  error          // why it is not known which accounts there are; nil where it is
	Rules    []pattern.Rule // that must be there in every account
	Ledger   func() (says string, err error)
	Channels []Channel // by which people are told
	Getenv   func(string) string
	Now      func() time.Time
	Call     time.Duration // the longest that one call may take
	// Covered is how the last listings of sweeps went; nil: the ledger keeps none.
	Covered func(context.Context) ([]ledger.Coverage, error)
	Slack   func(context.Context) (*slack.Channel, error)
	// States reads Terraform's states; nil: the configuration names none.
	States       func(context.Context) []owners.Place
	Repositories []Repository // that changes of code are proposed to
}

// atOnce is how many checks run at a time: an organisation has hundreds of accounts.
const atOnce = 16

// check is one question.
type check func(context.Context) []Finding

// Run makes all checks and tells what they found, in a stable order. Without accounts it looks at riposte's own; without
// credentials it asks nothing, since every answer would be the same.
func Run(ctx context.Context, p Parts, tell func(Finding)) {
	known := false
	run(ctx, []check{p.credentials}, func(f Finding) {
		if f.Check == "credentials" && f.State == OK {
			known, p.Home.Account = true, f.Account
		}
		tell(f)
	})
	if !known {
		return
	}
	if len(p.Accounts) == 0 {
		p.Accounts = []Account{{ID: p.Home.Account}}
	}
	run(ctx, append([]check{p.ledger, p.organization, p.rungs, p.covered, p.slack}, slices.Concat(p.sources(), p.channels(), p.code())...), tell)
	for _, a := range p.Accounts {
		checks, places := slices.Concat(p.roles(a), p.principals(a), p.denies(a)), p.places(a)
		for _, at := range places {
			checks = append(checks, p.region(at)...)
		}
		home := cloud.Global(places[0])
		if wanted := p.wanted(home, false); len(wanted) > 0 && !slices.Contains(places, home) {
			checks = append(checks, func(ctx context.Context) []Finding { return p.rules(ctx, home, wanted) })
		}
		run(ctx, checks, tell)
	}
}

// places are an account's regions, or where riposte runs.
func (p Parts) places(a Account) (out []event.Place) {
	if len(a.Regions) == 0 {
		a.Regions = []string{p.Home.Region}
	}
	for _, region := range a.Regions {
		out = append(out, event.Place{Partition: p.Home.Partition, Account: a.ID, Region: region})
	}
	return out
}

// run makes checks side by side and tells of them in order.
func run(ctx context.Context, checks []check, tell func(Finding)) {
	found := make([][]Finding, len(checks))
	slots := make(chan struct{}, atOnce)
	var all sync.WaitGroup
	for i, c := range checks {
		slots <- struct{}{}
		all.Go(func() {
			defer func() { <-slots }()
			found[i] = c(ctx)
		})
	}
	all.Wait()
	for _, fs := range found {
		for _, f := range fs {
			tell(f)
		}
	}
}

// limited bounds one call: what does not answer is a finding, not a wait.
func (p Parts) limited(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, p.Call)
}

func (f Finding) at(p event.Place) Finding {
	f.Account, f.Region = p.Account, p.Region
	return f
}

// one is a check's only finding: how it stands where there was no error, and what to do where there was one.
func one(f Finding, err error, mend string) []Finding {
	if err != nil {
		f.State, f.Says, f.Mend = Failed, err.Error(), mend
	}
	return []Finding{f}
}
