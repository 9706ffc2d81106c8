// Package app is what the command line, the daemon, the Lambda function and the tests have in common.
package app

import (
	"log/slog"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/cloud"
	"github.com/ripostehq/riposte/internal/config"
	"github.com/ripostehq/riposte/internal/engine"
	"github.com/ripostehq/riposte/internal/gate"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/playbook"
)

// Parts are what riposte is put together from: adapters are the caller's choice.
type Parts struct {
	Config *config.Config
	Store  ledger.Store
	AWS    func(event.Place) aws.Config // signs as riposte itself, before it assumes a role
	Now    func() time.Time
	Name   string // of this replica
	Log    *slog.Logger
	Meter  engine.Meter // may be nil
	Wake   func()       // see engine.Parts; may be nil
}

// App is riposte, put together.
type App struct {
	Engine *engine.Engine
	Store  ledger.Store
	Config *config.Config
	Codec  action.Codec
	Now    func() time.Time
}

// New puts riposte together.
func New(p Parts) *App {
	var catalogue []playbook.Definition
	for _, b := range p.Config.Playbooks() {
		catalogue = append(catalogue, b.Definition)
	}
	codec := action.NewCodec(action.Kinds()...)
	access := cloud.New(cloud.Options{
		Base: p.AWS, Roles: roles(p.Config.Organization.Roles), ExternalID: p.Config.Organization.Roles.ExternalID,
		Guard: cloud.GuardFor(catalogue, action.Kinds()), Now: p.Now,
	})
	e := engine.New(engine.Parts{
		Store: p.Store, Playbooks: p.Config.Playbooks(), Policy: policy(p.Config), AWS: access, Codec: codec,
		Reporter: reporter(p, access, codec, catalogue),
		Timing:   engine.DefaultTiming(), Now: p.Now, Name: p.Name, Log: p.Log,
		Meter: p.Meter, Wake: p.Wake,
	})
	return &App{Engine: e, Store: p.Store, Config: p.Config, Codec: codec, Now: p.Now}
}

func roles(r config.Roles) map[cloud.Purpose]string {
	named := map[cloud.Purpose]string{}
	for p, name := range map[cloud.Purpose]string{
		cloud.Audit: r.Audit, cloud.Report: r.Report, cloud.Contain: r.Contain, cloud.Author: r.Author, cloud.Destroy: r.Destroy,
	} {
		if name != "" {
			named[p] = name
		}
	}
	return named
}

func policy(c *config.Config) gate.Policy {
	p := gate.Policy{
		Mode: func(id, account string, class action.Class) (gate.Decision, string) {
			m, why := c.Mode(id, account, class)
			return gate.Decision(m), why
		},
		Untouchable: c.Untouchable, BreakGlass: c.BreakGlass,
		Limits: gate.Limits{Incidents: c.Limits.IncidentsPerHour, Destroy: c.Limits.DestroyPerHour},
	}
	if !c.Organization.Discover {
		for _, a := range c.Organization.Accounts {
			p.Accounts = append(p.Accounts, a.ID)
		}
	}
	for _, name := range roles(c.Organization.Roles) {
		p.Roles = append(p.Roles, name)
	}
	for _, t := range c.Trusted {
		p.Trusted = append(p.Trusted, gate.Trust{Issuer: t.Issuer, Playbooks: t.Playbooks})
	}
	return p
}
