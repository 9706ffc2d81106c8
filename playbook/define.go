package playbook

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/inventory"
	"github.com/ripostehq/riposte/names"
	"github.com/ripostehq/riposte/playbook/fixture"
)

// Definition is a Spec with its types erased: what the catalogue lists and the docs print.
type Definition struct {
	ID, Title, Why string
	Severity       Severity
	Concern        Concern
	On             []Trigger
	Lists          []inventory.Listing // what a sweep lists for it
	Reads          []call.ID
	Changes        []action.Kind // of all parameters; a Playbook has those of its own
	Prevents       []Prevention
	Stories        fixture.Fixture // the first that fires is the example
	Params         []Param
	TagKeys        []string        // of the tags that it writes; of its parameters, where they have the method
	Window         time.Duration   // after which it decides; by the defaults, a Playbook's by its parameters
	Tells          bool            // it answers nothing: Spec.Tells
	Names          []names.Service // those whose names it looks for: Spec.Names
	Learns         bool            // it asks the index of names, which sweeps fill: Spec.Learns
	AtOnce         bool            // what code makes is mended by API as well: Spec.AtOnce
	watches        bool            // parameters name triggers, too: a Playbook has its own in On, a definition those of the defaults
	plans, joins   bool            // it has a Plan, a Join
	people         event.People    // the people that triggers by person fire on
	unread         error           // why the stories can't be read
	bind           func(d Definition, decode func(any) error) (Playbook, error)
}

// Define erases the types of a Spec.
func Define[P, F any](s Spec[P, F]) Definition {
	d := Definition{
		ID: s.ID, Title: s.Title, Why: s.Why, Severity: s.Severity, On: s.triggers(s.Defaults), Reads: s.Reads, Changes: changes(s.Changes, s.Defaults),
		Prevents: s.Prevents, Params: params(s.Defaults), Tells: s.Tells, AtOnce: s.AtOnce, Learns: s.Learns != nil, Names: s.Names, plans: s.Plan != nil, joins: s.Join != nil,
	}
	d.Concern = cmp.Or(s.Concern, Security)
	for _, l := range s.Lists {
		d.Lists = append(d.Lists, l.listing)
	}
	d.watches, d.Window, d.TagKeys = s.Watches != nil, s.window(s.Defaults), tagKeys(s.Defaults)
	d.Stories, d.unread = fixture.Parse(s.Stories)
	d.bind = func(d Definition, decode func(any) error) (Playbook, error) {
		p := s.Defaults
		if err := decode(&p); err != nil {
			return Playbook{}, err
		}
		if v, ok := any(p).(interface{ Validate() error }); ok {
			if err := v.Validate(); err != nil {
				return Playbook{}, fmt.Errorf("%s: %w", s.ID, err)
			}
		}
		book := erase(d, s, p)
		if v, ok := any(p).(interface{ Unwise() []Wrong }); ok {
			book.Unwise = v.Unwise()
		}
		return book, nil
	}
	return d
}

// Marks reports whether the playbook only puts tags: its cases are kept, and told to no one.
func (d Definition) Marks() bool {
	return len(d.Changes) > 0 && !slices.ContainsFunc(d.Changes, func(k action.Kind) bool { return k.Class != action.Mark })
}

// Bind gives the playbook its parameters: decode writes the configured ones over the defaults, strictly.
func (d Definition) Bind(decode func(any) error) (Playbook, error) { return d.bind(d, decode) }

// Default binds the playbook to its defaults.
func (d Definition) Default() (Playbook, error) { return d.Bind(func(any) error { return nil }) }

