// Package playbooktest is the suite that every playbook passes: the stories of its fixture, and copies of them that the suite
// makes by itself.
package playbooktest

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/action/actiontest"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/playbook"
)

// Sort of a story.
type Sort string

const (
	Fires   Sort = "fires"   // something is wrong, and a plan is made
	Quiet   Sort = "quiet"   // nothing is wrong
	Gone    Sort = "gone"    // what was wrong is no longer there
	Denied  Sort = "denied"  // the present can't be read: an error, never a guess
	Hostile Sort = "hostile" // the record was made to confuse
)

// Story is a record, an AWS, and what comes of them.
type Story struct {
	Sort         Sort
	Name         string
	Record       string                                        // of CloudTrail
	Configure    func(any) error                               // writes parameters over the defaults; nil leaves them
	AWS          func(*testing.T) (*actiontest.AWS, time.Time) // the present; nil: the story ends with the suspects
	Before       []string                                      // records that were observed before, oldest first
	Members      []string                                      // accounts that are known to belong to the organisation
	People       []string                                      // ARN patterns of the issuers of human sessions
	Known        playbook.Organization                         // what else is known of it
	Environments map[string]string                             // of accounts
	Suspects     int                                           // how many the record alone gives; Any: that does not matter
	Plans        []string                                      // "RESOURCE: TITLE" and the steps below, as Lines writes them
}

// Any number of suspects.
const Any = -1

// Run tells stories that say more than a fixture can: of an AWS that changes, of what came before.
func Run(t *testing.T, d playbook.Definition, stories []Story) {
	for _, s := range stories {
		t.Run(string(s.Sort)+"/"+s.Name, func(t *testing.T) { s.Tell(t, d) })
	}
}

// Tell tells one story.
func (s Story) Tell(t *testing.T, d playbook.Definition) {
	leads, book := s.leads(t, d)
	if len(leads) != s.Suspects && s.Suspects != Any {
		t.Fatalf("%d suspects, want %d: %+v", len(leads), s.Suspects, leads)
	}
	if s.AWS == nil {
		return
	}
	c, now := s.AWS(t)
	history := s.history(t, book)
	var got []string
	for _, l := range leads {
		c.Calls()
		in := looking(playbook.In{AWS: c.Reads(), Now: now, Organization: s.organization(), History: history, Names: s.Names(t, book)})
		found, err := book.Check(t.Context(), in, "c_1", l)
		if made := c.Calls(); s.Sort != Denied {
			for _, id := range made {
				if !slices.Contains(d.Reads, id) {
					t.Errorf("%s calls %s, which it does not declare", d.ID, id)
				}
			}
		}
		if said, _, err := book.Spares(t.Context(), l, s.organization()); err == nil && said != "" && len(found) > 0 {
			t.Errorf("%s: %d plans, though a replay says that %s spares it", l.Title, len(found), said)
		}
		if (err != nil) != (s.Sort == Denied) {
			t.Fatalf("check: %v", err)
		}
		for _, p := range found {
			lines := Lines(p)
			if p.Suspect.Severity != d.Severity { // worse than others of the playbook
				lines = string(p.Suspect.Severity) + ": " + lines
			}
			got = append(got, lines)
			declared(t, book, p.Plan)
			steady(t, book, in, p)
		}
	}
	if diff := cmp.Diff(s.Plans, got); diff != "" {
		t.Errorf("plans (-want +got):\n%s", diff)
	}
}

// organization is what the checks know of it.
func (s Story) organization() playbook.Organization {
	o := s.Known
	o.Accounts, o.Environments, o.People = s.member, s.Environments, event.People{Issuers: s.People}
	return o
}

func (s Story) member(_ context.Context, account string) (bool, error) {
	return slices.Contains(s.Members, account), nil
}

func (s Story) leads(t *testing.T, d playbook.Definition) ([]playbook.StoredSuspect, playbook.Playbook) {
	t.Helper()
	configure := s.Configure
	if configure == nil {
		configure = func(any) error { return nil }
	}
	book, err := d.Knowing(event.People{Issuers: s.People}).Bind(configure)
	if err != nil {
		t.Fatal(err)
	}
	e, err := event.Decode([]byte(s.Record))
	if c := event.Identify(json.RawMessage(s.Record)); c.Notice != nil {
		e, err = event.DecodeNotice(c.Notice)
	}
	if err != nil {
		t.Fatalf("the story's record: %v", err)
	}
	leads, err := book.Suspects(e)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range leads {
		if _, err := book.Preview(l); err != nil {
			t.Errorf("preview: %v", err)
		}
	}
	return leads, book
}

