package evidence

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail/types"

	"github.com/ripostehq/riposte/event"
)

// Records returns the records of the event history's 90 days that name a resource and are wanted, the oldest first. None is no proof that there was
// none. Where it is playbook.ErrNoEvidence, ErrNotNow or any other error, what was seen until then is returned beside it.
func (p *Past) Records(ctx context.Context, of event.Resource, wanted func(event.Event) (bool, error)) ([]event.Event, error) {
	s := &gathering{wanted: wanted, now: p.now()}
	for _, name := range names(of) {
		if err := p.read(ctx, of, name, s.now, s); err != nil {
			return s.sorted(), fmt.Errorf("look up records of %s: %w", of, err)
		}
	}
	return s.sorted(), nil
}

// gathering is what was seen of a resource so far.
type gathering struct {
	wanted func(event.Event) (bool, error)
	now    time.Time
	under  bool
	all    []event.Event
}

func (g *gathering) began() bool { begun := g.under; g.under = true; return begun }

// add leaves out what can't be read: it would be what no source could bring either.
func (g *gathering) add(_ context.Context, one types.Event) error {
	e, err := event.Decode([]byte(aws.ToString(one.CloudTrailEvent)))
	if err != nil {
		return nil //nolint:nilerr // see above
	}
	if want, err := g.wanted(e); err != nil || !want {
		return err
	}
	e.Received = g.now
	g.all = append(g.all, e)
	return nil
}

func (g *gathering) sorted() []event.Event {
	slices.SortStableFunc(g.all, func(a, b event.Event) int { return a.Time.Compare(b.Time) })
	return g.all
}
