package engine_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/engine"
	"github.com/ripostehq/riposte/internal/gate"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/world"
	"github.com/ripostehq/riposte/playbook"
	"github.com/ripostehq/riposte/playbooks/ownership"
)

const byHand = "ownership.by-hand"

// telling is a stage with the playbook that tells of what people do by hand, and an organisation that knows them.
func telling(t testing.TB, mode gate.Decision) *stage {
	t.Helper()
	people := event.People{Issuers: []string{"arn:aws:iam::*:role/aws-reserved/sso.amazonaws.com/*"}}
	s := set(t, world.Options{}, ownership.ByHand().Knowing(people))
	s.org = playbook.Organization{People: people, Environments: map[string]string{ireland.Account: "production", "222233334444": "development"}}
	s.policy.Mode = func(string, string, action.Class) (gate.Decision, string) { return mode, "the test says so" }
	s.restart()
	return s
}

// called are records of one person's calls, "SERVICE:NAME THING", now, each with an id of its own.
func (s *stage) called(calls ...string) (events []event.Event) {
	s.Helper()
	for _, call := range calls {
		s.seen++
		name, thing, _ := strings.Cut(call, " ")
		service, name, _ := strings.Cut(name, ":")
		e, err := event.Decode(fmt.Appendf(nil, `{"eventSource":"%s.amazonaws.com","eventName":%q,"eventTime":%q,"awsRegion":"eu-west-1","eventID":"e-%d","requestID":"r-%d",
			"recipientAccountId":"111122223333","requestParameters":{"bucketName":%q},"userAgent":"console.amazonaws.com","userIdentity":{"type":"AssumedRole",
			"principalId":"AROAADMIN:alice","arn":"arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Admin_0/alice","accountId":"111122223333","sessionContext":{"sessionIssuer":{
			"principalId":"AROAADMIN","arn":"arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_0"}}}}`,
			service, name, s.w.Now().Format(time.RFC3339), s.seen, s.seen, thing))
		s.must(err)
		e.Received = s.w.Now()
		events = append(events, e)
	}
	return events
}

// hears has riposte receive events, and returns what became of their suspects.
func (s *stage) hears(events ...event.Event) []ledger.Admission {
	s.Helper()
	ads, err := s.e.Receive(s.Context(), events...)
	s.must(err)
	return ads
}

func (s *stage) cases() []*ledger.Case {
	s.Helper()
	all, err := s.store.Cases(s.Context(), ledger.Filter{Playbook: byHand})
	s.must(err)
	return all
}

// What a person does in five minutes is one case and one telling, whatever the mode, and nobody is woken for the want of an answer.
func TestDeletionsAreToldOnceInEveryMode(t *testing.T) {
	for _, mode := range []gate.Decision{gate.Observe, gate.Ask, gate.Act} {
		s := telling(t, mode)
		s.hears(s.called("s3:PutBucketPolicy assets")...)
		s.pass(2 * time.Minute)
		first := s.called("s3:DeleteBucket assets", "s3:DeleteBucket logs")
		s.hears(first...)
		s.hears(first...) // delivered twice
		s.pass(2 * time.Minute)
		if c := s.only(byHand); c.State != ledger.Suspected || len(s.reports) != 0 {
			t.Fatalf("%s: within its window the case is %s, told %v", mode, c.State, s.reports)
		}
		s.restart() // another process decides
		s.pass(2 * time.Minute)
		c := s.only(byHand)
		const want = "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Admin_0/alice deleted by hand in 111122223333: bucket assets, bucket logs; and called s3:PutBucketPolicy"
		switch {
		case c.State != ledger.Observed || c.Title != want || c.Severity != playbook.Medium || c.Paged != "" || c.GivenUp != "":
			t.Errorf("%s: %s, %s, %q, paged %q\n%s", mode, c.State, c.Severity, c.Title, c.Paged, s.history(c))
		case c.Origin.Name != "DeleteBucket" || len(c.Suspects) != 1 || len(c.Suspects[0].Related) != 2 || c.Reason != "playbook: it tells, and changes nothing" || c.Incident == "":
			t.Errorf("%s: %+v, %q, incident %q", mode, c.Suspects, c.Reason, c.Incident)
		case len(s.reports) == 0 || s.reports[len(s.reports)-1] != ledger.Observed || c.Report.Owed():
			t.Errorf("%s: told %v", mode, s.reports)
		}
		told := len(s.reports)
		s.pass(24 * time.Hour)
		if len(s.reports) != told {
			t.Errorf("%s: it is told again: %v", mode, s.reports)
		}
		s.whole()
	}
}

