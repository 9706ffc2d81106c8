package app

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/ripostehq/riposte/internal/ledger"
)

const (
	saying = 20 * time.Second // between two words of a replica, where nothing is new
	buried = 24 * time.Hour   // what has said nothing for so long is struck off
)

// Attendance is a replica's word that it serves its ledger, and which brakes it has read: a person who halts waits for that,
// and one who gives an order learns whether a replica takes it up. It decides nothing, since the gate reads the brakes itself.
type Attendance struct {
	Store interface {
		ledger.Brakes
		ledger.Roll
	}
	As  ledger.Replica // name, version and sort
	Now func() time.Time

	mu     sync.Mutex
	said   time.Time
	brakes []string
}

// Look reads the brakes, and says so where they are others, or where nothing was said for a while: a write each 20 seconds,
// and one for each brake.
func (a *Attendance) Look(ctx context.Context) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	brakes, err := a.Store.Brakes(ctx)
	if err != nil {
		return fmt.Errorf("read the brakes: %w", err)
	}
	var ids []string
	for _, b := range brakes {
		ids = append(ids, b.ID())
	}
	now := a.Now()
	if slices.Equal(ids, a.brakes) && now.Sub(a.said) < saying && !now.Before(a.said) {
		return nil
	}
	if a.said.IsZero() { // those that died long ago are struck off
		var all []ledger.Replica
		all, err = a.Store.Replicas(ctx)
		for _, r := range all {
			if now.Sub(r.Seen) > buried {
				err = errors.Join(err, a.Store.Leave(ctx, r.Name))
			}
		}
	}
	r := a.As
	r.Seen, r.Brakes = now.UTC(), ids
	if err := errors.Join(err, a.Store.Attend(ctx, r)); err != nil {
		return fmt.Errorf("say that this replica serves: %w", err)
	}
	a.said, a.brakes = now, ids
	return nil
}

// Leave strikes this replica off.
func (a *Attendance) Leave(ctx context.Context) error { return a.Store.Leave(ctx, a.As.Name) }
