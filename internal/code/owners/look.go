package owners

import (
	"context"

	"github.com/ripostehq/riposte/event"
)

// Place is one of the configuration's, as it was just read.
type Place struct {
	Name   string
	States int      // that were read
	Unread []string // why what could not be, a line each
}

// Places reads all states, and says how that went, a place each in the order of the configuration.
func (o *Owners) Places(ctx context.Context) (all []Place) {
	if o == nil {
		return nil
	}
	for _, p := range o.states {
		_, unread := p.owners(ctx, event.Resource{})
		all = append(all, Place{p.name, p.count(ctx), unread})
	}
	return all
}

// count is how many states were read when they were last asked.
func (p *place) count(ctx context.Context) int {
	if unread := p.enter(ctx); unread != nil {
		return 0
	}
	defer p.leave()
	return len(p.states)
}
