// Package world is AWS in memory behind the real SDK clients: accounts and regions, a clock that only its owner moves,
// groups that replace what they lose, and a trail that records every change as CloudTrail would.
package world

import (
	"fmt"
	"sync"
	"time"

	"github.com/ripostehq/riposte/internal/world/core"
	"github.com/ripostehq/riposte/internal/world/iam"
)

// Options are what a world does not read from its estate. A delay of zero means the default, a negative one none.
type Options struct {
	DeliveryDelay    time.Duration // from a call to its record's delivery: 5 s
	NoticeDelay      time.Duration // from what happens to the notice that a service sends of it; 0: no rule asks for notices
	PropagationDelay time.Duration // from a change in IAM to its enforcement: 4 s
	Seed             uint64        // of all ids: the same seed and the same calls give the same ids
	File             string        // where the world is kept after each change, "" nowhere

	// AfterCall runs after a known call took effect and before its caller has the answer, without the world's lock. Its
	// error takes the answer's place: an answer that got lost.
	AfterCall func(service, operation string) error
}

// World is one AWS. It is safe for concurrent use; nothing in it reads the wall clock.
type World struct {
	mu     sync.Mutex
	state  *core.State
	opts   Options
	faults map[string][]error
	judge  *iam.Enforcer
	rights rights
}

// New makes the world that a YAML estate describes.
func New(text []byte, opts Options) (*World, error) {
	e, err := parse(text)
	if err != nil {
		return nil, fmt.Errorf("read estate: %w", err)
	}
	st := newState(opts)
	if err := services().Check(); err != nil {
		return nil, fmt.Errorf("open services: %w", err)
	}
	if err := e.build(st); err != nil {
		return nil, fmt.Errorf("read estate: %w", err)
	}
	st.Notices = max(opts.NoticeDelay, 0) // what the estate began with happened before
	w := start(st, opts)
	return w, w.save()
}

// format is the schema of a kept world.
const format = 3

func newState(opts Options) *core.State {
	s := core.New(services())
	s.Format, s.Seed = format, opts.Seed
	s.Delivery, s.Propagation = orDefault(opts.DeliveryDelay, 5*time.Second), orDefault(opts.PropagationDelay, 4*time.Second)
	return s
}

func start(st *core.State, opts Options) *World {
	return &World{state: st, opts: opts, faults: map[string][]error{}, judge: iam.NewEnforcer(), rights: rights{}}
}

func orDefault(d, otherwise time.Duration) time.Duration {
	if d == 0 {
		return otherwise
	}
	return max(d, 0)
}
