package names_test

import (
	"testing"
	"time"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/names"
)

// An UPSERT of a record in a private zone does not make it public: the event says nothing of its zone.
func TestAnEventDoesNotMakeARecordPublic(t *testing.T) {
	r := event.Place{Partition: "aws", Account: "111122223333"}.In(event.RecordSet, "Z2/A/db.inner.example")
	at := time.Date(2030, 1, 7, 9, 0, 0, 0, time.UTC)
	was := names.Entry{Key: names.Parse("52.45.102.28", "")[0], Resource: r, Points: true, Private: true, Since: at.Add(-time.Hour)}
	is := names.Entry{Key: names.Parse("52.45.102.29", "")[0], Resource: r, Points: true}
	for _, now := range [][]names.Entry{{{Key: was.Key, Resource: r, Points: true}}, {is}} {
		turn := names.Change{Resource: r, At: at, Now: now}.Turn([]names.Entry{was})
		for _, e := range turn.Put {
			if !e.Private {
				t.Errorf("%v is public now", e)
			}
		}
		if now[0].Private {
			t.Error("the event's own entries were changed")
		}
	}
}
