package app

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/eventbridge"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/cloud"
	"github.com/ripostehq/riposte/internal/desk"
	"github.com/ripostehq/riposte/internal/engine"
	"github.com/ripostehq/riposte/internal/ledger"
	bus "github.com/ripostehq/riposte/internal/notify/eventbridge"
	"github.com/ripostehq/riposte/internal/notify/securityhub"
	"github.com/ripostehq/riposte/internal/show"
	"github.com/ripostehq/riposte/playbook"
)

// securityOnly keeps from Security Hub what is about money or owners: it is for what is insecure.
type securityOnly struct {
	engine.Reporter
	catalogue []playbook.Definition
}

func (s securityOnly) Report(ctx context.Context, c *ledger.Case) error {
	if slices.ContainsFunc(s.catalogue, func(d playbook.Definition) bool { return d.ID == c.Playbook && d.Concern != playbook.Security }) {
		return nil
	}
	return s.Reporter.Report(ctx, c)
}

// reporter tells the services that the configuration names. Security Hub is each account's own, and is told with the role for
// that; the bus is riposte's, and is told as itself. Letters are only posted here: the desk sends them.
func reporter(p Parts, access *cloud.Cloud, codec action.Codec, catalogue []playbook.Definition, letters *desk.Desk) engine.Reporter {
	var all []engine.Reporter
	if p.Config.Report.SecurityHub {
		importIn := func(at event.Place) securityhub.Import { return access.ImportFindings(at) }
		all = append(all, securityOnly{securityhub.New(importIn, codec, p.Now, catalogue...), catalogue})
	}
	if b := p.Config.Report.EventBus; b.Name != "" {
		shown := func(c *ledger.Case) (any, error) { return show.Of(c, codec, p.Config.People) }
		all = append(all, bus.New(eventbridge.NewFromConfig(p.AWS(b.Place)).PutEvents, b.String(), shown, p.Now))
	}
	if letters != nil {
		all = append(all, letters)
	}
	return reportToAll(all...)
}
