package dynamodb_test

import (
	"testing"
	"time"

	client "github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/ledger/ledgertest"
	"github.com/ripostehq/riposte/playbook"
)

// writes counts what a case of two steps costs from opened to contained: where a worker is free, and where the case waits to
// be claimed.
func writes(t *testing.T, s *service) {
	lead := ledgertest.Lead("e-1", "i-1")
	t.Run("for any worker", func(t *testing.T) { costs(t, s, lead, ledger.FirstClaim{Holder: "replica", Lease: time.Minute}, 4) })
	t.Run("claimed", func(t *testing.T) { costs(t, s, lead, ledger.FirstClaim{}, 5) })
	lead.Actors, lead.Weight = []string{"alice", "who alice acts for"}, 50
	t.Run("asked, with one letter", func(t *testing.T) { letterCosts(t, s) })
	t.Run("counted, and of an incident", func(t *testing.T) { costs(t, s, lead, ledger.FirstClaim{Holder: "replica", Lease: time.Minute}, 4) })
}

func costs(t *testing.T, s *service, lead playbook.StoredSuspect, hand ledger.FirstClaim, want int) {
	t.Helper()
	sent := &counting{}
	l := open(t, s.client(func(o *client.Options) { o.APIOptions = append(o.APIOptions, sent.count) }), s.table(t))
	before, now := sent.writes(), ledgertest.Start()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	a, err := l.Admit(t.Context(), now, []playbook.StoredSuspect{lead}, hand)
	must(err)
	claim := a[0].Claim
	if claim == nil {
		claim, err = l.Claim(t.Context(), now, "replica", time.Minute)
		must(err)
	}
	c := claim.Case
	commit := func(state ledger.State, due time.Duration, w ledger.Write) {
		t.Helper()
		c.State, c.Due, w.At = state, now.Add(due), now
		must(l.Commit(t.Context(), c, w))
	}
	places := []ledger.Reservation{{Bucket: "organisation", Incident: "AKIA1", At: now}, {Bucket: "account:111122223333", Incident: "AKIA1", At: now}}
	commit(ledger.Acting, 0, ledger.Write{
		Notes: []string{"about to: switch the key off"}, Effects: []*ledger.Effect{{Key: "iam.deactivate", Owners: []string{c.ID}}}, Reserve: places,
	})
	commit(ledger.Acting, 0, ledger.Write{
		Notes: []string{"done", "about to: deny"}, Requests: []string{"r-1"}, Reserve: places,
		Effects: []*ledger.Effect{{Key: "iam.deny", Owners: []string{c.ID}}},
	})
	commit(ledger.Contained, 5*time.Second, ledger.Write{Notes: []string{"done", "contained"}, Requests: []string{"r-2"}, EndsLease: true})
	if n := sent.writes() - before; n != want {
		t.Errorf("%d writes, want %d: %v", n, want, sent.sent)
	}
	t.Logf("%d writes, %d reads", sent.writes()-before, sent.sent["GetItem"]+sent.sent["BatchGetItem"]+sent.sent["Query"])
}

// letterCosts: one letter about a case that asks is posted and taken in one write, and saved in one with what it has to hand in. One of several cases,
// or by mail with more to follow, is saved twice, and hands in case by case.
func letterCosts(t *testing.T, s *service) {
	sent := &counting{}
	l := open(t, s.client(func(o *client.Options) { o.APIOptions = append(o.APIOptions, sent.count) }), s.table(t))
	now := ledgertest.Start()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	a, err := l.Admit(t.Context(), now, []playbook.StoredSuspect{ledgertest.Lead("e-1", "i-1")}, ledger.FirstClaim{})
	must(err)
	before := sent.writes()
	did := func(what string, want int) {
		t.Helper()
		if n := sent.writes() - before; n != want {
			t.Errorf("%s: %d writes, want %d", what, n, want)
		}
		before = sent.writes()
	}
	line := func(matter string) ledger.Line {
		k := ledger.LetterKey{To: "sam@example.com", Channel: "mail", Matter: matter}
		return ledger.Line{LetterKey: k, Case: a[0].Case, Notice: true}
	}
	taken, err := l.PostAndTake(t.Context(), now, ledger.FirstClaim{Holder: "desk", Lease: time.Minute}, line("case/"+a[0].Case))
	must(err)
	did("posted and taken", 1)
	one := taken[0]
	one.Ref, one.SentAt, one.Sent = "ref", now, one.Wanted
	must(l.SaveAndSend(t.Context(), now, one, a[0].Case, ledger.Message{Key: "told|" + one.ID, Told: []ledger.Told{{Of: "a question"}}}))
	did("saved and handed in", 1)
	must(l.Post(t.Context(), now, line("digest/2026-03-02")))
	did("posted", 1)
	one, err = l.TakeLetter(t.Context(), now, "desk", time.Minute)
	must(err)
	did("taken", 1)
	one.Ref, one.SentAt, one.KeepsLease = "ref", now, true
	must(l.SaveLetter(t.Context(), one))
	did("accepted", 1)
	_, err = l.Send(t.Context(), now, a[0].Case, ledger.Message{Key: "told|" + one.ID, Told: []ledger.Told{{Of: "a question"}}})
	must(err)
	did("handed in", 1)
	one.Sent, one.KeepsLease = one.Wanted, false
	must(l.SaveLetter(t.Context(), one))
	did("saved", 1)
	if none, err := l.TakeLetter(t.Context(), now, "desk", time.Minute); err != nil || none != nil {
		t.Errorf("taken: %+v, %v", none, err)
	}
	did("nothing to take", 0)
}
