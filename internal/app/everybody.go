package app

import (
	"context"
	"errors"
	"sync"

	"github.com/ripostehq/riposte/internal/engine"
	"github.com/ripostehq/riposte/internal/ledger"
)

// everybody tells all of them, also where somebody does not listen. Where there is nobody, the ledger is the record.
func everybody(all ...engine.Reporter) engine.Reporter {
	return &crier{all: all, told: map[telling][]bool{}}
}

// crier remembers who was told what somebody else would not hear: an account without Security Hub has each of its cases told
// again for ever, and a bus would have each of them for ever, too. It is forgotten with the process; telling twice is
// harmless.
type crier struct {
	all []engine.Reporter

	mu   sync.Mutex
	told map[telling][]bool // of those that not everybody has heard
}

// telling is one state of one case that is told.
type telling struct {
	id     string
	wanted int
}

// remembered is how many tellings may be half done.
const remembered = 10_000

// Report tells those who were not told yet.
func (c *crier) Report(ctx context.Context, one *ledger.Case) error {
	key := telling{one.ID, one.Report.Wanted}
	told := c.recall(key)
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
	c.remember(key, told, err == nil)
	return err
}

func (c *crier) recall(key telling) []bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	told := make([]bool, len(c.all))
	copy(told, c.told[key])
	return told
}

func (c *crier) remember(key telling, told []bool, done bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if done {
		delete(c.told, key)
		return
	}
	if len(c.told) >= remembered {
		clear(c.told)
	}
	c.told[key] = told
}
