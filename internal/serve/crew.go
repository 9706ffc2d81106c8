package serve

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"slices"
	"sync"
	"time"
)

// Source brings events.
type Source struct {
	Name string // for people: kind and address
	Made string // what of the configuration it was made from: a reload leaves a source alone whose Made is the same
	// Run takes messages until the context ends, finishes what is in hand, and returns nil. It calls up once it can be
	// reached.
	Run func(ctx context.Context, up func()) error
	// Trouble says what a source that runs waits for, trying again by itself, where that has lasted; nil where nothing is
	// to be said.
	Trouble func() error
}

// crew is the sources that run. Each runs beside the others: what happens to one, a panic included, stops no other.
type crew struct {
	log     *slog.Logger
	mu      sync.Mutex
	members []*member
}

// exchange makes the crew that of a configuration: sources that are in it already go on, others are stopped before new ones
// start, which may want their address.
func (c *crew) exchange(ctx context.Context, wanted []Source) {
	c.mu.Lock()
	defer c.mu.Unlock()
	var gone, next []*member
	for _, m := range c.members {
		i := slices.IndexFunc(wanted, func(s Source) bool { return s.Made == m.Made })
		if i < 0 {
			m.cancel()
			gone = append(gone, m)
			continue
		}
		next = append(next, m)
		wanted = slices.Delete(slices.Clone(wanted), i, i+1)
	}
	for _, s := range wanted {
		own, cancel := context.WithCancel(ctx)
		m := &member{Source: s, cancel: cancel, up: make(chan struct{}), done: make(chan struct{})}
		next = append(next, m)
		go c.keep(own, m, gone)
	}
	c.members = next
}

// keep runs a source, again and again where it fails, once those before it have finished.
func (c *crew) keep(ctx context.Context, m *member, before []*member) {
	defer close(m.done)
	await(before)
	up := sync.OnceFunc(func() { close(m.up) })
	for failures := 1; ctx.Err() == nil; failures++ {
		began := time.Now()
		err := c.run(ctx, m, up)
		if time.Since(began) > longestPause {
			failures = 1
		}
		if ctx.Err() != nil {
			if err != nil {
				c.log.Warn("a source did not end well", "source", m.Name, "error", err)
			}
			return
		}
		m.note(err, err == nil)
		if err == nil {
			c.log.Info("a source has nothing more to bring", "source", m.Name)
			return
		}
		pause := min(firstPause<<min(failures-1, 10), longestPause)
		c.log.Error("a source does not run", "source", m.Name, "error", err, "again_in", pause.String())
		select {
		case <-time.After(pause):
		case <-ctx.Done():
		}
	}
}

// await gives the stopped sources time to let go of their addresses; one that hangs must not keep the others from starting.
func await(before []*member) {
	enough := time.After(longestPause)
	for _, b := range before {
		select {
		case <-b.done:
		case <-enough:
			return
		}
	}
}

func (c *crew) run(ctx context.Context, m *member, up func()) (err error) {
	defer func() {
		if p := recover(); p != nil {
			c.log.Error("panic recovered", "source", m.Name, "what", fmt.Sprint(p), "stack", string(debug.Stack()))
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	healed := time.AfterFunc(firstPause, func() { m.note(nil, false) }) // not before: it may fail again at once
	defer healed.Stop()
	return m.Run(ctx, up)
}

// stop has every source finish, and says which have not when the deadline comes.
func (c *crew) stop(deadline <-chan struct{}) (left []string) {
	c.mu.Lock()
	members := slices.Clone(c.members)
	c.mu.Unlock()
	for _, m := range members {
		m.cancel()
	}
	for _, m := range members {
		select {
		case <-m.done:
		case <-deadline:
		}
		select {
		case <-m.done:
		default:
			left = append(left, m.Name)
		}
	}
	return left
}

// together waits until every source could be reached, or has ended.
func (c *crew) together(ctx context.Context) bool {
	c.mu.Lock()
	members := slices.Clone(c.members)
	c.mu.Unlock()
	for _, m := range members {
		select {
		case <-m.up:
		case <-m.done:
		case <-ctx.Done():
			return false
		}
	}
	return true
}

func (c *crew) standings() (out []standing) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, m := range c.members {
		out = append(out, m.standing())
	}
	return out
}
