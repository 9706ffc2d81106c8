package dynamodb

import (
	"context"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/ledger"
)

// Streaks of one listing; see ledger.Sweeps.
func (s *Store) Streaks(ctx context.Context, of ledger.Listing) ([]ledger.Streak, error) {
	all, err := bodies[ledger.Streak](ctx, s, query{partition: streaksOf(of)})
	ledger.SortStreaks(all)
	return all, err
}

// Streak of one resource and playbook; see ledger.Sweeps.
func (s *Store) Streak(ctx context.Context, playbookID string, of event.Resource) (*ledger.Streak, error) {
	_, found, err := s.find(ctx, playbookID, of)
	return found, s.explain(err)
}

// find is the streak as it stands, with its listing; nil where there is none. Mostly it is in the listing of its own kind; else it may be in
// any of the account's.
func (s *Store) find(ctx context.Context, playbookID string, of event.Resource) (ledger.Listing, *ledger.Streak, error) {
	likely := ledger.Listing{Place: of.Place(), Kind: of.Type}
	if found, err := s.streakIn(ctx, playbookID, of, likely); found != nil || err != nil {
		return likely, found, err
	}
	a, err := s.account(ctx, of.Account)
	if err != nil {
		return likely, nil, err
	}
	var in []ledger.Listing
	for _, r := range a.rows {
		in = append(in, r.Listing)
	}
	var keys []key
	for _, l := range in {
		keys = append(keys, streakKey(l, ledger.Streak{Playbook: playbookID, Resource: of}))
	}
	all, err := s.getAll(ctx, keys)
	if err != nil {
		return likely, nil, err
	}
	for n, k := range keys {
		if i := all[k]; i != nil {
			found, err := bodyOf[ledger.Streak](i)
			return in[n], &found, err
		}
	}
	return likely, nil, nil
}

func (s *Store) streakIn(ctx context.Context, playbookID string, of event.Resource, in ledger.Listing) (*ledger.Streak, error) {
	i, err := s.get(ctx, streakKey(in, ledger.Streak{Playbook: playbookID, Resource: of}))
	if i == nil || err != nil {
		return nil, err
	}
	found, err := bodyOf[ledger.Streak](i)
	return &found, err
}
