package console

import (
	"net"
	"sync"
	"time"
)

// pace bounds how often something is done within a minute, for each address and for all together. It remembers no more than it lets
// through. Behind a proxy all come from its address.
type pace struct {
	one, all int
	clock    func() time.Time

	mu   sync.Mutex
	done []paced
}

type paced struct {
	at   time.Time
	from string
}

// hasty reports whether an address, or all together, do it too often, and counts what is let through.
func (p *pace) hasty(remote string) bool {
	from, _, err := net.SplitHostPort(remote)
	if err != nil {
		from = remote
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	now, own := p.clock(), 0
	for len(p.done) > 0 && now.Sub(p.done[0].at) >= time.Minute {
		p.done = p.done[1:]
	}
	for _, d := range p.done {
		if d.from == from {
			own++
		}
	}
	if own >= p.one || len(p.done) >= p.all {
		return true
	}
	p.done = append(p.done, paced{now, from})
	return false
}
