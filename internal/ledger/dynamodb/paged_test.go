package dynamodb_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	client "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/ledger/ledgertest"
	"github.com/ripostehq/riposte/playbook"
)

// paged is DynamoDB that answers with one item at a time, as it does with 1 MB of them.
type paged struct{ *client.Client }

func (p paged) Query(ctx context.Context, in *client.QueryInput, o ...func(*client.Options)) (*client.QueryOutput, error) {
	one, asked := int32(1), *in
	asked.Limit = &one
	return p.Client.Query(ctx, &asked, o...)
}

func (p paged) Scan(ctx context.Context, in *client.ScanInput, o ...func(*client.Options)) (*client.ScanOutput, error) {
	one, asked := int32(1), *in
	asked.Limit = &one
	return p.Client.Scan(ctx, &asked, o...)
}

func (p paged) BatchGetItem(ctx context.Context, in *client.BatchGetItemInput, o ...func(*client.Options)) (*client.BatchGetItemOutput, error) {
	asked, rest := map[string]types.KeysAndAttributes{}, map[string]types.KeysAndAttributes{}
	for table, keys := range in.RequestItems {
		first, left := keys, keys
		first.Keys, left.Keys = keys.Keys[:1], keys.Keys[1:]
		if asked[table] = first; len(left.Keys) > 0 {
			rest[table] = left
		}
	}
	out, err := p.Client.BatchGetItem(ctx, &client.BatchGetItemInput{RequestItems: asked}, o...)
	if err == nil {
		out.UnprocessedKeys = rest
	}
	return out, err
}

// cutShort: what an answer has no room for is asked for again.
func cutShort(t *testing.T, s *service) {
	l, now := open(t, paged{s.client()}, s.table(t)), ledgertest.Start()
	var leads []playbook.StoredSuspect
	for n := range 6 {
		leads = append(leads, ledgertest.Lead(fmt.Sprint("e-", n), fmt.Sprint("i-", n%3)))
	}
	a, err := l.Admit(t.Context(), now, leads, ledger.FirstClaim{})
	if err != nil || a[2].How != "opened" || a[5].How != "joined" {
		t.Fatalf("%+v, %v", a, err)
	}
	again, err := l.Admit(t.Context(), now, leads, ledger.FirstClaim{})
	if err != nil || again[5].How != "duplicate" || again[5].Case != a[5].Case {
		t.Errorf("%+v, %v", again, err)
	}
	if all, err := l.Cases(t.Context(), ledger.Filter{}); err != nil || len(all) != 3 {
		t.Errorf("%d cases, %v", len(all), err)
	}
	for n := range 3 {
		c, err := l.Claim(t.Context(), now, "a", time.Minute)
		if err != nil || c == nil || len(c.Inbox) != 1 {
			t.Fatalf("claim %d: %+v, %v", n, c, err)
		}
		e := &ledger.Effect{Key: fmt.Sprint("k-", n), Owners: []string{c.Case.ID}}
		c.Case.State, c.Case.Due = ledger.Acting, now.Add(time.Second)
		if err := l.Commit(t.Context(), c.Case, ledger.Write{At: now, Taken: []string{c.Inbox[0].Key}, Effects: []*ledger.Effect{e}, EndsLease: true}); err != nil {
			t.Fatal(err)
		}
	}
	if effects, err := l.Effects(t.Context()); err != nil || len(effects) != 3 {
		t.Errorf("%d effects, %v", len(effects), err)
	}
	if next, err := l.Next(t.Context()); err != nil || !next.Equal(now.Add(time.Second)) {
		t.Errorf("next is %s, %v", next, err)
	}
	kept, err := l.Checkpoint(t.Context(), now)
	if err != nil || kept.Chains != 3 {
		t.Fatalf("%+v, %v", kept, err)
	}
	if v, err := l.Verify(t.Context(), kept); err != nil || len(v.Broken) > 0 || v.Chains != 4 {
		t.Errorf("%+v, %v", v, err)
	}
}
