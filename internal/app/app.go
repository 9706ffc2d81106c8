// Package app is what the command line, the daemon, the Lambda function and the tests have in common.
package app

import (
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"golang.org/x/time/rate"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/canary"
	"github.com/ripostehq/riposte/internal/cloud"
	"github.com/ripostehq/riposte/internal/code/owners"
	"github.com/ripostehq/riposte/internal/config"
	"github.com/ripostehq/riposte/internal/decoy"
	"github.com/ripostehq/riposte/internal/desk"
	"github.com/ripostehq/riposte/internal/engine"
	"github.com/ripostehq/riposte/internal/evidence"
	"github.com/ripostehq/riposte/internal/gate"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/source"
	"github.com/ripostehq/riposte/internal/sweep"
	"github.com/ripostehq/riposte/playbook"
)

// Parts are what riposte is put together from: adapters are the caller's choice.
type Parts struct {
	Config  *config.Config
	Kinds   []action.Kind // of actions: all that plans may hold, those of old cases too
	Store   ledger.Store
	AWS     func(event.Place) aws.Config // signs as riposte itself, before it assumes a role
	Now     func() time.Time
	Name    string // of this replica
	Log     *slog.Logger
	Meter   engine.Meter       // may be nil
	Workers *engine.WorkerPool // the idle ones; may be nil

	Channels Channels // in place of those that the configuration names; may be nil
	Tell     *Telling // nil: nobody is written to, nor answers in Slack

	Canaries canary.Meter // nil: none are sent, whatever the configuration says
	Sweeps   sweep.Meter  // nil: nothing is swept by the schedule, whatever the configuration says

	Foreign func(kind string) // told of each message that holds no record, for figures; may be nil

	// Proposer makes what proposes changes of code, which the function does not: it would have to carry the whole of Terraform's language. Nil: nothing is proposed.
	Proposer func(access.Reads, action.Codec, engine.Code) engine.Proposer

	// Code says which code makes a resource, in place of what the configuration names; may be nil.
	Code engine.Code

	Pace rate.Limit // of questions to the event history and to the price list, a second; 0: what AWS bears. A world bears all
}

// App is riposte, put together.
type App struct {
	Engine *engine.Engine
	Store  ledger.Store
	Config *config.Config
	Codec  action.Codec
	Now    func() time.Time

	Organization *Organization
	Desk         *desk.Desk // writes to people; nil where no channel is configured
	Slack        *Slack     // takes people's answers; nil where it is not configured

	Canaries *canary.Schedule // nil where none are sent
	Sweeps   *sweep.Rounds    // nil where nothing is swept

	access     *cloud.Cloud
	prices     playbook.Prices
	names      playbook.Names
	strangers  *source.Strangers
	reconciler *reconciler
}

// Unreachable lists the accounts and regions that riposte can't get into at present, and AWS Organizations where it does
// not answer. An account that has left the organisation since is no loss.
func (a *App) Unreachable() []cloud.Unreachable {
	shut := slices.DeleteFunc(a.access.Unreachable(), func(u cloud.Unreachable) bool { return a.Organization.left(u.Account) })
	return append(a.Organization.failing(), shut...)
}

// New puts riposte together.
func New(p Parts) *App {
	var catalogue []playbook.Definition
	for _, b := range p.Config.Playbooks {
		catalogue = append(catalogue, b.Definition)
	}
	codec := action.NewCodec(p.Kinds...)
	access := cloud.New(cloud.Options{
		Base: p.AWS, Roles: cloud.RolesOf(p.Config.Organization.Roles), ExternalID: p.Config.Organization.Roles.ExternalID,
		Guard: cloud.GuardFor(catalogue, p.Kinds), Now: p.Now,
	})
	org := organization(p.Config, func() event.Place { return cloud.Home(p.AWS) }, access, p.Now, p.Log)
	facts := p.Config.Facts()
	facts.Accounts = org.Member
	arriving := canary.Playbook(canary.Sender{Role: p.Config.Organization.Roles.Audit, Session: cloud.Visitor, Awaited: p.Config.Canary.Every > 0})
	chat := newSlack(p, codec)
	letters := newDesk(p, codec, chat)
	book, history := prices(p.Store, access, p), past(p.Store, access, p)
	index := newNameIndex(p.Store, org.memberIDs, p.Now)
	made := madeBy(p)
	var proposer engine.Proposer
	if p.Proposer != nil && made != nil {
		proposer = p.Proposer(access.Reads(), codec, made)
	}
	e := engine.New(engine.Options{
		Store: p.Store, Playbooks: append(slices.Clone(p.Config.Playbooks), arriving, decoy.Playbook()), Ours: org.Ours, Organization: facts,
		Tags: tags(p.Config), Policy: policy(p.Config, org), Namesake: access.Namesake, AWS: access, Codec: codec,
		Reporter: reporter(p, access, codec, catalogue, letters),
		Timing:   engine.DefaultTiming(), Now: p.Now, Name: p.Name, Log: p.Log,
		Meter: p.Meter, Workers: p.Workers,
		Code: made, Proposer: proposer, Metrics: evidence.NewMetrics(access.Reads(), p.Now), Past: history, Prices: book, Names: index,
	})
	a := &App{
		Engine: e, Store: p.Store, Config: p.Config, Codec: codec, Now: p.Now, Organization: org, Desk: letters, Slack: chat, access: access, prices: book, names: index,
		Canaries:   canaries(p, org),
		strangers:  &source.Strangers{Log: p.Log, Count: p.Foreign},
		reconciler: &reconciler{books: p.Config.Playbooks, records: history.Records, receive: e.Receive, sleep: rest},
	}
	a.Sweeps = a.rounds(p)
	return a
}

// tags begins the keys of the tags on what was changed: none are put where the rights for it are not granted.
func tags(c *config.Config) string {
	if !c.Granted(action.TierTag) {
		return ""
	}
	return c.Tags.Prefix
}

// madeBy asks which code makes a resource; nil where the configuration names none.
func madeBy(p Parts) engine.Code {
	if p.Code != nil {
		return p.Code
	}
	if o := owners.New(p.Config.Code, p.AWS); o != nil {
		return o
	}
	return nil
}

func breakGlass(c *config.Config) (all []gate.Principal) {
	for i, b := range c.BreakGlass {
		all = append(all, gate.Principal{ARN: b.ARN, ID: b.ID, Said: fmt.Sprintf("break_glass[%d]", i)})
	}
	return all
}

func policy(c *config.Config, o *Organization) gate.Policy {
	p := gate.Policy{
		Mode: o.mode, Foreign: o.foreign, Units: func(account string) []string { return o.standing(account).OUs },
		Regions: c.Organization.Regions, Untouchable: c.Untouchable,
		Limits: gate.Limits{Incidents: c.Limits.IncidentsPerHour, Destroy: c.Limits.DestroyPerHour, Sweep: sweepLimits(c.Sweep.Limits)}, Decoys: c.Facts().Decoys,
		Approval: approval(c), Code: c.InCode, BreakGlass: breakGlass(c),
	}
	for _, name := range cloud.RolesOf(c.Organization.Roles) {
		p.Roles = append(p.Roles, name)
	}
	for i, t := range c.Trusted {
		p.Trusted = append(p.Trusted, gate.Trust{Issuer: gate.Principal{ARN: t.Issuer, ID: t.ID, Said: fmt.Sprintf("trusted[%d]", i)}, Playbooks: t.Playbooks})
	}
	return p
}
