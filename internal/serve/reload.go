package serve

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/ripostehq/riposte/internal/config"
	"github.com/ripostehq/riposte/internal/strict"
)

// reload reads the configuration again. One that is invalid changes nothing: a typing mistake must not end a defence. Turns
// and messages in hand end under the old one, the next ones begin under the new.
func (s *Server) reload(ctx, hard context.Context) {
	c, sources, err := s.reread()
	if err != nil {
		s.refuse(err)
		return
	}
	a := s.App(c, s.pool.wake)
	a.Organization.Inherit(s.live.App().Organization)
	s.settle(ctx, a)
	s.adopt(hard, a)
	s.crew.exchange(hard, sources)
	for _, change := range changes(s.Config, c) {
		s.Log.Info("configuration", "change", change)
	}
	for _, w := range c.Warnings {
		s.Log.Warn("configuration", "unwise", w.String())
	}
	s.Config = c
	s.health.refused.Store(nil)
	s.Meter.Loaded(s.Now())
	s.pool.wake() // what was held may go on under the new one
	s.Log.Info("the new configuration is in effect", "file", c.File)
}

func (s *Server) reread() (*config.Config, []Source, error) {
	c, err := s.Load()
	if err != nil {
		return nil, nil, err
	}
	sources, err := s.sources(c)
	return c, sources, err
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
			s.Log.Error("configuration", "problem", p.String())
		}
	}
	s.health.refused.Store(&why)
	s.Log.Error("the configuration was refused: the one before is in effect", "why", why)
	s.Meter.ReloadFailed()
}

// changes are the differences that people should see after a reload.
func changes(old, now *config.Config) (out []string) {
	for _, p := range now.Playbooks() {
		if before, after := old.Modes(p.ID), now.Modes(p.ID); before != after {
			out = append(out, fmt.Sprintf("%s: %s, was: %s", p.ID, after, before))
		}
	}
	for _, a := range now.Organization.Accounts {
		if _, known := old.Account(a.ID); !known {
			out = append(out, "account "+a.ID+" is defended now")
		}
	}
	for _, a := range old.Organization.Accounts {
		if _, known := now.Account(a.ID); !known {
			out = append(out, "account "+a.ID+" is not listed any more")
		}
	}
	if !slices.Equal(old.Organization.Regions, now.Organization.Regions) {
		out = append(out, fmt.Sprintf("regions: %v, was: %v", now.Organization.Regions, old.Organization.Regions))
	}
	if old.Ledger != now.Ledger {
		out = append(out, fmt.Sprintf("ledger: %s from the next start on; %s until then", now.Ledger, old.Ledger))
	}
	if old.Metrics != now.Metrics {
		out = append(out, "metrics.listen: from the next start on")
	}
	return out
}
