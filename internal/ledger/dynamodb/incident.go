package dynamodb

import (
	"cmp"
	"context"
	"maps"
	"sync"
	"time"

	"github.com/ripostehq/riposte/internal/ledger"
)

const (
	tracePrefix    = "trace#"
	incidentPrefix = "incident#"
)

func traceKey(actor string) key             { return key{tracePrefix + sum(actor), "trace"} }
func memberKey(incident, caseID string) key { return key{incidentPrefix + incident, caseID} }

// traces are those that this process read or wrote lately: of many cases of one actor at once, one writes its trace and the
// others follow.
type traces struct {
	locks caseLocks // by the actor
	turn  sync.Mutex
	known map[string]ledger.Trace
}

// fresh returns the traces of all the names, nil where one is not known, or old.
func (h *traces) fresh(now time.Time, actors []string) map[string]ledger.Trace {
	h.turn.Lock()
	defer h.turn.Unlock()
	found := map[string]ledger.Trace{}
	for _, name := range actors {
		t, ok := h.known[name]
		if !ok || !t.Fresh(now) {
			return nil
		}
		found[name] = t
	}
	return found
}

func (h *traces) keep(found map[string]ledger.Trace) {
	h.turn.Lock()
	defer h.turn.Unlock()
	if h.known == nil || len(h.known) > 10_000 {
		h.known = map[string]ledger.Trace{}
	}
	maps.Copy(h.known, found)
}

func (h *traces) drop(actors []string) {
	h.turn.Lock()
	defer h.turn.Unlock()
	for _, name := range actors {
		delete(h.known, name)
	}
}

// Relate puts a case into its actor's incident; see ledger.Incidents.
func (s *Store) Relate(ctx context.Context, now time.Time, caseID string, actors []string) (incident string, err error) {
	err = retryConflict(ctx, func(ctx context.Context) error {
		t := &tx{}
		if incident, err = s.relate(ctx, t, now, caseID, actors); err != nil || incident == "" {
			return err
		}
		return s.related(actors, s.run(ctx, t))
	})
	return incident, s.explain(err)
}

// relate decides the incident of a case, and adds to the transaction what says so.
func (s *Store) relate(ctx context.Context, t *tx, now time.Time, caseID string, actors []string) (string, error) {
	if len(actors) == 0 {
		return "", nil
	}
	defer s.traces.locks.lock(actors[0])()
	known := s.traces.fresh(now, actors)
	if known == nil {
		var err error
		if known, err = s.readTraces(ctx, actors); err != nil {
			return "", err
		}
	}
	incident, write := ledger.IncidentOf(caseID, now, actors, known)
	for _, name := range write {
		unchanged := absent(errAgain)
		if before, ok := known[name]; ok {
			unchanged = over("latest", nanos(before.Last), errAgain)
		}
		known[name] = ledger.Trace{Incident: incident, Last: now}
		t.put(traceKey(name), item{"incident": text(incident), "latest": at(now), endsAt: number(now.Add(ledger.TraceKept).Unix())}, unchanged)
	}
	t.put(memberKey(incident, caseID), item{}, always())
	s.traces.keep(known)
	return incident, nil
}

func (s *Store) readTraces(ctx context.Context, actors []string) (map[string]ledger.Trace, error) {
	known, names := map[string]ledger.Trace{}, map[key]string{}
	var keys []key
	for _, name := range actors {
		if k := traceKey(name); names[k] == "" {
			names[k], keys = name, append(keys, k)
		}
	}
	found, err := s.getAll(ctx, keys)
	for k, i := range found {
		known[names[k]] = ledger.Trace{Incident: textOf(i["incident"]), Last: timeOf(i["latest"])}
	}
	return known, err
}

// related forgets what was to be written where it was not.
func (s *Store) related(actors []string, err error) error {
	if err != nil {
		s.traces.drop(actors)
	}
	return err
}

// members are ids of an incident's cases, oldest first.
func (s *Store) members(ctx context.Context, f ledger.Filter) (ids []string, err error) {
	q := query{partition: incidentPrefix + f.Incident, where: "#s > :after", values: item{":after": text(cmp.Or(f.After, "c"))}, limit: someIDs}
	err = s.items(ctx, q, func(i item) bool {
		ids = append(ids, textOf(i[sk]))
		return len(ids) < someIDs
	})
	return ids, err
}
