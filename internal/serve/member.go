package serve

import (
	"context"
	"errors"
	"sync"
)

// member is one source of the crew.
type member struct {
	Source
	cancel context.CancelFunc
	up     chan struct{} // closed when it could be reached first
	done   chan struct{} // closed when it has finished

	mu      sync.Mutex
	trouble error // why it does not run at the moment
	ended   bool  // by itself: it has nothing more to bring
}

// standing is how a source does.
type standing struct {
	name    string
	trouble error
	ended   bool
}

var errStarting = errors.New("starting")

func (m *member) standing() standing {
	m.mu.Lock()
	defer m.mu.Unlock()
	s := standing{m.Name, m.trouble, m.ended}
	select {
	case <-m.up:
	default:
		if s.trouble == nil && !s.ended {
			s.trouble = errStarting
		}
	}
	if s.trouble == nil && !s.ended && m.Trouble != nil {
		s.trouble = m.Trouble()
	}
	return s
}

func (m *member) note(trouble error, ended bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.trouble, m.ended = trouble, ended
}
