// Package ledgertest is the suite that every ledger.Store passes: stories of what replicas, people and crashes do to it.
package ledgertest

import (
	"fmt"
	"testing"
	"time"

	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/playbook"
)

// Start is when every story begins.
func Start() time.Time { return time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC) }

// Lead is one event about one instance.
func Lead(eventID, instance string) playbook.StoredSuspect {
	place := event.Place{Partition: "aws", Account: "111122223333", Region: "eu-west-1"}
	return playbook.StoredSuspect{
		Playbook: "launch.unapproved-image", Severity: playbook.High, Resource: place.In(event.Instance, instance),
		Title: "instance " + instance + " runs a public image", Facts: []byte(`{"image":"ami-0a1b2c3d4e5f60718"}`),
		Origin: playbook.Origin{
			EventID: eventID, RequestID: "r-" + eventID, Name: "RunInstances", Source: "ec2.amazonaws.com",
			Occurred: Start().Add(-6 * time.Second), Received: Start(), Place: place, SourceIP: "203.0.113.7",
			Actor: event.Actor{Kind: event.UserActor, Account: place.Account, UserName: "mallory", MFA: event.MFANo},
		},
	}
}

// stage is one store and its clock, with the steps that stories are told in.
type stage struct {
	*testing.T
	ledger.Store
	now time.Time
}

func (s *stage) after(d time.Duration) { s.now = s.now.Add(d) }

func (s *stage) must(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

func (s *stage) admit(leads ...playbook.StoredSuspect) []ledger.Admission {
	s.Helper()
	a, err := s.Admit(s.Context(), s.now, leads, ledger.FirstClaim{})
	s.must(err)
	if len(a) != len(leads) {
		s.Fatalf("%d leads, %d admissions", len(leads), len(a))
	}
	return a
}

// open admits a lead about a new instance and gives the case's id.
func (s *stage) open(instance string) string {
	s.Helper()
	a := s.admit(Lead("e-"+instance, instance))[0]
	if a.How != "opened" {
		s.Fatalf("a lead about %s was %s", instance, a.How)
	}
	return a.Case
}

func (s *stage) claim(holder string) *ledger.Claim {
	s.Helper()
	c, err := s.Claim(s.Context(), s.now, holder, time.Minute)
	s.must(err)
	return c
}

// claimOfEvents claims what is not of sweeps alone.
func (s *stage) claimOfEvents(holder string) *ledger.Claim {
	s.Helper()
	c, err := s.ClaimOfEvents(s.Context(), s.now, holder, time.Minute)
	s.must(err)
	return c
}

// mustClaim claims and insists on this case.
func (s *stage) mustClaim(holder, id string) *ledger.Claim {
	s.Helper()
	c := s.claim(holder)
	if c == nil || c.Case.ID != id {
		s.Fatalf("%s claimed %+v, not %s", holder, c, id)
	}
	return c
}

func (s *stage) claimsNothing(holder string) {
	s.Helper()
	if c := s.claim(holder); c != nil {
		s.Fatalf("%s claimed %s, and there is nothing to do", holder, c.Case.ID)
	}
}

func (s *stage) commit(c *ledger.Case, state ledger.State, due time.Duration, w ledger.Write) error {
	s.Helper()
	c.State, c.Due, w.At = state, time.Time{}, s.now
	if due >= 0 {
		c.Due = s.now.Add(due)
	}
	return s.Commit(s.Context(), c, w)
}

func (s *stage) send(id string, m ledger.Message) bool {
	s.Helper()
	fresh, err := s.Send(s.Context(), s.now, id, m)
	s.must(err)
	return fresh
}

func (s *stage) load(id string) *ledger.Case {
	s.Helper()
	c, err := s.Load(s.Context(), id)
	s.must(err)
	return c
}

// mustVerify insists that the record fits itself.
func (s *stage) mustVerify(kept ...ledger.Checkpoint) ledger.Verification {
	s.Helper()
	v, err := s.Verify(s.Context(), kept...)
	s.must(err)
	if len(v.Broken) > 0 {
		s.Fatalf("the ledger is broken: %+v", v.Broken)
	}
	return v
}

const never = -1 * time.Nanosecond

func order(v ledger.Verb, key string) ledger.Message {
	return ledger.Message{Key: key, Order: &ledger.Order{Verb: v, By: "alice", At: Start()}}
}

// named is a sighting that names what the effect is about.
func named(key string) ledger.Message {
	return ledger.Message{Key: key, Seen: &ledger.Sighting{Effect: "deny", Call: string(call.IAMDetachUserPolicy), Named: true}}
}

// look is a reason to look at an effect.
func look(effect string) ledger.Message {
	return ledger.Message{Key: "look " + effect, Coalesce: true, Seen: &ledger.Sighting{Effect: effect, Call: string(call.IAMCreatePolicyVersion)}}
}

func keys(inbox []ledger.Message) string {
	var out []string
	for _, m := range inbox {
		out = append(out, m.Key)
	}
	return fmt.Sprint(out)
}

func (s *stage) facts(q ledger.Question) ledger.Facts {
	s.Helper()
	f, err := s.Facts(s.Context(), q)
	s.must(err)
	return f
}

// count is how many incidents a limit holds, beside one.
func (s *stage) count(bucket string, since time.Time, except string) int {
	s.Helper()
	return s.facts(ledger.Question{At: s.now, Buckets: []string{bucket}, Since: since, Incident: except}).Incidents[0]
}
