// Package serve is the daemon: sources beside workers over one ledger, with figures for its operators, until it
// is told to stop. Its configuration can be exchanged while it runs.
package serve

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ripostehq/riposte/internal/app"
	"github.com/ripostehq/riposte/internal/config"
	"github.com/ripostehq/riposte/internal/engine"
	"github.com/ripostehq/riposte/internal/metrics"
	"github.com/ripostehq/riposte/internal/source"
)

// Options are what a daemon is made of.
type Options struct {
	Config  *config.Config
	Load    func() (*config.Config, error)                      // reads the configuration again
	App     func(*config.Config, *engine.WorkerPool) *app.App   // puts riposte together over the ledger, which stays
	Sources func(c *config.Config, now *Live) ([]Source, error) // those that the configuration names
	Meter   *metrics.Meter
	Page    net.Listener                 // of the figures; nil where they are off
	Beside  func(context.Context, *Live) // goes on until the context ends, and has no part in the work; nil where nothing does
	Log     *slog.Logger
	Now     func() time.Time
	Name    string // of this replica
	Version string
	Workers int
	Drain   time.Duration           // how long what is in hand may take to finish
	Poll    time.Duration           // how often the ledger is asked what others have written into it: replicas, and people's orders
	Reload  <-chan os.Signal        // each signal reads the configuration again
	Changed <-chan struct{}         // so does each of these: where the configuration lies it is another, or can't be read; nil where only a signal says so
	Kill    func() <-chan os.Signal // asked when draining begins: a further signal ends it
}

// Live is the riposte of the configuration in effect.
type Live struct{ app atomic.Pointer[app.App] }

// App is riposte as it is put together now: each message asks anew.
func (l *Live) App() *app.App { return l.app.Load() }

// Believing is a source.Handle that believes AWS alone, or bare records as well: see app.App.Vouched.
func (l *Live) Believing(bare bool) source.Handle {
	return func(ctx context.Context, body []byte) (err error) {
		if bare {
			_, err = l.App().Handle(ctx, body)
		} else {
			_, err = l.App().Vouched(ctx, body)
		}
		return err
	}
}

// Receive is a source.Receive.
func (l *Live) Receive(ctx context.Context, s source.Stream) (source.Receipt, error) {
	return l.App().Receive(ctx, s)
}

// Server is a daemon.
type Server struct {
	Options
	live   Live
	crew   *crew
	pool   *pool
	health *health
	first  []Source

	unwatch context.CancelFunc // ends the watch over the organisation of the riposte in effect, and its desk
	letters sync.WaitGroup     // desks, and those who take clicks: what they have in hand is kept before the process ends
}

// New puts a daemon together; nothing runs yet. No source, or one that can't be made, is an error.
func New(o Options) (*Server, error) {
	s := &Server{Options: o, crew: &crew{log: o.Log}}
	s.pool = &pool{
		live: &s.live, now: o.Now, log: o.Log, meter: o.Meter, poll: o.Poll, woken: make(chan struct{}, o.Workers), idle: make(chan time.Time, 1),
		stop: make(chan struct{}), busy: make([]atomic.Int64, o.Workers),
	}
	s.pool.workers = engine.NewWorkerPool(o.Workers, s.pool.wake)
	s.live.app.Store(o.App(o.Config, s.pool.workers))
	s.health = &health{live: &s.live, pool: s.pool, crew: s.crew, now: o.Now}
	o.Meter.Unreachable(func() int { return len(s.live.App().Unreachable()) })
	var err error
	if s.first, err = s.sources(o.Config); err != nil {
		return nil, err
	}
	return s, nil
}

func (s *Server) sources(c *config.Config) ([]Source, error) {
	found, err := s.Sources(c, &s.live)
	if err != nil {
		return nil, err
	}
	return found, Sourced(found)
}

// Sourced is an error where there is nothing to take events from, which says how to name a source.
func Sourced(sources []Source) error {
	if len(sources) > 0 {
		return nil
	}
	return fmt.Errorf("there is no source of events: name one in the configuration, as\n\n    sources:\n      - sqs: {queue_url: %q, region: eu-west-1}",
		"https://sqs.eu-west-1.amazonaws.com/111122223333/riposte")
}

// Announce says what will be done.
func (s *Server) Announce() Announcement { return Announce(s.Config, s.first, s.Now()) }

// Run serves until the context ends, and returns nil where everything in hand was finished then. A ledger that is broken for
// good ends it with an error.
func (s *Server) Run(ctx context.Context) error {
	hard, cut := context.WithCancel(context.WithoutCancel(ctx))
	defer cut()
	var pages sync.WaitGroup // what goes on beside, until the end
	defer pages.Wait()
	if s.Page != nil {
		closed, shut := context.WithCancel(hard)
		defer shut()
		pages.Go(func() { s.publish(closed) })
	}
	if s.Beside != nil {
		closed, shut := context.WithCancel(hard)
		defer shut()
		pages.Go(func() { s.Beside(closed, &s.live) })
	}
	present, absent := context.WithCancel(hard)
	defer absent()
	pages.Go(func() { s.attend(present) })
	s.Meter.Loaded(s.Now())
	first := s.Config
	pages.Go(func() { s.note(hard, first, nil) })
	s.adopt(hard, s.live.App())
	s.pool.start(hard, func() { s.settle(ctx, s.live.App()) })
	s.crew.exchange(hard, s.first)
	s.health.serving.Store(true)
	go func() {
		if s.crew.together(ctx) {
			s.Log.Info("ready", "workers", s.Workers)
			debug.FreeOSMemory() // what only the start needed
		}
	}()
	broken := s.sound(hard)
	for {
		select {
		case <-ctx.Done():
			s.health.serving.Store(false)
			return s.drain(cut)
		case err := <-broken:
			s.health.serving.Store(false)
			s.Log.Error("the ledger is broken: this process ends, for its supervisor to start the next", "error", err)
			return errors.Join(s.drain(cut), fmt.Errorf("stopped because the ledger is broken: %w", err))
		case <-s.Reload:
			s.reload(ctx, hard)
		case <-s.Changed:
			s.reload(ctx, hard)
		}
	}
}
