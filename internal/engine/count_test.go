package engine_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/world"
	"github.com/ripostehq/riposte/playbook"
	"github.com/ripostehq/riposte/playbook/fixture"
)

// TestACheckCountsWhatTheSameActorDid: durably, whatever another actor does, once for each record, and no further back than the
// ledger keeps.
func TestACheckCountsWhatTheSameActorDid(t *testing.T) {
	var counts []playbook.Count
	var tooFar []error
	spec := playbook.Spec[struct{}, struct{}]{
		ID: "launch.counted", Title: "launches", Why: "to count them", Severity: playbook.Low,
		On: []playbook.Trigger{playbook.Call(call.EC2RunInstances)}, Stories: string(fixture.Fires),
		Suspect: func(e event.Event, _ struct{}) []playbook.Suspect[struct{}] {
			return []playbook.Suspect[struct{}]{{Resource: e.Place().In(event.Instance, e.ID), Title: "a launch"}}
		},
		Counts: func(playbook.Suspect[struct{}]) int { return 3 },
		Check: func(ctx context.Context, in playbook.In, _ playbook.Suspect[struct{}], _ struct{}) ([]playbook.Suspect[struct{}], error) {
			w := playbook.Window{Playbook: "launch.counted", Actor: in.Organization.Who(in.Origin.Actor), From: in.Origin.Occurred.Add(-15 * time.Minute), To: in.Now}
			n, err := in.Count(ctx, w)
			counts = append(counts, n)
			w.From = in.Now.Add(-playbook.CountedFor - time.Second)
			_, far := in.Count(ctx, w)
			tooFar = append(tooFar, far)
			return nil, err
		},
		Plan: func(playbook.Suspect[struct{}], struct{}) action.Plan { return action.Plan{} },
	}
	s := set(t, world.Options{}, playbook.Define(spec))
	launch := func(id, user string) {
		s.restart()
		e := event.Event{
			ID: id, Source: "ec2.amazonaws.com", Name: "RunInstances", Account: ireland.Account, Region: ireland.Region, Partition: "aws",
			Time: s.w.Now(), Received: s.w.Now(), Actor: event.Actor{Kind: event.UserActor, PrincipalID: user},
		}
		_, err := s.e.Receive(s.Context(), e)
		s.must(err)
		s.step()
	}
	for n, user := range []string{"AIDAALICE", "AIDABOB", "AIDAALICE", "AIDAALICE", ""} {
		launch("e-"+string(rune('1'+n)), user)
	}
	launch("e-1", "AIDAALICE")
	want := []playbook.Count{{Suspects: 1, Resources: 3}, {Suspects: 1, Resources: 3}, {Suspects: 2, Resources: 6}, {Suspects: 3, Resources: 9}, {}}
	if !slices.Equal(counts, want) {
		t.Errorf("counted %+v, want %+v", counts, want)
	}
	for _, err := range tooFar {
		if !errors.Is(err, playbook.ErrNotCounted) {
			t.Errorf("further back than the ledger keeps: %v", err)
		}
	}
}
