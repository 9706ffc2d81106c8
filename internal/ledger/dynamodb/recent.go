package dynamodb

import (
	"github.com/ripostehq/riposte/internal/ledger"
	"sync"
	"time"
)

// An index normally shows within a moment what was written. So long it is not believed about what this process wrote; and
// what it does not show at all is not forgotten for much longer.
const (
	behind = time.Second
	late   = 15 * time.Second
)

// recent is what this process wrote a moment ago, which the index of due times may not show yet.
type recent struct {
	turn  sync.Mutex
	cases map[string]wrote
}

type wrote struct {
	due
	on time.Time // on the clock of this machine, which only says how long ago it was
}

// due is when a case can be claimed, and how urgent that is. At is zero where it never can.
type due struct {
	id string
	position
	urgency int
	newer   bool // its schema is not ours
}

func (m *recent) wrote(r row) {
	m.turn.Lock()
	defer m.turn.Unlock()
	now := time.Now()
	if m.cases == nil {
		m.cases = map[string]wrote{}
	}
	m.cases[r.id] = wrote{due{r.id, r.position(), r.urgency, r.schema > ledger.Schema}, now}
	if len(m.cases)%1024 == 0 {
		m.forget(now)
	}
}

// passed forgets a case that another replica turned out to have in hand.
func (m *recent) passed(id string) {
	m.turn.Lock()
	defer m.turn.Unlock()
	delete(m.cases, id)
}

// correct puts what was written just now over what an index says.
func (m *recent) correct(shown []due) []due {
	m.turn.Lock()
	defer m.turn.Unlock()
	now := time.Now()
	m.forget(now)
	var out []due
	believed := map[string]bool{}
	for _, d := range shown {
		if w, ok := m.cases[d.id]; !ok || now.Sub(w.on) > behind {
			believed[d.id] = true
			out = append(out, d)
		}
	}
	for _, w := range m.cases {
		if !believed[w.id] && !w.at.IsZero() && !w.newer {
			out = append(out, w.due)
		}
	}
	return out
}

func (m *recent) forget(now time.Time) {
	for id, w := range m.cases {
		if now.Sub(w.on) > late {
			delete(m.cases, id)
		}
	}
}

// lastScan is what the index showed to a claim that found nothing: a caller that asks right after it when to come back need not read it
// again, which a daemon would do each second for ever.
type lastScan struct {
	turn sync.Mutex
	all  []due
	on   time.Time
}

func (i *lastScan) keep(all []due) {
	i.turn.Lock()
	defer i.turn.Unlock()
	i.all, i.on = all, time.Now()
}

// shown gives it once, within a moment.
func (i *lastScan) shown() ([]due, bool) {
	i.turn.Lock()
	defer i.turn.Unlock()
	all, ok := i.all, time.Since(i.on) < behind
	i.all, i.on = nil, time.Time{}
	return all, ok
}
