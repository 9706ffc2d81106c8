package takeover

import (
	"context"
	"testing"
	"time"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/names"
	"github.com/ripostehq/riposte/playbook"
)

// index has entries of one key.
type index struct {
	playbook.Names
	all []names.Entry
}

func (x index) NamesOf(context.Context, names.Key) ([]names.Entry, error) { return x.all, nil }

// Who churns through addresses makes many of them "ours once". A record that was pointed there afterwards means the customer who has the address now.
func TestARecordThatPointsToANameOnlySinceItWasGone(t *testing.T) {
	at := event.Place{Partition: "aws", Account: "111122223333"}
	record := at.In(event.RecordSet, "Z1/A/partner.example.com")
	key := names.Parse("52.45.102.28", "")[0]
	gone := time.Date(2030, 1, 7, 9, 0, 0, 0, time.UTC)
	had := names.Entry{Key: key, Resource: at.In(event.Address, "eipalloc-0churned"), Since: gone.Add(-time.Hour), Gone: gone}
	for story, c := range map[string]struct {
		since time.Time
		of    event.Resource
		want  playbook.Owned
	}{
		"it pointed there while it was ours": {gone.Add(-time.Minute), record, playbook.Was},
		"only since it was gone":             {gone.Add(time.Minute), record, playbook.Others},
		"another record did":                 {gone.Add(-time.Minute), at.In(event.RecordSet, "Z1/A/other.example.com"), playbook.Others},
	} {
		points := names.Entry{Key: key, Resource: c.of, Points: true, Since: c.since}
		r := looking(index{all: []names.Entry{had, points}})
		if got, err := r.since(t.Context(), record, key); err != nil || got != c.want {
			t.Errorf("%s: %s, %v", story, got, err)
		}
	}
}

func looking(n playbook.Names) record { return record{in: playbook.In{Names: n}} }