// history is what riposte's record says: what the records before the story's showed, and how much they and the story's own count.
func (s Story) history(t *testing.T, book playbook.Playbook) playbook.History {
	t.Helper()
	var seen []playbook.Observation
	suspects, _ := s.leads(t, book.Definition)
	for _, record := range s.Before {
		e, err := event.Decode([]byte(record))
		if err != nil {
			t.Fatalf("a record before the story's: %v", err)
		}
		if book.Observes != nil {
			seen = append(seen, book.Observes(e)...)
		}
		more, err := book.Suspects(e)
		if err != nil {
			t.Fatalf("a record before the story's: %v", err)
		}
		suspects = append(suspects, more...)
	}
	return playbook.History{Recall: recalling(seen), Counter: counting(suspects, s.organization())}
}

func recalling(seen []playbook.Observation) playbook.Recall {
	return func(_ context.Context, r event.Resource, of string, before time.Time) (latest *playbook.Observation, _ error) {
		for _, o := range seen {
			if o.Resource == r && o.Of == of && o.Counts(before) {
				latest = &o
			}
		}
		return latest, nil
	}
}

// counting counts as a ledger does.
func counting(suspects []playbook.StoredSuspect, org playbook.Organization) playbook.Counter {
	return func(_ context.Context, w playbook.Window) (n playbook.Count, _ error) {
		for _, l := range suspects {
			at := l.Origin.Occurred
			who := org.Who(l.Origin.Actor)
			if l.Weight > 0 && l.Playbook == w.Playbook && who == w.Actor && !at.Before(w.From) && !at.After(w.To) {
				n.Suspects, n.Resources = n.Suspects+1, n.Resources+l.Weight
			}
		}
		return n, nil
	}
}

// looking is what one look may use: each has pages of the event history of its own.
func looking(in playbook.In) playbook.In {
	in.History.Calls = new(playbook.Lookups).Calls(in.AWS, in.Now)
	return in
}

// declared checks that a plan changes nothing by actions that the playbook does not declare for its parameters: there are no rights for them.
func declared(t *testing.T, book playbook.Playbook, plan action.Plan) {
	t.Helper()
	for _, s := range plan.Steps {
		for _, r := range s.Ladder {
			name := r.Do.About().Kind.Name
			if !slices.ContainsFunc(book.Changes, func(k action.Kind) bool { return k.Name == name }) {
				t.Errorf("%s plans %s, which it does not declare", book.ID, name)
			}
		}
	}
}

// steady checks what was confirmed once more: as long as nothing changed it must come out the same, or every case would
// be superseded by its own shadow.
func steady(t *testing.T, book playbook.Playbook, in playbook.In, p playbook.Proposal) {
	t.Helper()
	again, err := book.Check(t.Context(), looking(in), "c_1", p.Suspect)
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(again, func(o playbook.Proposal) bool { return o.Suspect.Resource == p.Suspect.Resource })
	if i < 0 {
		t.Fatalf("not confirmed when looked at again")
	}
	if diff := cmp.Diff(p, again[i]); diff != "" {
		t.Errorf("confirmed otherwise when looked at again: %s", diff)
	}
}

// Lines writes a proposal in lines: what it is about, then a line a step with its rungs, "?" where a person is asked and
// "!" where the plan stops if it fails.
func Lines(p playbook.Proposal) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s: %s", event.Noun(p.Suspect.Resource.Type), p.Suspect.Resource.ID, p.Suspect.Title)
	for _, s := range p.Plan.Steps {
		var rungs []string
		for _, r := range s.Ladder {
			about := r.Do.About()
			text := about.Kind.Name + " " + about.Target.ID
			if about.Facet != "" {
				text += " " + about.Facet
			}
			if r.Ask != "" {
				text += " ?"
			}
			rungs = append(rungs, text)
		}
		b.WriteString("\n  " + strings.Join(rungs, ", else "))
		if s.Must {
			b.WriteString(" !")
		}
	}
	return b.String()
}
