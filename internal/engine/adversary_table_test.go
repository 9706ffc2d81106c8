package engine_test

import (
	"math/rand/v2"
	"testing"
	"time"

	awsdynamodb "github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/ripostehq/riposte/internal/ledger/dynamodb"
	"github.com/ripostehq/riposte/internal/ledger/sqlite"
	"github.com/ripostehq/riposte/internal/mototest"
)

// The adversary again, one life of hers, over the ledger that replicas share: she demolishes, floods, lifts what stops her,
// comes back after verification, and launches what can't be terminated.
func TestAdversaryOverDynamoDB(t *testing.T) {
	moto := mototest.Start(t)
	table := awsdynamodb.NewFromConfig(moto.Config(ireland))
	if err := dynamodb.Create(t.Context(), table, "riposte-record"); err != nil {
		t.Fatal(err)
	}
	store, err := dynamodb.Open(t.Context(), table, "riposte-record")
	if err != nil {
		t.Fatal(err)
	}
	a := begin(t, store, 5*time.Second, time.Second)
	a.unprotects(mallory, "i-0cattle")
	a.pass(6 * time.Second)
	for range 20 {
		a.policy(second)
	}
	a.lifts(second)
	a.pass(5 * time.Minute)
	a.edits(second, emptied()[1])
	a.launch(second, true)
	a.unprotects(second, "i-0cattle2")
	a.pass(10 * time.Minute)
	a.switchesOn(second)
	a.reconnects(second)
	a.endures(t)
	if !a.hostile {
		t.Error("she did nothing that she had to be denied for: the story tells nothing")
	}
}

// Riposte dies at any point of its answer, and the deployed deny is made useless before it is back: the deny that may have been
// attached by then is taken back with the rest. A run tries a third of the points, which third is drawn.
func TestADenyThatIsEditedWhileRiposteIsDeadIsTakenBack(t *testing.T) {
	for at := 1 + rand.IntN(3); ; at += 3 {
		store, err := sqlite.Open(t.Context(), sqlite.Memory)
		if err != nil {
			t.Fatal(err)
		}
		r := &reaper{Store: store}
		a := begin(t, r, 5*time.Second, 0)
		a.unprotects(second, "i-0cattle")
		r.at = r.points + at
		a.pass(6 * time.Second)
		if r.died == "" {
			return // its answer has no further points
		}
		a.edits(mallory, emptied()[1])
		a.pass(10 * time.Minute)
		a.goesBack(t)
		if t.Failed() {
			t.Fatalf("died %s", r.died)
		}
	}
}
