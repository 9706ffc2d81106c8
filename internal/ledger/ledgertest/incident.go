package ledgertest

import (
	"slices"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/playbook"
)

// by is a suspect of an actor that acts for others.
func by(event, instance string, actors ...string) playbook.StoredSuspect {
	l := Lead(event, instance)
	l.Actors = actors
	return l
}

// incidents: cases of one actor that follow each other are one, with those of whom it acts for.
func incidents(s *stage) {
	opened := func(l playbook.StoredSuspect) (id, incident string) {
		s.Helper()
		id = s.admit(l)[0].Case
		return id, s.load(id).Incident
	}
	first, of := opened(by("e-1", "i-1", "mallory"))
	if of != first {
		s.Errorf("the first case is of %q, and is %s", of, first)
	}
	want := []string{first}
	same := func(story string, l playbook.StoredSuspect) {
		s.Helper()
		id, of := opened(l)
		if of != first {
			s.Errorf("%s: of %q, want %s", story, of, first)
		}
		want = append(want, id)
	}
	s.after(50 * time.Minute)
	same("the same actor, later", by("e-2", "i-2", "mallory"))
	s.after(50 * time.Minute)
	same("within an hour of the last case", by("e-3", "i-3", "mallory"))
	same("a session that acts for the actor", by("e-4", "i-4", "session", "mallory"))
	same("that session, where for whom it acts is not known", by("e-5", "i-5", "session"))
	if id, of := opened(by("e-6", "i-6", "alice")); of != id {
		s.Errorf("another actor's case is of %q", of)
	}
	if _, of := opened(Lead("e-7", "i-7")); of != "" {
		s.Errorf("a case without a caller is of %q", of)
	}
	unnamed := s.open("i-8")
	for range 2 {
		of, err := s.Relate(s.Context(), s.now, unnamed, []string{"mallory"})
		s.must(err)
		if of != first {
			s.Errorf("a case whose caller became known is of %q", of)
		}
	}
	want = append(want, unnamed)
	s.members(first, want)
	s.after(ledger.IncidentGap + time.Second)
	if id, of := opened(by("e-9", "i-9", "mallory")); of != id {
		s.Errorf("a case of more than an hour later is of %q", of)
	}
	s.members(first, want)
	s.mustVerify()
}

// lookedUp: what was looked up of a case's caller, and of who made its root, is kept with it, and under its digest.
func lookedUp(s *stage) {
	id := s.open("i-1")
	c := s.mustClaim("one", id).Case
	c.Upstream = []playbook.Minter{{Actor: event.Actor{Kind: event.UserActor, ARN: "arn:aws:iam::111122223333:user/mallory"}, Call: "AssumeRole", At: s.now}}
	c.Recent = &ledger.Recent{
		Asked: s.now, Since: s.now.Add(-time.Hour), Account: "111122223333", Region: "eu-west-1", More: 3, Unseen: "there are more",
		Calls: []ledger.RecentCalls{{Call: string(call.EC2DescribeInstances), From: "198.51.100.7", Error: "AccessDenied", Times: 40, First: s.now.Add(-time.Minute), Last: s.now}},
	}
	c.Made(ledger.Maker{Asked: s.now, Actor: event.Actor{Kind: event.UserActor, ARN: "arn:aws:iam::111122223333:user/pat"}, Call: "RunInstances", At: s.now.Add(-time.Hour)})
	s.must(s.commit(c, ledger.Observed, 0, ledger.Write{}))
	got := s.load(id)
	if got.Schema != ledger.Schema {
		s.Errorf("schema %d: an older riposte would lose who made it", got.Schema)
	}
	if diff := cmp.Diff(c.Recent, got.Recent) + cmp.Diff(c.Upstream, got.Upstream) + cmp.Diff(c.Maker, got.Maker); diff != "" {
		s.Errorf("what was looked up (-want +got):\n%s", diff)
	}
	s.mustVerify()
}

// members wants these cases in an incident.
func (s *stage) members(incident string, want []string) {
	s.Helper()
	var got []string
	for c, err := range ledger.All(s.Context(), s.Store, ledger.Filter{Incident: incident}) {
		s.must(err)
		got = append(got, c.ID)
	}
	if !slices.Equal(got, want) {
		s.Errorf("of incident %s: %q, want %q", incident, got, want)
	}
	some, err := s.Cases(s.Context(), ledger.Filter{Incident: incident, After: want[0], Limit: 2})
	s.must(err)
	if len(some) != 2 || some[0].ID != want[1] {
		s.Errorf("two of incident %s behind the first: %+v", incident, some)
	}
}
