package dynamodb_test

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/ledger/ledgertest"
)

// tamperingWithSweeps: since when something lies unused decides about its deletion.
func tamperingWithSweeps(t *testing.T, s *service) {
	e := &evidence{T: t, table: s.table(t), raw: s.client()}
	e.Store = open(t, e.raw, e.table)
	now, of := ledgertest.Start(), ledgertest.Snapshots()
	d, _, err := e.TakeDuty(t.Context(), now, now.Format(time.DateOnly), of.Place.Account, "a", time.Minute)
	e.must(err)
	var all []ledger.StreakChange
	for _, id := range []string{"snap-0001", "snap-0002"} {
		all = append(all, ledger.StreakChange{Streak: ledgertest.Stale(id, now)})
	}
	e.must(e.Swept(t.Context(), d, ledger.Coverage{Listing: of, Began: now, Ended: now, Listed: 9}, all))
	e.must(e.EndDuty(t.Context(), now, d))
	if v := e.verify(); len(v.Broken) > 0 || v.Entries != 1 {
		t.Fatalf("before it was touched: %+v", v)
	}
	whole := e.all("", "")
	forged := &types.AttributeValueMemberS{Value: "forged"}
	for _, x := range []struct {
		name, says string
		do         func()
	}{
		{"a streak begins earlier", "not those that were recorded", func() { e.swap("streaks#", "", "body", "2026-02-27", "2025-02-27") }},
		{"a streak is forgotten", "not those that were recorded", func() { e.delete("streaks#", "waste.stale-snapshot#snap-0001") }},
		{"a streak stands where another does", "no riposte wrote", func() {
			i := e.item("streaks#", "")
			i["sk"] = &types.AttributeValueMemberS{Value: "waste.stale-snapshot#snap-9999"}
			e.put(i)
		}},
		{"a listing is said to be complete more often", "not those that were recorded", func() { e.swap("coverages#", "eu-west-1", "body", `"complete":1`, `"complete":9`) }},
		{"a digest is forged", "not those that were recorded", func() { e.set("coverages#", "eu-west-1", "digest", forged) }},
		{"the seal is deleted", "changed by no sweep", func() { e.delete("coverages#", "!seal") }},
		{"a listing is deleted", "is gone", func() { e.delete("coverages#", "") }},
		{"a listing is deleted, its streaks not", "are of no listing", func() { e.delete("coverages#", "eu-west-1") }},
		{"a duty is made up", "no riposte wrote", func() { e.swap("duties", "", "body", of.Place.Account, "444455556666") }},
		{"the entry is cut off", "no entry wrote", func() { e.delete("sweep:", "entry#") }},
	} {
		e.restore(whole)
		x.do()
		found := false
		broken := e.verify().Broken
		for _, b := range broken {
			found = found || strings.Contains(b.Why, x.says)
		}
		if !found {
			t.Errorf("%s: verify says %+v, not %q", x.name, broken, x.says)
		}
	}
}
