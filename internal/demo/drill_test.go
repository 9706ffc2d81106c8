package demo_test

import (
	"encoding/json"
	"io"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/demo"
	"github.com/ripostehq/riposte/internal/ledger/sqlite"
	"github.com/ripostehq/riposte/playbook"
	"github.com/ripostehq/riposte/playbooks"
)

// A drill tells of a real machine what the demo's attack would have told of its own: the playbook looks at it, and nothing of the demo is left.
func TestADrillTellsOfARealMachine(t *testing.T) {
	store, err := sqlite.Open(t.Context(), sqlite.Memory)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	stage, err := demo.Open(demo.Options{Catalogue: playbooks.All(), Kinds: action.Kinds(), Store: store, Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 3, 2, 10, 15, 4, 0, time.UTC)
	target := demo.Target{
		Place:    event.Place{Partition: "aws", Account: "123456789012", Region: "eu-central-1"},
		Instance: "i-0123456789abcdef0", Image: "ami-0123456789abcdef0", Group: "checkout-asg", Now: now,
	}
	attacks := demo.Attacks()
	i := slices.IndexFunc(attacks, func(a demo.Attack) bool { return a.Name == "deputy" })
	told, err := stage.Drill(t.Context(), attacks[i], target)
	if err != nil {
		t.Fatal(err)
	}
	i = slices.IndexFunc(stage.App.Config.Playbooks, func(p playbook.Playbook) bool { return p.ID == "launch.unapproved-image" })
	named := false
	for _, one := range told {
		envelope, err := json.Marshal(map[string]any{
			"version": "0", "id": "1", "detail-type": one.DetailType, "source": one.Source, "account": target.Place.Account, "time": one.Time, "region": target.Place.Region,
			"resources": one.Resources, "detail": json.RawMessage(one.Detail),
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, left := range []string{"111122223333", "eu-west-1", "2030-"} {
			if strings.Contains(string(envelope), left) {
				t.Errorf("%s is left of the demo: %s", left, envelope)
			}
		}
		contents, err := event.Unwrap(envelope)
		if err != nil || len(contents) != 1 {
			t.Fatal(contents, err)
		}
		e, err := event.DecodeNotice(contents[0].Notice)
		if contents[0].Record != nil {
			e, err = event.Decode(contents[0].Record)
		}
		if err != nil {
			t.Fatal(err)
		}
		suspects, err := stage.App.Config.Playbooks[i].Suspects(e)
		if err != nil || len(suspects) != 1 || !strings.Contains(suspects[0].Title, target.Instance) {
			t.Errorf("suspects of %s: %+v, %v", one.Detail, suspects, err)
			continue
		}
		if e.Kind == event.Call {
			named = suspects[0].Resource == target.Place.In(event.Group, "checkout-asg") && strings.Contains(e.UserAgent, "a drill") && e.Time.Equal(now)
		}
	}
	if len(told) != 2 || !named {
		t.Errorf("want EC2's notice, and the record of the group's launch as a drill, got %+v", told)
	}
}
