package dynamodb_test

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/ledger/dynamodb"
	"github.com/ripostehq/riposte/internal/ledger/ledgertest"
	"github.com/ripostehq/riposte/playbook"
)

// limited: replicas race for the places of one limit, while others are counted that are never refused; none is given twice,
// and an incident that has one by another replica needs no second.
func limited(t *testing.T, s *service) {
	const contenders, places = 8, 3
	table, now := s.table(t), ledgertest.Start()
	replicas := []*dynamodb.Store{open(t, s.client(), table), open(t, s.client(), table)}
	reserve := func(n int, id, bucket, incident string, most int) error {
		c, err := replicas[n%2].Load(t.Context(), id)
		if err != nil {
			return err
		}
		c.State, c.Due = ledger.Acting, now
		var r []ledger.Reservation
		for _, b := range []string{bucket, bucket + " too"} {
			r = append(r, ledger.Reservation{Bucket: b, Incident: incident, At: now, Since: now.Add(-time.Hour), Max: most})
		}
		return replicas[n%2].Commit(t.Context(), c, ledger.Write{At: now, Reserve: r})
	}
	var ids []string
	for n := range contenders {
		a, err := replicas[n%2].Admit(t.Context(), now, []playbook.StoredSuspect{ledgertest.Lead(fmt.Sprint("e-", n), fmt.Sprint("i-", n))}, ledger.FirstClaim{})
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, a[0].Case)
	}
	var all sync.WaitGroup
	var passed atomic.Int64
	for n, id := range ids {
		all.Go(func() {
			switch err := reserve(n, id, "destroy", id, places); {
			case err == nil:
				passed.Add(1)
			case !errors.Is(err, ledger.ErrLimit):
				t.Error(err)
			}
		})
	}
	all.Wait()
	for _, bucket := range []string{"destroy", "destroy too"} {
		f, err := replicas[0].Facts(t.Context(), ledger.Question{At: now, Buckets: []string{bucket}, Since: now.Add(-time.Hour)})
		if err != nil || f.Incidents[0] != places || passed.Load() != places {
			t.Errorf("%d passed, %v are counted in %s, want %d; %v", passed.Load(), f.Incidents, bucket, places, err)
		}
	}
	for n := range replicas {
		if err := reserve(n, ids[n], "shared", "mallory", 1); err != nil {
			t.Errorf("the same incident by replica %d: %v", n, err)
		}
	}
	if err := reserve(0, ids[2], "shared", "trudy", 1); !errors.Is(err, ledger.ErrLimit) {
		t.Errorf("another incident: %v", err)
	}
	if err := reserve(0, ids[2], "shared", "trudy", 0); err != nil {
		t.Errorf("another incident that is never refused: %v", err)
	}
	if v, err := replicas[0].Verify(t.Context()); err != nil || len(v.Broken) > 0 {
		t.Errorf("%+v, %v", v.Broken, err)
	}
}
