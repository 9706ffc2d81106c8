package dynamodb

import (
	"context"
	"sync"

	"github.com/ripostehq/riposte/internal/ledger"
)

// Facts answers what a gate asks; see ledger.Store. All is asked at once: one after the other would be seven waits.
func (s *Store) Facts(ctx context.Context, q ledger.Question) (ledger.Facts, error) {
	f := ledger.Facts{Incidents: make([]int, len(q.Buckets))}
	var all asking
	all.ask(func() (err error) { f.Brakes, err = s.Brakes(ctx); return err })
	all.ask(func() (err error) { f.Exceptions, err = s.exceptions(ctx, q); return err })
	if q.RequestID != "" {
		all.ask(func() (err error) { f.Own, err = s.Own(ctx, q.RequestID); return err })
	}
	for i, bucket := range q.Buckets {
		all.ask(func() (err error) { f.Incidents[i], err = s.others(ctx, bucket, q.Since, q.Incident); return err })
	}
	return f, all.wait()
}

// exceptions are those still in force, the first to end first.
func (s *Store) exceptions(ctx context.Context, q ledger.Question) ([]ledger.Exception, error) {
	return bodies[ledger.Exception](ctx, s, query{
		partition: exceptionsOf(q.Playbook, q.Root), where: "#s >= :now", values: item{":now": text(moment(q.At.Add(1)))},
	})
}

// asking is several questions at once; the first that fails is what they come to.
type asking struct {
	sync.WaitGroup
	once sync.Once
	err  error
}

func (a *asking) ask(question func() error) {
	a.Go(func() {
		if err := question(); err != nil {
			a.once.Do(func() { a.err = err })
		}
	})
}

func (a *asking) wait() error {
	a.Wait()
	return a.err
}
