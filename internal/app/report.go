package app

import (
	"context"
	"time"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/cloud"
	"github.com/ripostehq/riposte/internal/config"
	"github.com/ripostehq/riposte/internal/engine"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/notify/securityhub"
	"github.com/ripostehq/riposte/playbook"
)

// reporter tells those whom the configuration names.
func reporter(c *config.Config, aws *cloud.Cloud, codec action.Codec, now func() time.Time, catalogue []playbook.Definition) engine.Reporter {
	if !c.Report.SecurityHub {
		return silent{}
	}
	clients := func(at event.Place) securityhub.Importer { return aws.SecurityHub(at) }
	return securityhub.New(clients, codec, now, catalogue...)
}

// silent reports to nobody: the ledger is the record.
type silent struct{}

func (silent) Report(context.Context, *ledger.Case) error { return nil }
