package engine

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/internal/gate"
	"github.com/ripostehq/riposte/internal/ledger"
)

const (
	day = 24 * time.Hour
	// mostAgain is how often the same resource is mended within againSince: a caller that takes it back each time means it.
	mostAgain  = 3
	againSince = 30 * day
)

// tidying are the places that a step of a sweep's case takes in the limits. They are apart from those of attacks: a night of tidying never
// holds the answer to an attack. A resource counts once a day, however many steps concern it; a tag does not count.
func (gk *gatekeeper) tidying(t *attempt, r ref) (out []ledger.Reservation) {
	if r.tags() {
		return nil
	}
	c := t.covered[r.revision.Suspect]
	if c == nil {
		c = &covered{}
	}
	now, book, root, most := t.Now(), t.c.Playbook, t.c.Root, gk.policy.Limits.Sweep
	add := func(bucket string, most int) {
		out = append(out, ledger.Reservation{Bucket: bucket, Incident: root.String(), At: now, Since: now.Add(-day), Max: most})
	}
	add("sweep:"+book, most.Playbook)
	add("sweep:account:"+root.Account, most.Account)
	add("sweep:organisation", most.Organisation)
	if most.Share > 0 {
		add(fmt.Sprintf("sweep:%s:%s:%s", book, root.Account, c.streak.Kind), max(1, c.listed*most.Share/100))
	}
	if r.rung().Do.About().Kind.Class == action.Mend {
		out = append(out, ledger.Reservation{
			Bucket: "sweep:again:" + ledger.RootKey(book, root), Incident: t.c.ID, At: now, Since: now.Add(-againSince), Max: mostAgain,
		})
	}
	if r.approved() { // a person has decided
		for i := range out {
			out[i].Max = 0
		}
	}
	return out
}

// count is how full the place of a reservation is.
func (gk *gatekeeper) count(place ledger.Reservation, incidents int, swept bool) gate.Count {
	c := gate.Count{Bucket: place.Bucket, Incidents: incidents, Max: place.Max}
	switch {
	case strings.HasPrefix(place.Bucket, recordsBucket):
		c.Max, c.Within = mostRecords, "a day"
	case !swept:
		c.Max = gk.limit(place.Bucket)
	case place.At.Sub(place.Since) > day:
		c.Within, c.Page = "30 days", "it was mended again and again, and somebody takes it back each time"
	default:
		c.Within = "a day"
	}
	return c
}

// known asks the ledger what decides about a step, and how full the limits are that it would take a place in: one question for those that
// count the same within the same time. Read reports whether all were asked now, and none for another step before.
func (gk *gatekeeper) known(ctx context.Context, t *attempt, q ledger.Question, places []ledger.Reservation) (known ledger.Facts, incidents []int, read bool, err error) {
	read = true
	for first := true; first || len(places) > 0; first = false {
		n := 0
		q.Buckets = nil
		for ; n < len(places) && places[n].Incident == places[0].Incident && places[n].Since.Equal(places[0].Since); n++ {
			q.Buckets, q.Incident, q.Since = append(q.Buckets, places[n].Bucket), places[n].Incident, places[n].Since
		}
		places = places[n:]
		as := fmt.Sprint(q.RequestID, q.Incident, q.Buckets, q.Actor)
		answer, asked := t.known[as]
		if !asked {
			if answer, err = gk.store.Facts(ctx, q); err != nil {
				return known, nil, false, fmt.Errorf("read what decides: %w", err)
			}
			t.known[as] = answer
		}
		read = read && !asked
		if first {
			known = answer
		}
		incidents = append(incidents, answer.Incidents...)
	}
	return known, incidents, read, nil
}

// covered reads the streak and the listings behind a step of a sweep's case, once in an attempt.
func (gk *gatekeeper) covered(ctx context.Context, t *attempt, l *ledger.Suspect) (*covered, error) {
	if c := t.covered[l.Key]; c != nil {
		return c, nil
	}
	c, err := gk.sweeps.of(ctx, l.StoredSuspect)
	if err != nil {
		return nil, err
	}
	if c == nil {
		c = &covered{}
	}
	t.covered[l.Key] = c
	return c, nil
}
