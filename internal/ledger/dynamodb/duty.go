package dynamodb

import (
	"context"
	"encoding/json"
	"time"

	"github.com/ripostehq/riposte/internal/ledger"
)

const (
	dutiesPK   = "duties"
	accountsPK = "swept-accounts" // those that ever were, since coverage is kept by account
	oldDuties  = 25               // that one take lets go of
)

func dutyKey(d ledger.Duty) key          { return key{dutiesPK, d.Name()} }
func sweptAccountKey(account string) key { return key{accountsPK, account} }
func dutyAttributes(d ledger.Duty) (item, error) {
	body, err := json.Marshal(d)
	return item{"body": blob(body), "takes": number(int64(d.Takes)), "ended": at(d.Ended)}, err
}

// heldBy is the condition that a duty stands as its holder has it.
func heldBy(d ledger.Duty) condition {
	return condition{holds: "takes = :takes AND ended = :none", values: item{":takes": number(int64(d.Takes)), ":none": number(0)}, otherwise: errAgain}
}

// duty is the one of this day and account as it stands, or as nobody took it yet.
func (s *Store) duty(ctx context.Context, of ledger.Duty) (ledger.Duty, error) {
	i, err := s.get(ctx, dutyKey(of))
	if i == nil || err != nil {
		return ledger.Duty{Day: of.Day, Account: of.Account}, err
	}
	return bodyOf[ledger.Duty](i)
}

// TakeDuty takes an account's sweep of a day; see ledger.Sweeps.
func (s *Store) TakeDuty(ctx context.Context, now time.Time, day, account, holder string, lease time.Duration) (d ledger.Duty, took bool, err error) {
	old, err := ledger.OldDuties(day)
	if err != nil {
		return ledger.Duty{}, false, s.explain(err)
	}
	err = retryConflict(ctx, func(ctx context.Context) error {
		stands, err := s.duty(ctx, ledger.Duty{Day: day, Account: account})
		if err != nil {
			return err
		}
		free, t := absent(errAgain), &tx{}
		if stands.Takes > 0 {
			free = heldBy(stands)
		} else {
			t.put(sweptAccountKey(account), item{"swept": text(account)}, always())
		}
		d = stands
		if took = d.Take(now, holder, lease); !took {
			return nil
		}
		i, err := dutyAttributes(d)
		if err != nil {
			return err
		}
		t.put(dutyKey(d), i, free)
		return s.run(ctx, t)
	})
	if err == nil && took && d.Takes == 1 {
		err = s.dropDuties(ctx, old)
	}
	return d, took && err == nil, s.explain(err)
}

// dropDuties lets go of some that are old: as many as are made at once.
func (s *Store) dropDuties(ctx context.Context, before string) error {
	t := &tx{}
	err := s.items(ctx, query{partition: dutiesPK, where: "#s < :old", values: item{":old": text(before)}, limit: oldDuties}, func(i item) bool {
		t.delete(keyOf(i), always())
		return true
	})
	if err != nil || len(t.items) == 0 {
		return err
	}
	return s.run(ctx, t)
}

// RenewDuty prolongs a lease that is still held; see ledger.Sweeps.
func (s *Store) RenewDuty(ctx context.Context, now time.Time, d ledger.Duty, lease time.Duration) error {
	defer s.locks.lock(d.Name())()
	return s.explain(retryConflict(ctx, func(ctx context.Context) error {
		stands, err := s.duty(ctx, d)
		if err == nil {
			err = stands.Renew(d, now.Add(lease))
		}
		if err != nil {
			return err
		}
		return s.setDuty(ctx, &tx{}, d, stands)
	}))
}

// setDuty writes it over what a holder has in hand, with what goes with it.
func (s *Store) setDuty(ctx context.Context, t *tx, mine, next ledger.Duty) error {
	i, err := dutyAttributes(next)
	if err != nil {
		return err
	}
	t.put(dutyKey(next), i, heldBy(mine))
	return s.run(ctx, t)
}

// EndDuty ends it and seals what its account's listings have written; see ledger.Sweeps.
func (s *Store) EndDuty(ctx context.Context, now time.Time, d ledger.Duty) error {
	defer s.locks.lock(d.Name())()
	return s.explain(retryConflict(ctx, func(ctx context.Context) error {
		stands, err := s.duty(ctx, d)
		if err != nil {
			return err
		}
		if again, err := stands.End(d, now); again || err != nil {
			return err
		}
		a, err := s.account(ctx, d.Account)
		if err != nil {
			return err
		}
		for i := range a.rows {
			a.rows[i].Sealed = a.rows[i].Digest
		}
		t := &tx{}
		if err := s.sealSwept(ctx, t, a, ledger.SealDuty(stands, a.rows, now)); err != nil {
			return err
		}
		return s.setDuty(ctx, t, d, stands)
	}))
}

// Duties of a day and of the days since; see ledger.Sweeps.
func (s *Store) Duties(ctx context.Context, since string) ([]ledger.Duty, error) {
	return bodies[ledger.Duty](ctx, s, query{partition: dutiesPK, where: "#s >= :since", values: item{":since": text(since + "/")}})
}
