package console

import (
	"context"
	"fmt"
	"slices"
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
	Sweeps                   map[place]listed
}

// figures are of these cases.
type figures struct {
	store interface {
		Page(context.Context, ledger.Filter, string, int) ([]*ledger.Case, string, error)
	}
	sweeps interface {
		Coverages(ctx context.Context, account string) ([]ledger.Coverage, error)
	}
	now func() time.Time
}

func (f figures) add(ctx context.Context) (*sums, error) {
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
	covers, err := f.sweeps.Coverages(ctx, "")
	if err != nil {
		return nil, fmt.Errorf("read the coverage: %w", err)
	}
	s.Sweeps = swept(covers)
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
