package playbook

import (
	"context"
	"sync"
	"time"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/iam/reach"
	"github.com/ripostehq/riposte/iam/roster"
	"github.com/ripostehq/riposte/inventory"
)

// Estate is who may become whom in an account, as it was read at a moment: its principals alone, without guardrails of the organisation and
// without what runs there, so that what runs with a role is possible, and a sure way may be stopped from above.
type Estate struct {
	Organisation reach.Organisation
	Graph        *reach.Graph
	At           time.Time // when reading began
}

// mostEstates is how many accounts are kept: a large one takes some hundred megabytes.
const mostEstates = 4

// Estates is what checks share of accounts: one reading serves every look at what happened before it began, so that a thousand changes of
// a minute cost one. The zero value is ready.
type Estates struct {
	mu sync.Mutex
	of map[event.Place]*reading
}

// reading is one of an account, done or under way.
type reading struct {
	done chan struct{}
	Estate
	err error
}

// Estate reads an account as it was at since or later: what other checks have read where the process shares that (In.Estates), else anew.
func (in In) Estate(ctx context.Context, at event.Place, since time.Time) (Estate, error) {
	shared := in.Estates
	if shared == nil {
		shared = &Estates{}
	}
	at.Region = "" // IAM has none
	got, mine := shared.begin(at, since, in.Now)
	if mine {
		got.Organisation, got.Graph, got.err = readEstate(ctx, in.AWS, at)
		if got.err != nil {
			shared.forget(at, got)
		}
		close(got.done)
	}
	select {
	case <-got.done:
		return got.Estate, got.err
	case <-ctx.Done():
		return Estate{}, ctx.Err()
	}
}

// begin finds a reading that is late enough, or begins one, which is then the caller's to make.
func (e *Estates) begin(at event.Place, since, now time.Time) (r *reading, mine bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if r, ok := e.of[at]; ok && !r.At.Before(since) {
		return r, false
	}
	if e.of == nil {
		e.of = map[event.Place]*reading{}
	}
	delete(e.of, at)
	for len(e.of) >= mostEstates {
		oldest := at
		for p, r := range e.of {
			if oldest == at || r.At.Before(e.of[oldest].At) {
				oldest = p
			}
		}
		delete(e.of, oldest)
	}
	e.of[at] = &reading{done: make(chan struct{}), Estate: Estate{At: now}}
	return e.of[at], true
}

// forget lets the next check try again.
func (e *Estates) forget(at event.Place, r *reading) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.of[at] == r {
		delete(e.of, at)
	}
}

// EstateReads are the calls that reading an account makes.
func EstateReads() []call.ID { return inventory.Authorization().Reads }

func readEstate(ctx context.Context, r access.Reads, at event.Place) (reach.Organisation, *reach.Graph, error) {
	g := roster.New()
	for page, err := range inventory.Authorization().Pages(ctx, r, at) {
		if err != nil {
			return reach.Organisation{}, nil, err
		}
		g.Answer("account "+at.Account, page)
	}
	o := g.Organisation()
	graph, err := reach.Build(o)
	return o, graph, err
}
