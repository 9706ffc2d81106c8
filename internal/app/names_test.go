package app

import (
	"testing"
	"time"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/ledger/sqlite"
	"github.com/ripostehq/riposte/names"
)

// An account that left the organisation can't be entered: its records are nobody's to judge, and a bucket that it has is not free.
func TestAnAccountThatLeftTheOrganisation(t *testing.T) {
	store, err := sqlite.Open(t.Context(), sqlite.Memory)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	now := time.Date(2030, 1, 7, 9, 0, 0, 0, time.UTC)
	mine, left := event.Place{Partition: "aws", Account: "111122223333"}, event.Place{Partition: "aws", Account: "444455556666"}
	free, had := names.Parse("food.s3.amazonaws.com", "")[0], names.Parse("drinks.s3.amazonaws.com", "")[0]
	var changes []names.Change
	for _, e := range []names.Entry{
		{Key: free, Resource: mine.In(event.RecordSet, "Z1/CNAME/a.example.com"), Points: true},
		{Key: free, Resource: left.In(event.RecordSet, "Z2/CNAME/b.example.com"), Points: true},
		{Key: had, Resource: left.In(event.Bucket, "drinks")},
	} {
		changes = append(changes, names.Change{Resource: e.Resource, At: now, Now: []names.Entry{e}})
	}
	if err := store.LearnNames(t.Context(), changes); err != nil {
		t.Fatal(err)
	}
	x := newNameIndex(store, func() []string { return []string{mine.Account} }, func() time.Time { return now })
	if all, err := x.NamesOf(t.Context(), free); err != nil || len(all) != 1 || all[0].Resource.Account != mine.Account {
		t.Errorf("%+v, %v", all, err)
	}
	if all, err := x.NamesOf(t.Context(), had); err != nil || len(all) != 1 {
		t.Errorf("what it has: %+v, %v", all, err)
	}
}
