package dynamodb

import (
	"context"
	"slices"

	"golang.org/x/sync/errgroup"

	"github.com/ripostehq/riposte/internal/ledger"
)

// Facts answers what a gate asks; see ledger.Store. All is asked at once: one after the other would be seven waits.
func (s *Store) Facts(ctx context.Context, q ledger.Question) (ledger.Facts, error) {
	f := ledger.Facts{Incidents: make([]int, len(q.Buckets))}
	var all errgroup.Group
	all.Go(func() (err error) { f.Brakes, err = s.Brakes(ctx); return err })
	inForce := func(root string) query {
		return query{partition: exceptionsOf(q.Playbook, root), where: "#s >= :now", values: item{":now": text(moment(q.At.Add(1)))}}
	}
	var wider []ledger.Exception
	all.Go(func() (err error) { f.Exceptions, err = bodies[ledger.Exception](ctx, s, inForce(q.Root)); return err })
	all.Go(func() (err error) { wider, err = bodies[ledger.Exception](ctx, s, inForce(wide)); return err })
	if q.RequestID != "" {
		all.Go(func() (err error) { f.Own, err = s.Own(ctx, q.RequestID); return err })
	}
	for i, bucket := range q.Buckets {
		all.Go(func() error {
			c, err := s.since(ctx, bucket, q.Since)
			if err != nil {
				return s.explain(err)
			}
			delete(c.incidents, q.Incident)
			f.Incidents[i] = len(c.incidents) // of others, up to a thousand
			return nil
		})
	}
	if err := all.Wait(); err != nil {
		return f, err
	}
	for _, x := range wider {
		if slices.Contains(q.Wider(), x.Root) {
			f.Exceptions = append(f.Exceptions, x)
		}
	}
	slices.SortFunc(f.Exceptions, func(a, b ledger.Exception) int { return a.Until.Compare(b.Until) }) // the first to end first
	return f, nil
}
