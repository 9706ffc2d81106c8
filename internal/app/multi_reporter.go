package app

import (
	"context"
	"errors"
	"sync"

	"github.com/ripostehq/riposte/internal/engine"
	"github.com/ripostehq/riposte/internal/ledger"
)

// reportToAll tells all of them, also if one does not answer. If there is none, the ledger is the record.
func reportToAll(all ...engine.Reporter) engine.Reporter {
	return &multiReporter{all: all, delivered: map[deliveryKey][]bool{}}
}

// multiReporter remembers which reporters have taken a report that another refused: an account without Security Hub has each of its cases told
// again for ever, and a bus would have each of them for ever, too. It is forgotten with the process; telling twice is
// harmless.
type multiReporter struct {
	all []engine.Reporter

	mu        sync.Mutex
	delivered map[deliveryKey][]bool // of the reports that not all have taken
}

// deliveryKey is one state of one case that is told.
type deliveryKey struct {
	id     string
	wanted int
}

// remembered is how many tellings may be half done.
const remembered = 10_000

// Report tells the reporters that have not taken it yet.
func (c *multiReporter) Report(ctx context.Context, one *ledger.Case) error {
	key := deliveryKey{one.ID, one.Report.Wanted}
	told := make([]bool, len(c.all))
	c.mu.Lock()
	copy(told, c.delivered[key])
	c.mu.Unlock()
	var errs []error
	for i, r := range c.all {
		if told[i] {
			continue
		}
		err := r.Report(ctx, one)
		told[i] = err == nil
		errs = append(errs, err)
	}
	err := errors.Join(errs...)
	c.mu.Lock()
	defer c.mu.Unlock()
	if err == nil {
		delete(c.delivered, key)
		return nil
	}
	if len(c.delivered) >= remembered {
		clear(c.delivered)
	}
	c.delivered[key] = told
	return err
}
