package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/app"
	"github.com/ripostehq/riposte/internal/cloud"
	"github.com/ripostehq/riposte/internal/config"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/metrics"
	"github.com/ripostehq/riposte/internal/serve"
)

type serveVerb struct {
	ledgerFlag
	Workers  int           `default:"4" placeholder:"N" help:"Cases worked on at once. Default 4: a case mostly waits for AWS."`
	Drain    time.Duration `default:"25s" placeholder:"25s" help:"How long what is in hand may take to finish on SIGTERM. Default 25s."`
	LogLevel slog.Level    `default:"info" placeholder:"LEVEL" help:"debug, info, warn or error. Default info."`
	Check    bool          `help:"Only say what would be done, where, and in which mode."`
}

func (serveVerb) Help() string {
	return `Takes events from the sources of the configuration and answers them, until SIGTERM or SIGINT; then sources finish what is in
hand, workers their turns, and the exit code is 0. A second signal ends at once. SIGHUP reads the configuration again; one
that is invalid is refused, and the one before stays. Several may share a ledger.

What it will do is said on standard error, and then what it does, as JSON lines. /metrics, /healthz and /readyz are at
metrics.listen of the configuration.

Examples:

  riposte serve --config riposte.yaml
  riposte serve --config riposte.yaml --check
  riposte serve --config riposte.yaml --format json --log-level warn`
}

// Run serves.
func (v serveVerb) Run(ctx context.Context, sh *shell) error {
	if v.Workers < 1 || v.Drain < 0 {
		return wrongUsage("--workers is at least 1, --drain not negative")
	}
	c, err := v.load(sh)
	if err != nil {
		return err
	}
	if v.Check {
		return v.check(sh, c)
	}
	base, err := cloud.Load(ctx)
	if err != nil {
		return err
	}
	store, err := v.connect(ctx, c)
	if err != nil {
		return err
	}
	return errors.Join(v.serve(ctx, sh, c, store, base), store.Close())
}

// serve is the daemon over a ledger that is open.
func (v serveVerb) serve(ctx context.Context, sh *shell, c *config.Config, store ledger.Store, base func(event.Place) aws.Config) error {
	log := slog.New(slog.NewJSONHandler(sh.err, &slog.HandlerOptions{Level: v.LogLevel}))
	version, _, _ := built()
	w := wiring{sh: sh, store: store, base: base, log: log, name: replica(), meter: metrics.New(metrics.Options{
		Version: version, Playbooks: ids(sh.catalogue), Store: store, Now: sh.now,
	})}
	s, err := serve.New(serve.Options{
		Config: c, Load: func() (*config.Config, error) { return v.load(sh) }, App: w.app, Sources: w.sources, Meter: w.meter, Log: log, Now: sh.now,
		Workers: v.Workers, Drain: v.Drain, Poll: time.Second, Reload: signals(syscall.SIGHUP),
		Kill: func() <-chan os.Signal { return signals(os.Interrupt, syscall.SIGTERM) },
	})
	if err != nil {
		return usage{err}
	}
	address, err := s.Listen(ctx)
	if err != nil {
		return err
	}
	a := s.Announce()
	a.Version, a.Replica, a.Metrics = version, w.name, address
	if err := sh.announce(sh.err, a); err != nil {
		return err
	}
	return s.Run(ctx)
}

// wiring is what a daemon is put together from, whenever its configuration changes.
type wiring struct {
	sh    *shell
	store ledger.Store
	base  func(event.Place) aws.Config
	log   *slog.Logger
	name  string
	meter *metrics.Meter
}

func (w wiring) app(c *config.Config, wake func()) *app.App {
	return app.New(app.Parts{
		Config: c, Store: w.store, AWS: w.base, Now: w.sh.now, Name: w.name, Log: w.log, Meter: w.meter, Wake: wake,
	})
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
