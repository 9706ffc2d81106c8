package cli

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"runtime/debug"
	"syscall"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/config"
	"github.com/ripostehq/riposte/internal/origin"
	"github.com/ripostehq/riposte/internal/serve"
)

type serveVerb struct {
	ledgerFlag
	Workers  int           `default:"4" placeholder:"N" help:"Cases worked on at once. Default 4: a case mostly waits for AWS."`
	Drain    time.Duration `default:"25s" placeholder:"25s" help:"How long what is in hand may take to finish on SIGTERM. Default 25s."`
	LogLevel level         `default:"info" placeholder:"LEVEL" help:"debug, info, warn or error. Default info."`
	Check    bool          `help:"Only say what would be done, where, and in which mode."`
}

// Run serves.
func (v serveVerb) Run(ctx context.Context, sh *shell) error {
	if v.Workers < 1 || v.Drain < 0 {
		return wrongUsage("--workers is at least 1, --drain not negative")
	}
	watch := &origin.Watch{Reader: v.reader(), Name: v.file()}
	c, err := v.loadBy(ctx, sh, watch.Reader)
	if err != nil {
		return err
	}
	watch.Took(c.Version)
	if v.Check {
		return v.check(ctx, sh, c)
	}
	if err := (wiring{sh: sh, base: func(event.Place) aws.Config { return aws.Config{} }, log: slog.New(slog.DiscardHandler)}).fit(c); err != nil {
		return err // a daemon that is refused leaves no ledger behind, which a halt could take for the one that is served
	}
	log := slog.New(slog.NewJSONHandler(sh.err, &slog.HandlerOptions{Level: v.LogLevel.Level}))
	page, err := serve.Listen(ctx, c, log)
	if err != nil {
		return err
	}
	if page != nil {
		defer page.Close() // a daemon that ran has closed it
	}
	pages, err := sh.pages(ctx, c.Console, sh.bar != nil)
	if err != nil {
		return err
	}
	if pages != nil {
		defer pages.Close()
	}
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(garbage)
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(room)
	}
	w, err := v.wire(ctx, sh, c)
	if err != nil {
		return err
	}
	w.log, w.page, w.pages, w.watch = log, page, pages, watch
	return errors.Join(v.serve(ctx, c, w), w.store.Close())
}

// A collection in the middle of an answer takes as long as the answer: they are made rare while there is room, which there
// is up to the limit. GOGC and GOMEMLIMIT in the environment have the last word.
const (
	garbage = 1600     // percent of what lives
	room    = 96 << 20 // bytes, of which an idle daemon has a tenth; what a burst took it gives back (internal/serve)
)

// How often a ledger is asked what others have written into it. Each time a table is asked it is paid for.
const (
	filePoll  = time.Second
	newsPoll  = 250 * time.Millisecond // a file, for browsers that watch
	tablePoll = 5 * time.Second
)

func pollOf(l config.Ledger) time.Duration {
	if l.Driver == config.SQLite {
		return filePoll
	}
	return tablePoll
}

// serve is the daemon over a ledger that is open.
func (v serveVerb) serve(ctx context.Context, c *config.Config, w wiring) error {
	l, err := v.ledger(c)
	if err != nil {
		return err
	}
	poll, sh := pollOf(l), w.sh
	var beside func(context.Context, *serve.Live)
	if w.pages != nil {
		beside = w.pages.beside(w, l.String(), poll)
	}
	s, err := serve.New(serve.Options{
		Config: c, Load: func() (*config.Config, error) { return v.reload(ctx, sh, w.watch, pause) }, App: w.app, Sources: w.sources, Meter: w.meter, Page: w.page, Beside: beside, Log: w.log, Now: sh.now, Name: w.name, Version: version(),
		Workers: v.Workers, Drain: v.Drain, Poll: poll, Reload: signals(syscall.SIGHUP), Changed: changes(ctx, w.watch, pause),
		Kill: func() <-chan os.Signal { return signals(os.Interrupt, syscall.SIGTERM) },
	})
	if err != nil {
		return usage{err}
	}
	a := s.Announce()
	a.Version, a.Replica, a.Ledger = version(), w.name, l.String()
	if w.page != nil {
		a.Metrics = w.page.Addr().String()
	}
	if w.pages != nil {
		a.Console = w.pages.address()
	}
	if err := sh.announce(sh.err, a); err != nil {
		return fmt.Errorf("print: %w", err)
	}
	if w.pages != nil && w.pages.made {
		sh.remark("%s", w.pages.link())
	}
	return s.Run(ctx)
}
