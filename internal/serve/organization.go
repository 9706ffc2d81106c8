package serve

import (
	"context"
	"fmt"
	"runtime/debug"
	"time"

	"github.com/ripostehq/riposte/internal/app"
	"github.com/ripostehq/riposte/internal/canary"
)

// looking is how long a riposte that has just been put together waits for AWS Organizations: what it does not know yet it
// holds, or has come again.
const looking = 7 * time.Second

// settle has the organisation looked up before anything is judged by it. Without discovery there is nothing to look up.
func (s *Server) settle(ctx context.Context, a *app.App) {
	if !a.Config.Organization.Discover {
		return
	}
	limited, cancel := context.WithTimeout(ctx, looking)
	defer cancel()
	if err := a.Organization.Look(limited); err != nil {
		s.Log.Warn("the organisation is not known yet: what depends on it is held, and looked at again", "error", err)
	}
}

// adopt puts a riposte in the place of the one before, keeps looking at its organisation, sends its letters, and takes the answers, until the next comes.
func (s *Server) adopt(ctx context.Context, a *app.App) {
	s.live.app.Store(a)
	if before := s.unwatch; before != nil {
		defer before() // once the next works: between two connections to Slack clicks are lost
	}
	watched, unwatch := context.WithCancel(ctx)
	s.unwatch = unwatch
	go s.keep(watched, "the organisation", a.Organization.Watch)
	if a.Desk != nil {
		s.letters.Go(func() { s.keep(watched, "letters", a.Desk.Run) })
	}
	if a.Canaries != nil {
		s.letters.Go(func() { s.keep(watched, "canaries", func(ctx context.Context) { s.patrol(ctx, a.Canaries) }) })
	}
	if a.Sweeps != nil {
		s.letters.Go(func() { s.keep(watched, "sweeps", a.Sweeps.Run) })
	}
	if a.Slack.Listens() {
		s.letters.Go(func() { s.keep(watched, "clicks", a.Slack.Listen) })
	}
}

// patrol sends canaries on their schedule until the context ends. It is asked as often as the ledger is, and looks once a minute.
func (s *Server) patrol(ctx context.Context, c *canary.Schedule) {
	c.Name = s.Name // as the roll has it
	t := time.NewTicker(s.Poll)
	defer t.Stop()
	defer c.Rest()
	for failing := false; ; {
		err := c.Look(ctx)
		if err != nil && !failing && ctx.Err() == nil {
			s.Log.Warn("canaries are not followed: what is missing is not known", "error", err)
		}
		failing = err != nil
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
	}
}

// keep runs what goes on beside the workers, and again where it panics, ever more patiently: it must not take the defence with it.
func (s *Server) keep(ctx context.Context, name string, run func(context.Context)) {
	for failures := 0; !s.ran(ctx, name, run); failures++ {
		select {
		case <-time.After(min(firstPause<<min(failures, 10), longestPause)):
		case <-ctx.Done():
			return
		}
	}
}

// ran is false where it panicked.
func (s *Server) ran(ctx context.Context, name string, run func(context.Context)) (ran bool) {
	defer func() {
		if p := recover(); p != nil {
			s.Log.Error("panic recovered", "in", name, "what", fmt.Sprint(p), "stack", string(debug.Stack()))
		}
	}()
	run(ctx)
	return true
}

// outside says where riposte does not get in, the first few of them.
func outside(a *app.App) (out []string) {
	const some = 10
	all := a.Unreachable()
	for i, u := range all {
		if i == some {
			return append(out, fmt.Sprintf("unreachable: %d more", len(all)-some))
		}
		out = append(out, fmt.Sprintf("unreachable: %s in %s of account %s since %s: %s", u.Purpose, u.Region, u.Account, u.Since.UTC().Format(time.RFC3339), u.Why))
	}
	return out
}
