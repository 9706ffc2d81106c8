package engine_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ripostehq/riposte/internal/engine"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/route"
)

// crowded is a ledger whose effects have changed, and take their time to be read.
type crowded struct {
	ledger.Store
	asked, read atomic.Int64
	answer      chan struct{}
}

func (c *crowded) Generation(context.Context) (int64, error) { c.asked.Add(1); return 1, nil }

func (c *crowded) Effects(context.Context) ([]*ledger.Effect, error) {
	c.read.Add(1)
	<-c.answer
	return nil, nil
}

// In a storm effects change all the time, and each event asks for them: one reads them for all.
func TestACrowdOfEventsReadsTheEffectsOnce(t *testing.T) {
	const crowd = 20
	c := &crowded{answer: make(chan struct{})}
	e := engine.New(engine.Options{Store: c, Now: time.Now})
	var all sync.WaitGroup
	for range crowd {
		all.Go(func() {
			if _, _, err := e.Wants(t.Context(), route.Record{Source: []byte("s3.amazonaws.com"), Name: []byte("GetObject")}); err != nil {
				t.Error(err)
			}
		})
	}
	for deadline := time.Now().Add(time.Minute); c.asked.Load() < crowd && time.Now().Before(deadline); time.Sleep(time.Millisecond) {
	}
	close(c.answer)
	all.Wait()
	if n := c.read.Load(); n != 1 {
		t.Errorf("%d events read all effects %d times", crowd, n)
	}
}