// What is no deletion is kept for whoever asks the record: a case, closed, of which nobody is told and which is no part of an attack's story.
func TestOtherChangesAreKeptAndToldToNobody(t *testing.T) {
	s := telling(t, gate.Act)
	s.hears(s.called("s3:PutBucketPolicy assets", "ec2:CreateTags x", "s3:PutBucketPolicy logs")...)
	s.pass(time.Hour)
	c := s.only(byHand)
	const want = "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Admin_0/alice called by hand in 111122223333: ec2:CreateTags, s3:PutBucketPolicy"
	if c.State != ledger.Observed || c.Title != want || c.Severity != playbook.Low || len(s.reports) != 0 || c.Report.Owed() || c.Incident != "" {
		t.Errorf("%s, %q, told %v, incident %q\n%s", c.State, c.Title, s.reports, c.Incident, s.history(c))
	}
	s.whole()
}

// However loud a person is, or whoever has the session: the record gets some rows, and what is told is told all the same.
func TestACrowdOfCallsCostsSomeRows(t *testing.T) {
	s := telling(t, gate.Observe)
	admitted := 0
	for range 200 {
		var calls []string
		for n := range 25 {
			calls = append(calls, fmt.Sprintf("s3:PutObject %d", n))
		}
		admitted += len(s.hears(s.called(calls...)...))
	}
	if admitted != 1 {
		t.Errorf("5,000 calls of one kind are %d suspects", admitted)
	}
	for n := range 300 {
		admitted += len(s.hears(s.called(fmt.Sprintf("s3:PutThing%d x", n))...))
	}
	if admitted != 101 {
		t.Errorf("with 300 kinds more, %d", admitted)
	}
	s.pass(time.Minute)
	for n := range 300 {
		admitted += len(s.hears(s.called(fmt.Sprintf("s3:DeleteBucket bucket-%d", n))...))
	}
	if admitted != 202 {
		t.Errorf("with 300 deletions, %d", admitted)
	}
	s.pass(time.Hour)
	c := s.only(byHand)
	if c.State != ledger.Observed || len(s.reports) == 0 || len(c.Suspects) != 1 || len(c.Found()) != 202 ||
		!strings.Contains(c.Title, "deleted by hand") || strings.Count(c.Title, "and more than 97 others") != 2 {
		t.Errorf("%s, told %v, %d suspects, %d found: %q\n%s", c.State, s.reports, len(c.Suspects), len(c.Found()), c.Title, s.history(c))
	}
}

// What may be lost with a loss of power is taken again when it comes again: only what is on the disk makes a repetition one.
func TestWhatIsNotOnTheDiskIsNotKnown(t *testing.T) {
	s := telling(t, gate.Observe)
	disk := &lostReceipts{Store: s.store, lost: 1}
	s.store = disk
	s.restart()
	first := s.called("s3:DeleteBucket assets")
	if _, err := s.e.Receive(s.Context(), first...); err == nil {
		t.Fatal("what may be lost is acknowledged")
	}
	if ads := s.hears(first...); len(ads) != 1 || disk.synced != 1 {
		t.Errorf("%+v, on the disk %d times", ads, disk.synced)
	}
	if ads := s.hears(s.called("s3:DeleteBucket assets")...); len(ads) != 0 {
		t.Errorf("and then it is known: %+v", ads)
	}
}

// lostReceipts is a ledger whose first receipts are not made durable.
type lostReceipts struct {
	ledger.Store
	lost, synced int
}

