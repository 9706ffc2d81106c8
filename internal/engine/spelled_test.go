package engine

import (
	"testing"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/ledger"
)

// closed is a function's policy that is kept closed: an action whose calls CloudTrail spells otherwise than IAM.
type closed struct{ action.Stop }

func (c closed) About() action.About {
	about := c.Stop.About()
	about.Kind.UndoneBy = []call.ID{call.LambdaAddPermission, call.CloudWatchDeleteAlarms}
	return about
}

// TestAnUndoingCallThatCloudTrailSpellsOtherwiseIsHeard: by its record, whatever CloudTrail calls it and wherever it says that
// it comes from; and a call that only looks like it, is not.
func TestAnUndoingCallThatCloudTrailSpellsOtherwiseIsHeard(t *testing.T) {
	shop := event.Place{Partition: "aws", Account: "111122223333", Region: "eu-west-1"}
	effects := []activeEffect{activeEffectOf(&ledger.Effect{Owners: []string{"c_1"}}, closed{action.Stop{Instance: shop.In(event.Instance, "billing")}})}
	for _, c := range []struct {
		source, name string
		heard        int
	}{
		{"lambda.amazonaws.com", "AddPermission20150331v2", 1},
		{"lambda.amazonaws.com", "AddPermission20150331", 1},
		{"monitoring.amazonaws.com", "DeleteAlarms", 1},
		{"lambda.amazonaws.com", "RemovePermission20150331v2", 0},
		{"ec2.amazonaws.com", "StartInstances", 0},
	} {
		e := event.Event{Source: c.source, Name: c.name, Account: shop.Account, Region: shop.Region, Request: []byte(`{"functionName":"billing"}`)}
		if got := indexEffects(effects).sightings(e, nil); len(got) != c.heard {
			t.Errorf("%s %s: %d sightings, want %d", c.source, c.name, len(got), c.heard)
		}
		if wanted := prefilterOf(effects).wants([]byte(c.source), []byte(c.name), nil); wanted != (c.heard == 1) {
			t.Errorf("%s %s: decoded %v", c.source, c.name, wanted)
		}
	}
}
