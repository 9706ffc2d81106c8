package serve

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// grace is how long turns that were cut short may take to give their cases back.
const grace = 2 * time.Second

// drain is the graceful shutdown: it ends in the order in which work comes in: sources take nothing more and finish what is in hand, then workers finish
// their turns. At the deadline turns are cut short; what they leave is in the ledger, and another replica goes on from there.
func (s *Server) drain(cut context.CancelFunc) error {
	s.Log.Info("stopping", "at_most", s.Drain.String())
	began := s.Now()
	deadline, cancel := context.WithTimeout(context.Background(), s.Drain)
	defer cancel()
	again := s.Kill()
	go func() {
		select {
		case <-again:
			s.Log.Warn("told again to stop: now")
			cancel()
		case <-deadline.Done():
		}
	}()
	left := s.crew.stop(deadline.Done())
	if turns := s.pool.finish(deadline.Done(), cut); turns > 0 {
		left = append(left, fmt.Sprintf("%d turns", turns))
	}
	if err := s.live.App().Engine.YieldUnstarted(deadline); err != nil {
		left = append(left, fmt.Sprintf("cases that were not begun (%v)", err))
	}
	if len(left) > 0 {
		s.Log.Warn("stopped with work in flight", "left", left, "after", s.Now().Sub(began).String())
		return fmt.Errorf("stopped before all was finished: %s; nothing is lost: messages come again, and cases go on when their leases end",
			strings.Join(left, ", "))
	}
	s.Log.Info("stopped", "after", s.Now().Sub(began).String())
	return nil
}

// finish lets each worker end its turn, and cuts those short that have not when the deadline comes. It says how many did not
// even give their cases back.
func (p *pool) finish(deadline <-chan struct{}, cut context.CancelFunc) (left int) {
	close(p.stop)
	done := make(chan struct{})
	go func() { p.done.Wait(); close(done) }()
	select {
	case <-done:
		return 0
	case <-deadline:
	}
	cut()
	select {
	case <-done:
	case <-time.After(grace):
	}
	for i := range p.busy {
		if p.busy[i].Load() != 0 {
			left++
		}
	}
	return left
}
