package serve

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/ripostehq/riposte/internal/app"
	"github.com/ripostehq/riposte/internal/config"
	"github.com/ripostehq/riposte/internal/strict"
)

// reload reads the configuration again. One that is invalid changes nothing: a typing mistake must not end a defence. Turns
// and messages in hand end under the old one, the next ones begin under the new.
func (s *Server) reload(ctx, hard context.Context) {
	c, err := s.Load()
	var sources []Source
	if err == nil {
		sources, err = s.sources(c)
	}
	if err != nil {
		s.refuse(err)
		return
	}
	a := s.App(c, s.pool.workers)
	a.Organization.Inherit(s.live.App().Organization)
	a.Engine.Inherit(s.live.App().Engine)
	s.settle(ctx, a)
	s.adopt(hard, a)
	s.crew.exchange(hard, sources)
	changes := c.Since(s.Config)
	for _, d := range changes {
		level := slog.LevelInfo
		if d.Weaker {
			level = slog.LevelWarn
		}
		s.Log.Log(ctx, level, "configuration", "change", d.Says)
	}
	for _, w := range c.Warnings {
		s.Log.Warn("configuration warning", "warning", w.String())
	}
	s.Config = c
	s.health.refused.Store(nil)
	s.Meter.Loaded(s.Now())
	s.pool.wake() // what was held may go on under the new one
	s.note(ctx, c, changes)
	s.Log.Info("the new configuration is in effect", "file", c.File, "version", c.Version)
}

// noting is the longest that the record is waited for with what it only tells.
const noting = 10 * time.Second

// note writes into the record which configuration is in effect.
func (s *Server) note(ctx context.Context, c *config.Config, changes []config.Change) {
	ctx, cancel := context.WithTimeout(ctx, noting)
	defer cancel()
	if err := app.Configured(ctx, s.live.App().Store, c, changes, s.Now()); err != nil {
		s.Log.Warn("the record does not say which configuration is in effect", "error", err)
	}
}

// refuse keeps the configuration that is in effect, and says everything that is wrong with the new one.
func (s *Server) refuse(err error) {
	why := err.Error()
	var problems strict.Problems
	if errors.As(err, &problems) && len(problems) > 0 {
		why = problems[0].String()
		if more := len(problems) - 1; more > 0 {
			why += fmt.Sprintf(" (and %d more)", more)
		}
		for _, p := range problems {
			s.Log.Error("configuration problem", "problem", p.String())
		}
	}
	s.health.refused.Store(&why)
	s.Log.Error("the configuration was refused: the one before is in effect", "why", why)
	s.Meter.ReloadFailed()
}
