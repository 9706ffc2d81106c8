package demo

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/playbook"
)

// Target is what of a real account the records of a drill name.
type Target struct {
	Place           event.Place
	Instance, Image string
	Group           string // the Auto Scaling group that the instance is of, or that it goes for
	Others          string // an instance of that group, where it is another's

	Template, TemplateID, Version string // a launch template, and the version that is its default

	Caller Caller
	Now    time.Time
}

// Caller is whose calls the records tell of.
type Caller struct {
	ARN, ID string // of the role or user
	Session string // of a role
	Key     string // the access key
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

// Drill plays the moves of an attack with nobody there to answer, and returns what the playbook that it is about would have looked at: told of
// things of another account, now, and with a user agent that says what it is. Nothing believes or spares a drill by that: an attacker can write it, too.
func (s *Stage) Drill(ctx context.Context, d Drill, t Target) (out []Telling, err error) {
	all := Attacks()
	i := slices.IndexFunc(all, func(a Attack) bool { return a.Name == d.Attack })
	if i < 0 || d.Instead != "" {
		return nil, fmt.Errorf("attack %s can't be told of another account's things", d.Attack)
	}
	a := all[i]
	if d.to > 0 {
		a.moves = a.moves[:d.to]
	}
	a.moves = a.moves[d.from:]
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
	if len(told) == 0 {
		return nil, fmt.Errorf("nothing of attack %s is looked at", a.Name)
	}
	w := t.words(d, told)
	for _, body := range kept {
		one, err := w.tell(a, body)
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
