package owners

import (
	"context"
	"errors"
	"io"
	"maps"
	"slices"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/code"
	"github.com/ripostehq/riposte/internal/code/state"
)

// origin is where states lie. A tag changes with what lies there.
type origin interface {
	// list says which states are there, at most mostStates.
	list(ctx context.Context) (tags map[string]string, err error)
	open(ctx context.Context, name string) (body io.ReadCloser, tag string, err error)
}

// mostStates is how many a place may have: above, the configuration names too much.
const mostStates = 5000

var errMany = errors.New("there are more than 5,000 states")

// place is where one state lies, or many. Each is read when it has changed, and what it holds is kept.
type place struct {
	as   code.Owner
	name string
	from origin

	hand   chan struct{} // of one room: the process in it reads
	states map[string]held
}

func newPlace(as code.Owner, name string, from origin) *place {
	return &place{as: as, name: name, from: from, hand: make(chan struct{}, 1)}
}

// held is what is kept of a state.
type held struct {
	tag   string
	index state.Index
}

// enter waits for the reader; what could not be waited for is unread. leave follows it.
func (p *place) enter(ctx context.Context) (unread []string) {
	select {
	case p.hand <- struct{}{}:
		return nil
	case <-ctx.Done():
		return []string{unreadable(p.name, errors.New("it is being read, which takes long"))}
	}
}

func (p *place) leave() { <-p.hand }

// besides is the first state but an owner's own, as they were last read, in which its block makes something.
func (p *place) besides(ctx context.Context, o code.Owner) (name string, unread []string) {
	if unread := p.enter(ctx); unread != nil {
		return "", unread
	}
	defer p.leave()
	for _, name := range slices.Sorted(maps.Keys(p.states)) {
		if h := p.states[name]; name != o.Where && h.index.Has(o.Address) {
			return name, nil
		}
	}
	return "", nil
}

// owners says which block makes a resource, and which states can't be read.
func (p *place) owners(ctx context.Context, of event.Resource) (found []code.Owner, unread []string) {
	if unread := p.enter(ctx); unread != nil {
		return nil, unread
	}
	defer p.leave()
	tags, err := p.from.list(ctx)
	if err == nil && len(tags) == 0 {
		err = errors.New("there is no state")
	}
	if err != nil {
		return nil, []string{unreadable(p.name, err)}
	}
	fresh := map[string]held{}
	for name, tag := range tags {
		h, known := p.states[name]
		if !known || h.tag != tag {
			if h, err = p.read(ctx, name); err != nil {
				unread = append(unread, unreadable(name, err))
				continue // what it held before is no word on what it holds now
			}
		}
		fresh[name] = h
		found = append(found, h.index.Owners(of)...)
	}
	p.states = fresh
	return found, unread
}

func (p *place) read(ctx context.Context, name string) (h held, err error) {
	body, tag, err := p.from.open(ctx, name)
	if err != nil {
		return h, err
	}
	defer body.Close()
	things, err := state.Read(body, state.Most)
	if err != nil {
		return h, err
	}
	as := p.as
	as.Where = name
	h.tag = tag
	h.index.Add(things, as)
	return h, nil
}
