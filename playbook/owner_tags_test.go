package playbook_test

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/playbook"
)

// Of what a check sees of a resource's tags those are kept that say whose it is, and no more than a few short ones: whoever may tag writes them.
func TestTagsThatSayWhoseAThingIsAreKept(t *testing.T) {
	seen := map[string]string{"owner": "platform", "secret": "hunter2", "team": "", "long": strings.Repeat("x", 257)}
	book, err := playbook.Define(playbook.Spec[struct{}, struct{}]{
		ID: "test.tags", On: []playbook.Trigger{playbook.Call(call.EC2RunInstances)}, Severity: playbook.Low,
		Suspect: func(event.Event, struct{}) []playbook.Suspect[struct{}] {
			return []playbook.Suspect[struct{}]{{Resource: event.Resource{Account: "111122223333", Type: event.Instance, ID: "i-1"}, Title: "one", Tags: seen}}
		},
		Check: func(_ context.Context, _ playbook.In, s playbook.Suspect[struct{}], _ struct{}) ([]playbook.Suspect[struct{}], error) {
			s.Tags = seen
			return []playbook.Suspect[struct{}]{s}, nil
		},
		Plan: func(playbook.Suspect[struct{}], struct{}) action.Plan { return action.Plan{} },
	}).Default()
	if err != nil {
		t.Fatal(err)
	}
	before, err := book.Suspects(event.Event{Source: "ec2.amazonaws.com", Name: "RunInstances"})
	if err != nil || len(before) != 1 || before[0].Tags != nil {
		t.Fatalf("of an event alone: %+v, %v", before, err)
	}
	check := func(keys ...string) map[string]string {
		found, err := book.Check(t.Context(), playbook.In{Organization: playbook.Organization{OwnerTags: keys}}, "c_1", before[0])
		if err != nil || len(found) != 1 {
			t.Fatalf("%+v, %v", found, err)
		}
		return found[0].Suspect.Tags
	}
	if d := cmp.Diff(map[string]string{"owner": "platform"}, check("team", "owner", "long", "none")); d != "" {
		t.Error(d)
	}
	if got := check(); got != nil {
		t.Errorf("without a word in the configuration: %v", got)
	}
	seen = map[string]string{}
	for _, key := range strings.Split("abcdefgh", "") {
		seen[key] = "x"
	}
	if got := check(strings.Split("abcdefgh", "")...); len(got) != 5 {
		t.Errorf("%d tags are kept", len(got))
	}
}
