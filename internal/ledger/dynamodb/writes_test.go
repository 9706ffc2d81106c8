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
