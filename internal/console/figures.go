package console

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/ripostehq/riposte/internal/ledger"
)

// What the figures are of: the cases of a month, as many of them as are read in a second or so.
const (
	month       = 30 * 24 * time.Hour
	mostCounted = 5000
	figuresLast = time.Minute
	atOnce      = 200 * time.Millisecond // how long a page waits for them
)

// figure is how long something took, of all cases together.
type figure struct{ Half, Most time.Duration } // p50 and p95

// bar is a column of the histogram.
type bar struct {
	Name   string
	Cases  int
	Height int // of 100
}

// sums are a month's figures.
type sums struct {
	Cases, Contained, Failed int
	Cut                      bool // there are older ones in the month, which are not counted
	AWS, Ours, All           figure
	Bars                     []bar
	Places                   map[place]arrival
}

// figures are counted in the background, since that takes longer than a page may.
type figures struct {
	store interface {
		Page(context.Context, ledger.Filter, string, int) ([]*ledger.Case, string, error)
	}
	now, clock func() time.Time

	mu      sync.Mutex
	latest  *sums
	err     error
	at      time.Time
	running chan struct{} // closed at its end; nil where nobody counts
}

// get returns the figures, nil while they are counted for the first time.
func (f *figures) get(ctx context.Context) (*sums, error) {
	f.mu.Lock()
	if f.running == nil && (f.latest == nil || f.clock().Sub(f.at) >= figuresLast) {
		f.running = make(chan struct{})
		go f.count(context.WithoutCancel(ctx), f.running)
	}
	running, known := f.running, f.latest
	f.mu.Unlock()
	if known == nil && running != nil {
		select {
		case <-running:
		case <-time.After(atOnce):
		case <-ctx.Done():
		}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.latest, f.err
}

func (f *figures) count(ctx context.Context, done chan struct{}) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	s, err := f.add(ctx)
	f.mu.Lock()
	defer f.mu.Unlock()
	if err == nil {
		f.latest = s
	}
	f.err, f.at, f.running = err, f.clock(), nil
	close(done)
}

func (f *figures) add(ctx context.Context) (*sums, error) {
	s := &sums{Places: map[place]arrival{}}
	var aws, ours, all []time.Duration
	since := f.now().Add(-month)
	for c, err := range ledger.Newest(ctx, f.store, ledger.Filter{}, 200) {
		if err != nil {
			return nil, fmt.Errorf("count the cases: %w", err)
		}
		t := c.Times
		if t.Received.Before(since) {
			break
		}
		if s.Cases == mostCounted {
			s.Cut = true
			break
		}
		s.heard(c)
		s.Cases++
		if c.State == ledger.Failed {
			s.Failed++
		}
		if t.Contained.IsZero() || t.Occurred.IsZero() {
			continue
		}
		s.Contained++
		aws, ours, all = append(aws, t.Received.Sub(t.Occurred)), append(ours, t.Contained.Sub(t.Received)), append(all, t.Contained.Sub(t.Occurred))
	}
	s.AWS, s.Ours, s.All, s.Bars = spread(aws), spread(ours), spread(all), bars(all)
	return s, nil
}

// spread is the middle one and the 95th of a hundred.
func spread(d []time.Duration) figure {
	if len(d) == 0 {
		return figure{}
	}
	slices.Sort(d)
	return figure{d[(len(d)-1)/2], d[(len(d)*95+99)/100-1]}
}

// bars are how many cases were contained how soon.
func bars(all []time.Duration) (out []bar) {
	most := 1
	last := time.Duration(-1 << 62)
	for _, end := range []struct {
		name string
		end  time.Duration
	}{{"5 s", 5 * time.Second}, {"15 s", 15 * time.Second}, {"1 min", time.Minute}, {"5 min", 5 * time.Minute}, {"15 min", 15 * time.Minute}, {"later", 1 << 62}} {
		b := bar{Name: end.name}
		for _, d := range all {
			if d > last && d <= end.end {
				b.Cases++
			}
		}
		last, most = end.end, max(most, b.Cases)
		out = append(out, b)
	}
	for i := range out {
		out[i].Height = out[i].Cases * 100 / most
	}
	return out
}
