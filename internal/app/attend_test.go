package app_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/ripostehq/riposte/internal/app"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/ledger/sqlite"
)

// counted is a ledger that counts what is said into it.
type counted struct {
	ledger.Store
	said int
}

func (c *counted) Attend(ctx context.Context, r ledger.Replica) error {
	c.said++
	return c.Store.Attend(ctx, r)
}

// A replica says that it serves, and what it has read, as seldom as that is enough.
func TestAReplicaSaysThatItServesAndWhichBrakesItHasRead(t *testing.T) {
	store, err := sqlite.Open(t.Context(), sqlite.Memory)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	now := time.Date(2030, 3, 4, 12, 0, 0, 0, time.UTC)
	roll := &counted{Store: store}
	dead := ledger.Replica{Name: "host-0", Seen: now.Add(-25 * time.Hour)}
	if err := store.Attend(t.Context(), dead); err != nil {
		t.Fatal(err)
	}
	a := &app.Attendance{Store: roll, As: ledger.Replica{Name: "host-1"}, Now: func() time.Time { return now }}
	brake := ledger.Brake{Scope: "all", By: "sam", At: now}
	for _, step := range []struct {
		story string
		after time.Duration
		halt  bool
		said  int // in all
		knows bool
	}{
		{"it begins", 0, false, 1, false},
		{"nothing is new", 19 * time.Second, false, 1, false},
		{"it was silent for long enough", time.Second, false, 2, false},
		{"a person halts", time.Second, true, 3, true},
		{"it has been said", time.Second, false, 3, true},
	} {
		now = now.Add(step.after)
		if step.halt {
			err = store.Halt(t.Context(), brake)
		}
		if err == nil {
			err = a.Look(t.Context())
		}
		all, failed := store.Replicas(t.Context())
		if err != nil || failed != nil || len(all) != 1 || all[0].Name != "host-1" {
			t.Fatalf("%s: %+v, %v, %v", step.story, all, err, failed)
		}
		if got := fmt.Sprint(roll.said, all[0].Knows(brake)); got != fmt.Sprint(step.said, step.knows) {
			t.Errorf("%s: said %s", step.story, got)
		}
		if !all[0].Serves(now) || all[0].Serves(now.Add(2*time.Minute)) {
			t.Errorf("%s: it is heard of, and not for ever", step.story)
		}
	}
	if err := a.Leave(t.Context()); err != nil {
		t.Fatal(err)
	}
	if all, err := store.Replicas(t.Context()); err != nil || len(all) != 0 {
		t.Errorf("it has left: %+v, %v", all, err)
	}
}
