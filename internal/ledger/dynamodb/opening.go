package dynamodb

import (
	"context"
	"encoding/json"
	"time"

	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/playbook"
)

// openCase begins a case with its first lead in it. A root whose case is closed, which no commit leaves behind, is no reason
// to look away: it is taken over.
func (s *Store) openCase(ctx context.Context, now time.Time, g group, stale string, l playbook.StoredSuspect) (*ledger.Claim, error) {
	name := ledger.Key(l)
	c := ledger.Opened(g.id, name, l)
	t := &tx{}
	var err error
	if c.Incident, err = s.relate(ctx, t, now, c.ID, l.Actors); err != nil {
		return nil, err
	}
	payload, err := json.Marshal(c)
	if err != nil {
		return nil, err
	}
	r := row{
		id: c.ID, schema: c.Schema, playbook: c.Playbook, account: c.Root.Account, state: c.State, version: 1, due: now, root: g.root,
		severity: c.Severity, rank: g.rank, urgency: c.Urgency(),
	}
	claim := g.first.Claim(c, now)
	if claim != nil {
		r.holder, r.lease, r.attempts = g.first.Holder, claim.Until, claim.Case.Attempts
	}
	r.ready = !r.wake().After(now)
	err = t.append(&r, ledger.Link{
		At: now, State: c.State, Due: now, Payload: ledger.Sum(payload), Notes: []string{"opened: " + l.Title},
		Wrote: []ledger.Wrote{{What: ledger.WroteLead, Key: name, Sum: ledger.Sum([]byte(c.ID))}},
	})
	if err != nil {
		return nil, err
	}
	attributes, err := t.payload(&r, payload)
	if err != nil {
		return nil, err
	}
	t.save(&r, attributes)
	t.lead(name, c.ID, l, now)
	free := absent(errAgain)
	if stale != "" {
		free = condition{holds: isNew + " OR case_id = :stale", values: item{":stale": text(stale)}, otherwise: errAgain}
	}
	t.put(rootKey(g.root), item{"case_id": text(c.ID)}, free)
	if err := s.related(l.Actors, s.run(ctx, t)); err != nil {
		return nil, err
	}
	s.recent.wrote(r)
	if claim != nil {
		s.claimed.keep(r)
	}
	return claim, nil
}
