package serve

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"
)

// grace is how long turns that were cut short may take to give their cases back.
const grace = 2 * time.Second

// drain is the graceful shutdown: it ends in the order in which work comes in: sources take nothing more and finish what is in hand, then workers finish
// their turns. At the deadline turns are cut short; what they leave is in the ledger, and another replica goes on from there.
func (s *Server) drain(cut context.CancelFunc) error {
	s.Log.Info("stopping", "at_most", s.Drain.String())
	s.unwatch() // no further letter is taken: what is in hand is sent beside
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
	if !ends(&s.letters, deadline.Done()) && !endsSoon(&s.letters) {
		left = append(left, "letters or clicks in hand")
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

// ends reports whether what is waited for has ended at the deadline.
func ends(all *sync.WaitGroup, deadline <-chan struct{}) bool {
	done := make(chan struct{})
	go func() { all.Wait(); close(done) }()
	select {
	case <-done:
		return true
	case <-deadline:
		return false
	}
}

// endsSoon reports whether what was cut short has ended within the grace.
func endsSoon(all *sync.WaitGroup) bool {
	over, cancel := context.WithTimeout(context.Background(), grace)
	defer cancel()
	return ends(all, over.Done())
}

// finish lets each worker end its turn, and cuts those short that have not when the deadline comes. It says how many did not
// even give their cases back.
func (p *pool) finish(deadline <-chan struct{}, cut context.CancelFunc) (left int) {
	close(p.stop)
	if ends(&p.done, deadline) {
		return 0
	}
	cut()
	if endsSoon(&p.done) {
		return 0
	}
	for i := range p.busy {
		if p.busy[i].Load() != 0 {
			left++
		}
	}
	return left
}
