package demo

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/playbook"
)

// Drills are the names of the attacks whose records can be told of another account's things: those about one machine that a group launched.
// The others are about people, keys and policies of the demo's own.
func Drills() []string { return []string{"deputy"} }

// Target is the machine of a real account that the records of a drill name.
type Target struct {
	Place           event.Place
	Instance, Image string
	Group           string // the Auto Scaling group that it is of
	Now             time.Time
}

// Telling is one event for the bus of an account, as PutEvents takes it.
type Telling struct {
	Source     string
	DetailType string
	Time       time.Time
	Resources  []string
	Detail     string // JSON
}

// Envelope is the event as a rule of EventBridge delivers it from an account, which is what riposte's queue holds.
func (t Telling) Envelope(at event.Place) ([]byte, error) {
	b, err := json.Marshal(map[string]any{
		"version": "0", "id": "drill-" + rand.Text(), "detail-type": t.DetailType, "source": t.Source, "account": at.Account, "region": at.Region,
		"time": t.Time.Format(time.RFC3339), "resources": t.Resources, "detail": json.RawMessage(t.Detail),
	})
	if err != nil {
		return nil, fmt.Errorf("write an event of a drill: %w", err)
	}
	return b, nil
}

// Drill plays an attack's moves with nobody there to answer, and returns what the playbook that it is about would have looked at: told of
// another machine, now, and with a user agent that says what it is. Nothing believes or spares a drill by that: an attacker can write it, too.
func (s *Stage) Drill(ctx context.Context, a Attack, t Target) (out []Telling, err error) {
	bodies, err := s.recorded(ctx, a)
	if err != nil {
		return nil, err
	}
	var told []event.Event
	var kept [][]byte
	for _, body := range bodies {
		e, err := decode(body)
		if err != nil {
			return nil, fmt.Errorf("a record of the demo: %w", err)
		}
		is, err := s.concerns(a, e)
		if err != nil {
			return nil, err
		}
		if is {
			told, kept = append(told, e), append(kept, body)
		}
	}
	words, err := t.words(told)
	if err != nil {
		return nil, err
	}
	for _, body := range kept {
		one, err := t.tell(a, body, words)
		if err != nil {
			return nil, err
		}
		out = append(out, one)
	}
	return out, nil
}

// decode reads an envelope with a record, or with a notice of a service.
func decode(body []byte) (event.Event, error) {
	contents, err := event.Unwrap(body)
	switch {
	case err != nil:
		return event.Event{}, err
	case len(contents) != 1:
		return event.Event{}, fmt.Errorf("%d events in one envelope", len(contents))
	case contents[0].Notice != nil:
		return event.DecodeNotice(contents[0].Notice)
	}
	return event.Decode(contents[0].Record)
}

// recorded are the envelopes that an attack leaves behind where nobody answers it.
func (s *Stage) recorded(ctx context.Context, a Attack) (bodies [][]byte, err error) {
	begun, next := s.World.Now(), 0
	for ctx.Err() == nil {
		for _, d := range s.World.Deliveries() {
			bodies = append(bodies, d.Body)
			if err := s.World.Ack(d.ID); err != nil {
				return nil, err
			}
		}
		to, more := s.World.Next()
		if next < len(a.moves) {
			at := begun.Add(a.moves[next].at)
			if !at.After(s.World.Now()) {
				if err := s.move(ctx, a, next); err != nil {
					return nil, err
				}
				next++
				continue
			}
			if !more || at.Before(to) {
				to, more = at, true
			}
		}
		if !more || to.Sub(begun) > longest {
			return bodies, nil
		}
		if err := s.World.AdvanceTo(to); err != nil {
			return nil, err
		}
	}
	return nil, ctx.Err()
}

// concerns reports whether the playbook that an attack is about looks at an event.
func (s *Stage) concerns(a Attack, e event.Event) (bool, error) {
	all := s.App.Config.Playbooks
	i := slices.IndexFunc(all, func(p playbook.Playbook) bool { return p.ID == a.about })
	if i < 0 {
		return false, fmt.Errorf("no playbook %s: nothing would answer the attack", a.about)
	}
	found, err := all[i].Suspects(e)
	return len(found) > 0, err
}

// words are what stands in the demo's records, and what is to stand there.
func (t Target) words(told []event.Event) (map[string]string, error) {
	for _, e := range told {
		var made struct {
			InstancesSet struct {
				Items []struct{ InstanceID, ImageID string }
			}
		}
		if e.Kind != event.Call || json.Unmarshal(e.Response, &made) != nil || len(made.InstancesSet.Items) == 0 {
			continue
		}
		one := made.InstancesSet.Items[0]
		return map[string]string{one.InstanceID: t.Instance, one.ImageID: t.Image, e.Account: t.Place.Account, e.Region: t.Place.Region}, nil
	}
	return nil, errors.New("the attack launched no machine in the demo")
}

// tell is one event with other words, new ids and the present time.
func (t Target) tell(a Attack, body []byte, words map[string]string) (Telling, error) {
	var envelope struct {
		Source     string
		DetailType string `json:"detail-type"`
		Resources  []string
		Detail     any
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	if err := d.Decode(&envelope); err != nil {
		return Telling{}, fmt.Errorf("a record of the demo: %w", err)
	}
	detail := t.reword(envelope.Detail, words)
	if record, ok := detail.(map[string]any); ok && record["eventName"] != nil {
		record["eventTime"] = t.Now.UTC().Format(time.RFC3339)
		record["eventID"], record["requestID"] = "drill-"+rand.Text(), "drill-"+rand.Text()
		record["userAgent"] = "riposte attack " + a.Name + " (a drill)"
	}
	text, err := json.Marshal(detail)
	out := Telling{Source: envelope.Source, DetailType: envelope.DetailType, Time: t.Now.UTC(), Detail: string(text), Resources: []string{}}
	for _, r := range envelope.Resources {
		out.Resources = append(out.Resources, reworded(r, words))
	}
	return out, err
}

// reword goes through a record. The group's name is a word like any other, and stands for the group only where it stands alone.
func (t Target) reword(v any, words map[string]string) any {
	switch v := v.(type) {
	case map[string]any:
		for key, inner := range v {
			v[key] = t.reword(inner, words)
			if key == "launchTime" || key == "attachTime" {
				v[key] = t.Now.UnixMilli()
			}
		}
	case []any:
		for i, inner := range v {
			v[i] = t.reword(inner, words)
		}
	case string:
		if v == "web" {
			return t.Group
		}
		if _, err := time.Parse(time.RFC3339, v); err == nil {
			return t.Now.UTC().Format(time.RFC3339)
		}
		return reworded(v, words)
	}
	return v
}

func reworded(s string, words map[string]string) string {
	for old, now := range words {
		s = strings.ReplaceAll(s, old, now)
	}
	return s
}