// store writes a suspect as it is kept at rest, with where it comes from.
func (s Spec[P, F]) store(x Suspect[F], from Origin) (StoredSuspect, error) {
	severity, order := s.Severity, Severities()
	if slices.Index(order, x.Severity) > slices.Index(order, severity) {
		severity = x.Severity
	}
	var related []Related
	if r, ok := any(x.Facts).(Relater); ok {
		related = r.Related(x.Resource)
	}
	b, err := json.Marshal(x.Facts)
	return StoredSuspect{
		Kept:     x.Kept && s.Tells,
		Playbook: s.ID, Severity: severity, Resource: x.Resource, Title: x.Title, Facts: b, Origin: from, Related: related, Found: found(x.Facts, b),
	}, err
}

// load reads a suspect that was stored, for a case.
func (s Spec[P, F]) load(l StoredSuspect, caseID string) (Suspect[F], error) {
	x := Suspect[F]{Resource: l.Resource, Title: l.Title, Case: caseID}
	if err := json.Unmarshal(l.Facts, &x.Facts); err != nil {
		return x, fmt.Errorf("%s: read facts: %w", s.ID, err)
	}
	return x, nil
}

// bound is a definition with what the parameters leave of it, and name beside it.
func (s Spec[P, F]) bound(d Definition, p P) Definition {
	if s.Changes != nil {
		d.Changes = s.Changes(p)
	}
	d.On = d.known(s.triggers(p))
	d.Window, d.TagKeys = s.window(p), tagKeys(p)
	return d
}

// triggers are those that the playbook has by these parameters.
func (s Spec[P, F]) triggers(p P) []Trigger {
	if s.Watches == nil {
		return s.On
	}
	return slices.Concat(s.On, s.Watches(p))
}

// plan is what the playbook plans; a playbook that tells plans nothing.
func (s Spec[P, F]) plan(x Suspect[F], p P) action.Plan {
	if s.Plan == nil {
		return action.Plan{}
	}
	return s.Plan(x, p)
}

// joined is what two findings at rest say together.
func (s Spec[P, F]) joined(one, two StoredSuspect) (StoredSuspect, error) {
	first, err := s.load(one, "")
	if err != nil {
		return StoredSuspect{}, err
	}
	second, err := s.load(two, "")
	if err != nil {
		return StoredSuspect{}, err
	}
	from := one.Origin
	if one.Kept && !two.Kept {
		from = two.Origin // people are told of the call that is told
	}
	all, err := s.store(s.Join(first, second), from)
	all.DecideAt = one.DecideAt
	return all, err
}

// tagKeys are the keys of the tags that a playbook writes by these parameters: for no others are rights asked.
func tagKeys(params any) []string {
	if named, ok := params.(interface{ TagKeys() []string }); ok {
		return named.TagKeys()
	}
	return nil
}

func (s Spec[P, F]) window(p P) time.Duration {
	if s.Window == nil {
		return 0
	}
	return s.Window(p)
}

// decideAt is the end of the window of an event. One that says to be of the future, by a clock that is wrong, waits no longer than the window.
func (o Origin) decideAt(window time.Duration) time.Time {
	from := o.Occurred
	if from.IsZero() || !o.Received.IsZero() && o.Received.Before(from) {
		from = o.Received
	}
	if window == 0 || from.IsZero() {
		return time.Time{}
	}
	return from.Add(window)
}

