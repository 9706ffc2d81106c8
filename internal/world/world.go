// Package world is AWS in memory behind the real SDK clients: accounts and regions, a clock that only its owner moves,
// groups that replace what they lose, and a trail that records every change as CloudTrail would.
package world

import (
	"fmt"
	"sync"
	"time"
)

// Options are what a world does not read from its snapshot. A delay of zero means the default, a negative one none.
type Options struct {
	DeliveryDelay    time.Duration // from a call to its record's delivery: 5 s
	PropagationDelay time.Duration // from a change in IAM to its enforcement: 4 s
	Seed             uint64        // of all ids: the same seed and the same calls give the same ids
	File             string        // where the world is kept after each change, "" nowhere

	// AfterCall runs after a known call took effect and before its caller has the answer, without the world's lock. Its
	// error takes the answer's place: an answer that got lost.
	AfterCall func(service, operation string) error
}

// World is one AWS. It is safe for concurrent use; nothing in it reads the wall clock.
type World struct {
	mu        sync.Mutex
	state     *state
	opts      Options
	table     map[string]operation
	faults    map[string][]error
	authorize authorizer
	rights    rights
}

// New makes the world that a YAML snapshot describes.
func New(snapshot []byte, opts Options) (*World, error) {
	s, err := parse(snapshot)
	if err != nil {
		return nil, fmt.Errorf("read snapshot: %w", err)
	}
	st := newState(opts)
	if err := s.build(st); err != nil {
		return nil, fmt.Errorf("read snapshot: %w", err)
	}
	w := start(st, opts)
	return w, w.save()
}

func start(st *state, opts Options) *World {
	granted := rights{}
	return &World{state: st, opts: opts, table: operations(), faults: map[string][]error{}, authorize: granted.noted(newEnforcer().authorize), rights: granted}
}

func orDefault(d, otherwise time.Duration) time.Duration {
	switch {
	case d == 0:
		return otherwise
	case d < 0:
		return 0
	}
	return d
}
