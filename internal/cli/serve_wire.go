package cli

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/signal"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/app"
	"github.com/ripostehq/riposte/internal/canary"
	"github.com/ripostehq/riposte/internal/cloud"
	"github.com/ripostehq/riposte/internal/code/fix"
	"github.com/ripostehq/riposte/internal/code/propose"
	"github.com/ripostehq/riposte/internal/config"
	"github.com/ripostehq/riposte/internal/engine"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/metrics"
	"github.com/ripostehq/riposte/internal/origin"
)

// wiring is what a daemon is put together from, whenever its configuration changes.
type wiring struct {
	sh    *shell
	store ledger.Store
	base  func(event.Place) aws.Config
	log   *slog.Logger
	page  net.Listener  // of the figures; nil where they are off
	pages *pages        // of the console; nil where they are off
	watch *origin.Watch // over the configuration
	name  string
	meter *metrics.Meter
}

func (w wiring) app(c *config.Config, hands *engine.WorkerPool) *app.App {
	return app.New(app.Parts{
		Config: c, Kinds: w.sh.kinds, Store: w.store, AWS: w.base, Now: w.sh.now, Name: w.name, Log: w.log, Meter: w.meter, Workers: hands, Foreign: w.meter.Foreign, Canaries: w.meter, Sweeps: w.meter,
		Tell:     &app.Telling{Report: c.Report, AWS: w.base, Home: cloud.Home(w.base), Getenv: os.Getenv, Now: w.sh.now, SMTP: mailer},
		Proposer: w.proposer(c),
	})
}

// proposer proposes changes of code to the configuration's repositories; nil where it names none.
func (w wiring) proposer(c *config.Config) func(access.Reads, action.Codec, engine.Code) engine.Proposer {
	if len(c.Code.Repositories) == 0 {
		return nil
	}
	return func(reads access.Reads, codec action.Codec, made engine.Code) engine.Proposer {
		all := fix.Forges(c.Code, app.Telling{AWS: w.base, Home: cloud.Home(w.base), Getenv: os.Getenv, Now: w.sh.now}.Secret)
		return propose.Desk{Patcher: fix.Patcher{Owners: made.Owners, Tree: fix.FromForges(c.Code, all), Codec: codec, Reads: reads}, Forges: all, Link: c.Report.Link}
	}
}

func signals(which ...os.Signal) <-chan os.Signal {
	c := make(chan os.Signal, 1)
	signal.Notify(c, which...)
	return c
}

// replica names this process among those that share a ledger.
func replica() string {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	return fmt.Sprintf("%s-%d", host, os.Getpid())
}

// wire opens the ledger and finds credentials, at the same time: each takes some milliseconds.
func (v serveVerb) wire(ctx context.Context, sh *shell, c *config.Config) (w wiring, err error) {
	var store ledger.Store
	opened := make(chan error, 1)
	go func() {
		var err error
		store, err = v.connect(ctx, c)
		opened <- err
	}()
	base, err := cloud.Load(ctx)
	if failed := <-opened; failed != nil {
		return w, errors.Join(failed, err)
	}
	if err != nil {
		return w, errors.Join(err, store.Close())
	}
	return wiring{
		sh: sh, store: store, base: base, name: replica(),
		meter: metrics.New(metrics.Options{Version: version(), Playbooks: append(ids(sh.catalogue), canary.ID), Kinds: sh.kinds, Store: store, Now: sh.now}),
	}, nil
}
