package dynamodb

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"time"

	"github.com/ripostehq/riposte/internal/ledger"
)

// enough is where counting stops: no limit is as high, and an attacker who makes many incidents shall not make each count
// longer.
const enough = 1000

// place is one incident counted in a bucket. Each has an item of its own, so that containment, which is counted and never
// refused, waits for no other.
type place struct {
	bucket, incident string
	at               time.Time
}

// reservedPlaces are those that this process took, which need not be taken again.
type reservedPlaces struct {
	turn sync.Mutex
	last map[[2]string]time.Time
}

func (p *reservedPlaces) has(r ledger.Reservation) bool {
	p.turn.Lock()
	defer p.turn.Unlock()
	t, ok := p.last[[2]string{r.Bucket, r.Incident}]
	return ok && !t.Before(r.Since)
}

func (p *reservedPlaces) keep(taken []place) {
	p.turn.Lock()
	defer p.turn.Unlock()
	if p.last == nil || len(p.last) > 10_000 {
		p.last = map[[2]string]time.Time{}
	}
	for _, t := range taken {
		p.last[[2]string{t.bucket, t.incident}] = t.at
	}
}

// reserve takes places. What may be refused goes through the bucket's fence, one after the other, so that two can't both
// have the last place.
func (t *commit) reserve(ctx context.Context) error {
	for _, r := range t.w.Reserve {
		if t.Store.reserved.has(r) {
			continue
		}
		if r.Max > 0 {
			has, err := t.fence(ctx, r)
			if err != nil {
				return err
			}
			if has {
				continue
			}
		}
		k := placeKey(r.Bucket, r.Incident, r.At)
		t.put(k, item{"bucket": text(r.Bucket), "incident": text(r.Incident), "at": at(r.At)}, always())
		t.wrote = append(t.wrote, ledger.Wrote{What: ledger.WrotePlace, Key: placeName(r.Bucket, r.Incident, r.At), Sum: ledger.Present})
		t.taking = append(t.taking, place{r.Bucket, r.Incident, r.At})
	}
	return nil
}

// fence counts, and passes if no other has passed meanwhile. It returns true if the incident has its place already.
func (t *commit) fence(ctx context.Context, r ledger.Reservation) (bool, error) {
	f, err := t.get(ctx, fenceKey(r.Bucket))
	if err != nil {
		return false, err
	}
	taken, err := t.since(ctx, r.Bucket, r.Since)
	if err != nil {
		return false, err
	}
	if last := textOf(f["last"]); last >= "at#"+moment(r.Since) && !taken.keys[last] {
		return false, errAgain // the last that passed is not visible yet
	}
	if taken.incidents[r.Incident] {
		return true, nil
	}
	if n := len(taken.incidents); n >= r.Max {
		return false, fmt.Errorf("%s has %d of %d: %w", r.Bucket, n, r.Max, ledger.ErrLimit)
	}
	n := numberOf(f["n"])
	unchanged := over("n", n, errAgain)
	if f == nil {
		unchanged = absent(errAgain)
	}
	t.put(fenceKey(r.Bucket), item{"n": number(n + 1), "last": text(placeKey(r.Bucket, r.Incident, r.At).sk)}, unchanged)
	return false, nil
}

// counted is what is in a bucket.
type counted struct{ incidents, keys map[string]bool }

func (s *Store) since(ctx context.Context, bucket string, from time.Time) (counted, error) {
	c := counted{map[string]bool{}, map[string]bool{}}
	q := query{
		partition: fenceKey(bucket).pk, where: "#s BETWEEN :from AND :to",
		values: item{":from": text("at#" + moment(from)), ":to": text("at#~")},
	}
	err := s.items(ctx, q, func(i item) bool {
		c.incidents[textOf(i["incident"])], c.keys[textOf(i[sk])] = true, true
		return len(c.incidents) < enough
	})
	return c, err
}

func placeName(bucket, incident string, at time.Time) string {
	return strconv.Quote(bucket) + " " + incident + " " + moment(at)
}