// erase binds a Spec's functions to its parameters, with stored suspects in place of typed ones.
func erase[P, F any](d Definition, s Spec[P, F], p P) Playbook {
	d = s.bound(d, p)
	var observes func(event.Event) []Observation
	if s.Observes != nil {
		observes = func(e event.Event) []Observation { return s.Observes(e, p) }
	}
	var preempt func(context.Context, Recall, string, StoredSuspect) (action.Plan, error)
	if s.Preempt != nil {
		preempt = func(ctx context.Context, recall Recall, caseID string, l StoredSuspect) (action.Plan, error) {
			x, err := s.load(l, caseID)
			if err != nil {
				return action.Plan{}, err
			}
			return s.Preempt(ctx, recall, x, p)
		}
	}
	var join func(one, two StoredSuspect) (StoredSuspect, error)
	if s.Join != nil {
		join = s.joined
	}
	var behind func(context.Context, Organization, string, StoredSuspect, []Minter) ([]action.Step, error)
	if s.Behind != nil {
		behind = func(ctx context.Context, o Organization, caseID string, l StoredSuspect, openers []Minter) ([]action.Step, error) {
			x, err := s.load(l, caseID)
			if err != nil {
				return nil, err
			}
			return s.Behind(ctx, o, x, p, openers), nil
		}
	}
	return Playbook{
		Definition: d,
		Sweeps:     s.sweeps(p),
		Ripe:       s.ripe(p),
		Saves:      s.saves(),
		Join:       join,
		Preempt:    preempt,
		Behind:     behind,
		Observes:   observes,
		Learns:     s.Learns,
		Suspects:   func(e event.Event) ([]StoredSuspect, error) { return s.suspects(d, e, p) },
		Check: func(ctx context.Context, in In, caseID string, l StoredSuspect) (out []Proposal, err error) {
			in.Origin, in.More = l.Origin, l.More
			x, err := s.load(l, caseID)
			if err != nil {
				return nil, err
			}
			confirmed, err := s.Check(ctx, in, x, p)
			if err != nil {
				return nil, err
			}
			for _, x := range confirmed {
				x.Case = caseID
				found, err := s.store(x, l.Origin)
				if err != nil {
					return nil, err
				}
				found.Tags = in.Organization.ownerTags(x.Tags)
				out = append(out, Proposal{found, s.plan(x, p), x.Tags})
			}
			return out, nil
		},
		Spares: func(ctx context.Context, l StoredSuspect, o Organization) (said, why string, err error) {
			x, err := s.load(l, "")
			if err != nil {
				return "", "", err
			}
			return spares(ctx, p, x, l.Origin, o)
		},
		Preview: func(l StoredSuspect) (action.Plan, error) {
			x, err := s.load(l, "")
			if err != nil {
				return action.Plan{}, err
			}
			return s.plan(x, p), nil
		},
	}
}

// suspects are those of an event that fires the playbook, at rest.
func (s Spec[P, F]) suspects(d Definition, e event.Event, p P) (out []StoredSuspect, err error) {
	if !d.fires(e) {
		return nil, nil
	}
	for _, x := range s.Suspect(e, p) {
		l, err := s.store(x, OriginOf(e))
		if err != nil {
			return nil, err
		}
		if s.Counts != nil {
			l.Weight = s.Counts(x)
		}
		l.DecideAt = l.Origin.decideAt(d.Window)
		if s.Tells && !l.Origin.Received.IsZero() && d.Window > 0 {
			l.DecideAt = l.Origin.Received.Add(d.Window) // what a trail brings late is gathered too
		}
		out = append(out, l)
	}
	return out, nil
}

// AnsweredIn returns the region in which a change of a target answers what was called: that of the target, else that of the call, ""
// where both are the whole world's. A user is denied for what happens in a region as that region is to be treated.
func (o Origin) AnsweredIn(target event.Resource) string {
	if target.Region == "" && !call.Recorded(o.Source, o.Name).Global() {
		return o.Place.Region
	}
	return target.Region
}

// OriginOf returns what the engine keeps of an event. Records of old versions may lack the event's id: what else is theirs alone
// stands in for it, or all of them would be taken for one.
func OriginOf(e event.Event) Origin {
	return Origin{
		EventID: cmp.Or(e.ID, e.SharedID, e.RequestID), RequestID: e.RequestID, Name: e.Name, Source: e.Source, Occurred: e.Time, Received: e.Received,
		Place: e.Place(), SourceIP: e.SourceIP, UserAgent: e.UserAgent[:min(len(e.UserAgent), longestAgent)], Actor: e.Actor,
	}
}

// longestAgent is how many bytes of a user agent are kept: a caller may write a kilobyte, into every case and every report of it.
const longestAgent = 256
