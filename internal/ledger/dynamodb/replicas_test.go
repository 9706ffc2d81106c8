package dynamodb_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/ledger/dynamodb"
	"github.com/ripostehq/riposte/internal/ledger/ledgertest"
	"github.com/ripostehq/riposte/playbook"
)

// replicas: two replicas are given every lead, several times and in any order; both claim, act on what they
// got and change one effect that all cases share. Every case ends once, with every step made once.
func replicas(t *testing.T, s *service) {
	const cases, copies, workers = 6, 3, 2
	table, now := s.table(t), ledgertest.Start()
	replicas := []*dynamodb.Store{open(t, s.client(), table), open(t, s.client(), table)}
	var admitting sync.WaitGroup
	for copy := range copies {
		for n := range cases {
			admitting.Go(func() {
				_, err := replicas[(copy+n)%len(replicas)].Admit(t.Context(), now, []playbook.StoredSuspect{
					ledgertest.Lead(fmt.Sprint("e-", n), fmt.Sprint("i-", n)), ledgertest.Lead(fmt.Sprint("f-", n), fmt.Sprint("i-", n)),
				}, ledger.FirstClaim{})
				if err != nil {
					t.Error(err)
				}
			})
		}
	}
	admitting.Wait()
	var working sync.WaitGroup
	for i := range workers * len(replicas) {
		working.Go(func() {
			for work(t, replicas[i%len(replicas)], fmt.Sprint("worker-", i), now) {
			}
		})
	}
	working.Wait()
	verified(t, replicas[0], cases)
}

// work takes one case to its end, as an engine does; false where there is none to take.
func work(t *testing.T, s *dynamodb.Store, name string, now time.Time) bool {
	claim, err := s.Claim(t.Context(), now, name, time.Minute)
	if err != nil {
		t.Error(err)
		return false
	}
	if claim == nil {
		return false
	}
	if err := end(t, s, claim, now); errors.Is(err, ledger.ErrStale) || errors.Is(err, ledger.ErrJoined) {
		err = s.Yield(t.Context(), claim.Case)
		if err != nil {
			t.Error(err)
		}
	} else if err != nil {
		t.Error(err)
		return false
	}
	return true
}

func end(t *testing.T, s *dynamodb.Store, claim *ledger.Claim, now time.Time) error {
	c, w := claim.Case, ledger.Write{At: now}
	for _, m := range claim.Inbox {
		w.Taken = append(w.Taken, m.Key)
	}
	if c.State == ledger.Suspected {
		e, err := s.Effect(t.Context(), "shared")
		if err != nil {
			return err
		}
		if e == nil {
			e = &ledger.Effect{Key: "shared"}
		}
		e.Owners = append(e.Owners, c.ID)
		w.Effects, c.State, c.Due = []*ledger.Effect{e}, ledger.Acting, now
		if err := s.Commit(t.Context(), c, w); err != nil {
			return err
		}
		w = ledger.Write{At: now}
	}
	c.State, c.Due, w.EndsLease = ledger.Verified, time.Time{}, true
	return s.Commit(t.Context(), c, w)
}
