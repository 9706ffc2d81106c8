package dynamodb

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/playbook"
)

// together is how many leads join a case in one transaction: each is two items.
const together = 40

// group is the leads of one root, by their places among all, the id of the case that they would open, its holder, and
// where it would stand.
type group struct {
	root, id string
	leads    []int
	first    ledger.FirstClaim
	rank     time.Time
}

// Admit stores leads; see ledger.Store. The leads of each root are one transaction or more, those of several roots go at
// once.
func (s *Store) Admit(ctx context.Context, now time.Time, leads []playbook.StoredSuspect, first ledger.FirstClaim, ranks ...time.Time) ([]ledger.Admission, error) {
	groups, err := s.group(now, leads, ranks)
	if err != nil {
		return nil, s.explain(err)
	}
	out, errs := make([]ledger.Admission, len(leads)), make([]error, len(groups))
	each(len(groups), func(n int) {
		g := groups[n]
		if n == 0 {
			g.first = first
		}
		if errs[n] = s.admitAll(ctx, now, g, leads, out); errs[n] != nil {
			l := leads[g.leads[0]]
			errs[n] = fmt.Errorf("admit %s for %s: %w", l.Resource, l.Playbook, errs[n])
		}
	})
	err = errors.Join(errs...)
	if err == nil {
		return out, nil
	}
	if first.Holder != "" { // what was opened for a holder that will not hear of it, or may have been: the answer may be what was lost
		if lost := s.Yield(ctx, &ledger.Case{ID: groups[0].id, Version: 1}); !errors.Is(lost, ledger.ErrNotFound) {
			err = errors.Join(err, lost)
		}
	}
	return nil, s.explain(err)
}

// group makes ids in the order of the leads, which is the order of the cases.
func (s *Store) group(now time.Time, leads []playbook.StoredSuspect, ranks []time.Time) ([]group, error) {
	var groups []group
	of := map[string]int{}
	for i, l := range leads {
		root := sum(ledger.RootKey(l.Playbook, l.Resource))
		n, ok := of[root]
		if !ok {
			id, err := s.newID(now)
			if err != nil {
				return nil, err
			}
			n = len(groups)
			of[root], groups = n, append(groups, group{root: root, id: id, rank: ledger.Rank(now, ranks, i)})
		}
		groups[n].leads = append(groups[n].leads, i)
	}
	return groups, nil
}

// admitAll takes the leads of one root, as many at once as there is room for.
func (s *Store) admitAll(ctx context.Context, now time.Time, g group, leads []playbook.StoredSuspect, out []ledger.Admission) error {
	for size := together; len(g.leads) > 0; {
		some := group{g.root, g.id, g.leads[:min(size, len(g.leads))], g.first, g.rank}
		err := s.admit(ctx, now, some, leads, out)
		if errors.Is(err, errLarge) && size > 1 {
			size /= 2
			continue
		}
		if err != nil {
			return err
		}
		g.leads = g.leads[len(some.leads):]
	}
	return nil
}

// admit takes leads of one root until each is in a case: what opens a case goes first, the others join it.
func (s *Store) admit(ctx context.Context, now time.Time, g group, leads []playbook.StoredSuspect, out []ledger.Admission) error {
	err := retryConflict(ctx, func(ctx context.Context) error {
		fresh, open, err := s.known(ctx, g, leads, out)
		if err != nil || len(fresh) == 0 {
			return err
		}
		id := textOf(open["case_id"])
		if id != "" {
			err := s.join(ctx, now, id, fresh, leads, out)
			if !errors.Is(err, errClosed) {
				return err
			}
		}
		if fresh[0] != 0 || len(fresh) > 1 {
			g.first = ledger.FirstClaim{} // another's than the first lead's, or one that others join: the worker that claims it then has them all
		}
		claim, err := s.openCase(ctx, now, g, id, leads[fresh[0]])
		if errors.Is(err, errTaken) { // entropy that repeats itself after a restart must not stop an admission
			g.id, err = s.newID(now)
			if err == nil {
				err = errAgain
			}
		}
		if err != nil {
			return err
		}
		out[fresh[0]] = ledger.Admission{Case: g.id, How: "opened", Claim: claim}
		if len(fresh) == 1 {
			return nil
		}
		return s.join(ctx, now, g.id, fresh[1:], leads, out)
	})
	for _, i := range g.leads {
		if out[i].How == "" && err == nil { // a copy within the batch: all of one root are in one case
			first := slices.IndexFunc(g.leads, func(j int) bool { return ledger.Key(leads[j]) == ledger.Key(leads[i]) })
			out[i] = ledger.Admission{Case: out[g.leads[first]].Case, How: "duplicate"}
		}
	}
	return err
}

// known sorts out what was admitted before, and finds the root's open case.
func (s *Store) known(ctx context.Context, g group, leads []playbook.StoredSuspect, out []ledger.Admission) (fresh []int, open item, err error) {
	first := map[key]int{}
	keys := []key{rootKey(g.root)}
	for _, i := range g.leads {
		k := leadKey(ledger.Key(leads[i]))
		if _, ok := first[k]; !ok {
			first[k], keys = i, append(keys, k)
		}
	}
	found, err := s.getAll(ctx, keys)
	if err != nil {
		return nil, nil, err
	}
	for _, i := range g.leads {
		k := leadKey(ledger.Key(leads[i]))
		switch {
		case out[i].How != "": // by a try before this one
		case found[k] != nil:
			out[i] = ledger.Admission{Case: textOf(found[k]["case_id"]), How: "duplicate"}
		case first[k] == i:
			fresh = append(fresh, i)
		}
	}
	return fresh, found[rootKey(g.root)], nil
}

// join sends leads to the open case.
func (s *Store) join(ctx context.Context, now time.Time, id string, fresh []int, leads []playbook.StoredSuspect, out []ledger.Admission) error {
	var messages []ledger.Message
	for _, i := range fresh {
		messages = append(messages, ledger.Message{Key: ledger.Key(leads[i]), Lead: &leads[i]})
	}
	if err := s.deliver(ctx, now, id, messages); err != nil {
		return err
	}
	for _, i := range fresh {
		out[i] = ledger.Admission{Case: id, How: "joined"}
	}
	return nil
}
