package serve

import (
	"context"
	"time"

	"github.com/ripostehq/riposte/internal/app"
	"github.com/ripostehq/riposte/internal/ledger"
)

// attend says in the ledger that this daemon serves it, as long as it does. A brake is read as often as the ledger is asked
// for what others wrote, so that a person who halts learns within seconds that it is.
func (s *Server) attend(ctx context.Context) {
	a := &app.Attendance{Store: s.live.App().Store, As: ledger.Replica{Name: s.Name, Version: s.Version}, Now: s.Now}
	t := time.NewTicker(s.Poll)
	defer t.Stop()
	for failing := false; ; {
		err := a.Look(ctx)
		if err != nil && !failing && ctx.Err() == nil {
			s.Log.Warn("this replica could not say that it serves: halt does not count it", "error", err)
		}
		failing = err != nil
		select {
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
			defer cancel()
			if err := a.Leave(last); err != nil {
				s.Log.Warn("it counts as serving for a minute yet", "error", err)
			}
			return
		case <-t.C:
		}
	}
}
