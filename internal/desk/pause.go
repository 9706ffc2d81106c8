package desk

import (
	"sync"
	"time"
)

// pauses are how long each channel is left alone, and how much of it is in hand. One process knows of its own alone.
type pauses struct {
	mu       sync.Mutex
	of       map[string]*pause
	patience time.Duration // how long a letter waits for others of its channel
}

type pause struct {
	until    time.Time
	failures int           // in a row
	slots    chan struct{} // a token for each letter that is being sent
	stuck    bool          // somebody waited for a slot, and none came free
}

const (
	// width is how many letters of one channel this process sends at a time: one that hangs leaves the others room.
	width        = 2
	slotPatience = 2 * time.Second
	stuckPause   = 5 * time.Second

	firstPause   = 2 * time.Second
	longestPause = time.Minute
)

// enter begins to send by a channel; where it is paused, or what is in hand does not end, it says until when to leave it alone.
func (p *pauses) enter(channel string, now time.Time) (until time.Time, may bool) {
	p.mu.Lock()
	c := p.of[channel]
	if c == nil {
		c = &pause{slots: make(chan struct{}, width)}
		p.of[channel] = c
	}
	until, stuck := c.until, c.stuck
	p.mu.Unlock()
	if until.After(now) {
		return until, false
	}
	select {
	case c.slots <- struct{}{}:
		return time.Time{}, true
	default:
	}
	if !stuck {
		t := time.NewTimer(p.patience)
		defer t.Stop()
		select {
		case c.slots <- struct{}{}:
			return time.Time{}, true
		case <-t.C:
		}
		p.mu.Lock()
		c.stuck = true
		p.mu.Unlock()
	}
	return now.Add(stuckPause), false
}

// leave ends it. A channel that did not answer is left alone for longer each time, or for as long as it said.
func (p *pauses) leave(channel string, now time.Time, hung bool, wants time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	c := p.of[channel]
	<-c.slots
	c.stuck = false
	switch {
	case wants > 0:
		c.until = now.Add(wants)
	case hung:
		c.failures++
		c.until = now.Add(min(firstPause<<min(c.failures-1, 10), longestPause))
	default:
		c.failures = 0
	}
}
