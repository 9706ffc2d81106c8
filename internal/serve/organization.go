package serve

import (
	"context"
	"fmt"
	"time"

	"github.com/ripostehq/riposte/internal/app"
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

// adopt puts a riposte in the place of the one before, and keeps looking at its organisation until the next comes.
func (s *Server) adopt(ctx context.Context, a *app.App) {
	s.live.app.Store(a)
	if s.unwatch != nil {
		s.unwatch()
	}
	watched, unwatch := context.WithCancel(ctx)
	s.unwatch = unwatch
	go a.Organization.Watch(watched)
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
