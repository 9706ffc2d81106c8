package waste_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/playbook"
	"github.com/ripostehq/riposte/playbooks/waste"
)

// attached is CloudWatch of a volume: so many days with data.
type attached []float64

func (a attached) Daily(context.Context, playbook.MetricQuery) (playbook.Series, error) {
	return playbook.Series{Days: 1, Values: a}, nil
}

// TestUseThatWasSeenEndsIt whatever else is not seen, and what does not show yet holds.
func TestUseThatWasSeenEndsIt(t *testing.T) {
	now := time.Date(2030, 1, 7, 9, 0, 0, 0, time.UTC)
	long := &playbook.Streak{Since: now.AddDate(0, 0, -46), First: now.AddDate(0, 0, -46), Seen: 46}
	used := playbook.PastCall{Event: event.Event{Source: "ec2.amazonaws.com", Name: "AttachVolume", Time: now.Add(-time.Hour)}}
	const volume = `ec2.volume: [{VolumeId: vol-0a, State: available, VolumeType: gp3, Size: 8, Tags: [{Key: "riposte:case", Value: c_1}]}]`
	snapshot := func(completed string) string {
		return volume + `, ec2.snapshot: [{SnapshotId: snap-0a, VolumeId: vol-0a, State: completed, StartTime: "2030-01-07T07:00:00Z"` + completed + `, Tags: [{Key: "riposte:case", Value: c_1}]}]`
	}
	for _, c := range []struct {
		story   string
		rows    string
		past    history
		metrics playbook.Metrics
		plans   int
		want    error
	}{
		{"used, and the history is not whole", volume, history{playbook.ErrNoEvidence, []playbook.PastCall{used}}, nil, 0, nil},
		{"no snapshot yet", volume, history{}, nil, 1, nil},
		{"a snapshot of half an hour ago", snapshot(`, CompletionTime: "2030-01-07T08:30:00Z"`), history{}, attached(nil), 1, nil},
		{"a snapshot of just now: who used the volume beside it does not show", snapshot(`, CompletionTime: "2030-01-07T08:31:00Z"`), history{}, attached(nil), 0, playbook.ErrNoEvidence},
		{"a snapshot that was completed nobody knows when", snapshot(""), history{}, attached(nil), 0, playbook.ErrNoEvidence},
		{"CloudWatch can't be asked", snapshot(`, CompletionTime: "2030-01-07T08:00:00Z"`), history{}, nil, 0, playbook.ErrNoEvidence},
		{"attached beside its snapshot, which CloudTrail does not show", snapshot(`, CompletionTime: "2030-01-07T08:00:00Z"`), history{}, attached{0}, 0, nil},
	} {
		t.Run(c.story, func(t *testing.T) {
			w, reads := region(t, c.rows)
			book, err := waste.UnattachedVolume().Default()
			if err != nil {
				t.Fatal(err)
			}
			in := playbook.In{AWS: reads, Now: w.Now(), Streak: long, Past: c.past, Metrics: c.metrics, Prices: unpriced{}}
			found, err := book.Check(t.Context(), in, "c_1", playbook.StoredSuspect{Playbook: book.ID, Resource: here.In(event.Volume, "vol-0a"), Facts: []byte("{}")})
			if !errors.Is(err, c.want) || len(found) != c.plans {
				t.Errorf("%d plans, %v; want %d, %v", len(found), err, c.plans, c.want)
			}
		})
	}
}
