package app

import (
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

// reporter tells the services that the configuration names. Security Hub is each account's own, and is told with the role for
// that; the bus is riposte's, and is told as itself. Letters are only posted here: the desk sends them.
func reporter(p Parts, access *cloud.Cloud, codec action.Codec, catalogue []playbook.Definition, letters *desk.Desk) engine.Reporter {
	var all []engine.Reporter
	if p.Config.Report.SecurityHub {
		importIn := func(at event.Place) securityhub.Import { return access.ImportFindings(at) }
		all = append(all, securityhub.New(importIn, codec, p.Now, catalogue...))
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