func (l *lostReceipts) Sync(ctx context.Context) error {
	if l.lost > 0 {
		l.lost--
		return errors.New("the disk is away")
	}
	l.synced++
	return l.Store.Sync(ctx)
}

// A person who goes on and on does not keep the case from its end: what comes after the window is another.
func TestACaseEndsThoughThePersonGoesOn(t *testing.T) {
	s := telling(t, gate.Observe)
	for n := range 60 {
		s.hears(s.called(fmt.Sprintf("s3:DeleteBucket bucket-%d", n))...)
		s.pass(time.Minute)
	}
	s.pass(time.Hour)
	all := s.cases()
	if len(all) < 10 || len(all) > 13 {
		t.Errorf("an hour of deletions is %d cases", len(all))
	}
	buckets := 0
	for _, c := range all {
		if buckets += len(c.Suspects[0].Related); c.State != ledger.Observed {
			t.Errorf("%s\n%s", c.State, s.history(c))
		}
	}
	if buckets != 60 {
		t.Errorf("%d of 60 deletions are told", buckets)
	}
}

// What the organisation explains, and what automation does that is trusted by its id, is not even stored.
func TestWhatIsExplainedIsNotKept(t *testing.T) {
	s := telling(t, gate.Observe)
	elsewhere := s.called("s3:DeleteBucket lab")
	elsewhere[0].Account = "222233334444"
	if ads := s.hears(elsewhere...); len(ads) != 0 {
		t.Errorf("in development: %+v", ads)
	}
	const responders = "arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_0"
	for id, want := range map[string]int{"AROAADMIN": 0, "AROAOTHER": 1} {
		s := telling(t, gate.Observe)
		s.policy.Trusted = []gate.Trust{{Issuer: gate.Principal{ARN: responders, ID: id}, Playbooks: []string{byHand}}}
		s.restart()
		if ads := s.hears(s.called("s3:DeleteBucket assets")...); len(ads) != want {
			t.Errorf("trusted as %s: %+v", id, ads)
		}
	}
}

// How changes are made is counted, of what arrives and succeeded, whoever called: for a figure, and nothing else.
func TestChangesAreCountedByTheirMethod(t *testing.T) {
	s := telling(t, gate.Observe)
	m := &methods{seen: map[event.Method]int{}}
	s.e.Meter = m
	all := s.called("s3:DeleteBucket a", "s3:PutBucketPolicy b", "s3:PutBucketPolicy c", "s3:PutBucketPolicy d", "s3:ListBuckets e")
	all[1].UserAgent, all[2].Error.Code, all[3].Actor = "aws-cli/2.22.0", "AccessDenied", event.Actor{Kind: event.UserActor, ARN: "arn:aws:iam::111122223333:user/ci"}
	all[4].ReadOnly = true
	s.hears(all...)
	if m.seen[event.ByConsole] != 2 || m.seen[event.ByCLI] != 1 || len(m.seen) != 2 {
		t.Errorf("%v", m.seen)
	}
}

// methods counts how changes are made.
type methods struct {
	engine.Meter
	seen map[event.Method]int
}

func (m *methods) Called(by event.Method) { m.seen[by]++ }

func (m *methods) Admitted([]ledger.Admission) {}

// There is nothing to take back of a case that only tells; a person may dismiss it while it gathers.
func TestATellingIsDismissedAndNotTakenBack(t *testing.T) {
	s := telling(t, gate.Observe)
	s.hears(s.called("s3:DeleteBucket assets")...)
	s.pass(time.Minute)
	s.order(s.only(byHand), ledger.Order{Verb: ledger.Undo})
	s.pass(time.Minute)
	if c := s.only(byHand); c.State != ledger.Suspected {
		t.Errorf("after an undo it is %s\n%s", c.State, s.history(c))
	}
	s.order(s.only(byHand), ledger.Order{Verb: ledger.Dismiss, Reason: "it was me"})
	s.pass(time.Hour)
	if c := s.only(byHand); c.State != ledger.Dismissed {
		t.Errorf("after its dismissal it is %s\n%s", c.State, s.history(c))
	}
}
