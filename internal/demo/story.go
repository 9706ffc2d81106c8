package demo

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/engine"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/playbook"
	"github.com/ripostehq/riposte/playbook/fixture"
)

// Scene is where attacks are played: a world, what happened before, and riposte's configuration.
type Scene struct {
	Attacks []Attack
	estate  []byte
	config  []byte
	before  [][]byte    // records, oldest first
	code    engine.Code // which code makes what; nil: none does
}

// Story returns the scene of a playbook's first story that fires: in its fixture's world the record arrives, and the playbook
// acts.
func Story(d playbook.Definition, catalogue []playbook.Definition, kinds []action.Kind, delay time.Duration) (Scene, error) {
	told, ok := d.Stories.First()
	if !ok {
		return Scene{}, fmt.Errorf("%s has no story that fires it", d.ID)
	}
	if told.Listed != nil {
		return Scene{}, fmt.Errorf("%s: what it finds takes weeks of sweeps, and no record: riposte explain %[1]s shows an example", d.ID)
	}
	if d.Learns {
		return Scene{}, fmt.Errorf("%s: what it knows of names takes a sweep, and no record: riposte explain %[1]s shows an example", d.ID)
	}
	e, err := event.Decode([]byte(told.Record))
	if err != nil {
		return Scene{}, fmt.Errorf("the record of %s: %w", d.ID, err)
	}
	s := Scene{}
	if s.estate, err = Furnish(d.Stories, catalogue, kinds); err != nil {
		return Scene{}, fmt.Errorf("%s: %w", d.ID, err)
	}
	if s.config, err = configured(d.ID, told, d.Stories, e.Region); err != nil {
		return Scene{}, fmt.Errorf("%s: %w", d.ID, err)
	}
	for _, record := range told.Before {
		s.before = append(s.before, delivered(record))
	}
	does := "riposte, which acts on it. Look at what it finds, does, and finds again afterwards."
	if d.Tells {
		does = "riposte, which tells of it, and changes nothing."
	}
	who := cmp.Or(e.Actor.UserName, e.Actor.Session, string(e.Actor.Kind))
	s.Attacks = []Attack{{
		Name: d.ID, about: d.ID, Title: d.Title + ": " + told.Name,
		Story: "The first story of " + d.ID + ": its world, its record, and " + does,
		moves: []move{
			{0, who, "calls " + e.Name, func(context.Context, *Stage) (string, error) { return "", nil }},
			{cmp.Or(delay, usual), who, "", func(ctx context.Context, s *Stage) (string, error) {
				return silently, s.hear(ctx, delivered(told.Record))
			}},
		},
	}}
	if asks(told.Plans) {
		a := &s.Attacks[0]
		a.moves = append(a.moves, move{cmp.Or(delay, usual) + d.Window + time.Minute, "sam", "riposte approve", func(ctx context.Context, s *Stage) (string, error) {
			return s.orders(ctx, d.ID, e.Actor.Session, ledger.Approve, "asked, and it was another")
		}})
	}
	return s, nil
}

// asks reports whether every step of the plans waits for a person.
func asks(plans []string) bool {
	steps := 0
	for _, plan := range plans {
		_, rest, _ := strings.Cut(plan, "\n")
		for line := range strings.Lines(rest) {
			first, _, _ := strings.Cut(strings.TrimSpace(line), ", else ")
			if steps++; !strings.HasSuffix(first, " ?") {
				return false
			}
		}
	}
	return steps > 0
}

// usual is how long CloudTrail takes.
const usual = 5 * time.Second

// hear hands riposte one record, lets it work, and tells of it.
func (s *Stage) hear(ctx context.Context, body []byte) error {
	if _, err := s.App.Handle(ctx, body); err != nil {
		return err
	}
	if err := s.arrived(ctx, body); err != nil {
		return err
	}
	_, err := s.step(ctx)
	if r := s.record; r != nil { // riposte waits: it says nothing of it yet
		s.record = nil
		s.line(*r)
	}
	return err
}

// configured is the demo's configuration for a story: its playbook acts by the story's parameters, in the accounts of its
// organisation.
func configured(id string, told fixture.Story, f fixture.Fixture, region string) ([]byte, error) {
	var whole, params map[string]any
	if err := yaml.Unmarshal(configText, &whole); err != nil {
		return nil, err
	}
	if err := yaml.Unmarshal([]byte(told.Params), &params); err != nil {
		return nil, err
	}
	organization, _ := whole["organization"].(map[string]any)
	var accounts []any
	for _, id := range append(f.Organization, security) {
		accounts = append(accounts, map[string]any{"id": id, "name": id, "environment": "production"})
	}
	organization["accounts"], organization["regions"] = accounts, slices.Compact(slices.Sorted(slices.Values([]string{region, "us-east-1"})))
	whole["people"] = map[string]any{"issuers": f.People}
	acts := map[string]any{"mode": "act"}
	if len(params) > 0 {
		acts["params"] = params
	}
	whole["playbooks"] = map[string]any{"defaults": map[string]any{"mode": "observe"}, id: acts}
	return json.Marshal(whole) // JSON is YAML
}

// known is the demo's configuration without the playbooks that a catalogue has not.
func known(catalogue []playbook.Definition) ([]byte, error) {
	var whole struct {
		Playbooks map[string]any `yaml:"playbooks"`
	}
	if err := yaml.Unmarshal(configText, &whole); err != nil {
		return nil, err
	}
	text := string(configText)
	for id := range whole.Playbooks {
		if id != "defaults" && !slices.ContainsFunc(catalogue, func(d playbook.Definition) bool { return d.ID == id }) {
			before, after, _ := strings.Cut(text, "  "+id+":")
			_, after, _ = strings.Cut(after, "\n")
			text = before + after
		}
	}
	return []byte(text), nil
}

// delivered is a record as EventBridge delivers it.
func delivered(record string) []byte {
	var r struct{ EventID, EventSource, EventTime, AWSRegion, RecipientAccountID string }
	if json.Unmarshal([]byte(record), &r) != nil {
		return []byte(record)
	}
	service, _, _ := strings.Cut(r.EventSource, ".")
	return fmt.Appendf(nil, `{"version":"0","id":%q,"detail-type":"AWS API Call via CloudTrail","source":%q,"account":%q,"time":%q,"region":%q,"resources":[],"detail":%s}`,
		r.EventID, "aws."+service, r.RecipientAccountID, r.EventTime, r.AWSRegion, record)
}
