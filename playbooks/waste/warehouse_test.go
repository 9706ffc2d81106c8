package waste_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/playbook"
	"github.com/ripostehq/riposte/playbooks/waste"
)

// pausedAt is CloudWatch of a warehouse that nobody connected to, and that has no data from when it was paused on.
type pausedAt time.Time

func (p pausedAt) Daily(_ context.Context, q playbook.MetricQuery) (s playbook.Series, _ error) {
	const day = 24 * time.Hour
	for at := q.From.Truncate(day); at.Before(q.To); at = at.Add(day) {
		if s.Days++; at.Before(time.Time(p)) {
			s.Values = append(s.Values, 0)
		}
	}
	return s, nil
}

// TestAPauseMayLast: a warehouse stays paused until a person resumes it, so that a person may take weeks to answer; what speaks for its end is the time
// before the pause. One that nobody shows to have been paused by riposte has no such excuse.
func TestAPauseMayLast(t *testing.T) {
	const day = 24 * time.Hour
	for _, c := range []struct {
		days int  // that it is paused
		own  bool // by riposte
		want error
	}{{7, true, nil}, {12, true, nil}, {40, true, nil}, {6, true, playbook.ErrNoEvidence}, {12, false, playbook.ErrNoEvidence}} {
		t.Run(fmt.Sprint(c.days, c.own), func(t *testing.T) {
			w, reads := region(t, `redshift.cluster: [{ClusterIdentifier: sales, ClusterCreateTime: "2028-01-01T00:00:00Z", ClusterNamespaceArn: "arn:aws:redshift:eu-west-1:111122223333:namespace:0a", `+
				`ClusterStatus: paused, NodeType: ra3.4xlarge, NumberOfNodes: 2, AutomatedSnapshotRetentionPeriod: 1, Tags: [{Key: "riposte:case", Value: c_1}]}]`)
			now := w.Now()
			paused := now.Add(-time.Duration(c.days) * day)
			in := playbook.In{
				AWS: reads, Now: now, Metrics: pausedAt(paused), Streak: &playbook.Streak{Since: paused.Add(-40 * day), First: paused.Add(-40 * day), Seen: 46, Told: paused.Add(-7 * day)},
				Prices: unpriced{}, Past: history{seen: []playbook.PastCall{{Own: c.own, Event: event.Event{Source: "redshift.amazonaws.com", Name: "PauseCluster", Time: paused}}}},
			}
			if !c.own { // the call is not seen at all: one of another caller's would be use
				in.Past = history{}
			}
			book, err := waste.IdleWarehouse().Default()
			if err != nil {
				t.Fatal(err)
			}
			found, err := book.Check(t.Context(), in, "c_1", playbook.StoredSuspect{Playbook: book.ID, Resource: here.In(event.Warehouse, "sales"), Facts: []byte(`{"ID":"2028-01-01T00:00:00Z"}`)})
			if !errors.Is(err, c.want) || c.want == nil && (err != nil || len(found) != 1) {
				t.Errorf("%d found, %v", len(found), err)
			}
		})
	}
}
