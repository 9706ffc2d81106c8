package serve

import (
	"context"
	"errors"
	"time"

	"github.com/ripostehq/riposte/internal/ledger"
)

// sound asks again and again whether the ledger can still be written, and tells once that it never will be. Asking does not
// depend on which caller meets the error, nor on whether anything comes in: a process that waits for the next attack would
// not notice before it.
// A disk that hangs instead holds up only the asking.
func (s *Server) sound(ctx context.Context) <-chan error {
	broken := make(chan error, 1)
	go func() {
		ticker := time.NewTicker(s.Poll)
		defer ticker.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-ticker.C:
			}
			if err := s.live.App().Store.Sync(ctx); errors.Is(err, ledger.ErrBroken) {
				s.health.broken.Store(&err)
				broken <- err
				return
			}
		}
	}()
	return broken
}
