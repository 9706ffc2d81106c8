package lambda

import (
	"context"
	"sync"
	"time"

	"github.com/ripostehq/riposte/internal/sweep"
)

// hourly is the longest between two looks at which accounts are due: a tick comes each minute, and a look is paid for.
const hourly = time.Hour

// sweeps does one account an invocation.
type sweeps struct {
	rounds *sweep.Rounds
	now    func() time.Time

	mu   sync.Mutex
	next time.Time
}

// step returns when to come back: now, where more is due; zero where the tick is soon enough.
func (s *sweeps) step(ctx context.Context) (time.Time, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	if wait := s.next.Sub(now); wait > 0 && wait <= hourly {
		return time.Time{}, nil
	}
	next, err := s.rounds.Once(ctx, 1)
	if err != nil {
		return time.Time{}, err
	}
	if !next.After(now) {
		return now, nil
	}
	if s.next = now.Add(hourly); next.Before(s.next) {
		s.next = next
	}
	return time.Time{}, nil
}
