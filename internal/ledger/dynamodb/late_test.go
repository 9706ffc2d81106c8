package dynamodb_test

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	client "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/ledger/ledgertest"
	"github.com/ripostehq/riposte/playbook"
)

// late is DynamoDB whose indexes, once stopped, do not show what was written, as real ones don't for a moment.
type late struct {
	*client.Client
	stopped atomic.Bool
}

func (l *late) Query(ctx context.Context, in *client.QueryInput, o ...func(*client.Options)) (*client.QueryOutput, error) {
	if in.IndexName == nil || !l.stopped.Load() {
		return l.Client.Query(ctx, in, o...)
	}
	return &client.QueryOutput{}, nil
}

// stale shows in the index of due times what is not there any more.
type stale struct {
	*client.Client
	items map[string][]map[string]types.AttributeValue // by partition
}

func (s *stale) Query(ctx context.Context, in *client.QueryInput, o ...func(*client.Options)) (*client.QueryOutput, error) {
	if in.IndexName == nil || s.items == nil {
		return s.Client.Query(ctx, in, o...)
	}
	return &client.QueryOutput{Items: s.items[text(in.ExpressionAttributeValues[":p"])]}, nil
}

// indexLate: the process that wrote a case claims it, and knows when it is due next, before the index does.
func indexLate(t *testing.T, s *service) {
	now := ledgertest.Start()
	behind := &late{Client: s.client()}
	l := open(t, behind, s.table(t))
	behind.stopped.Store(true)
	a, err := l.Admit(t.Context(), now, []playbook.StoredSuspect{ledgertest.Lead("e-1", "i-1")}, ledger.FirstClaim{})
	if err != nil {
		t.Fatal(err)
	}
	if next, err := l.Next(t.Context()); err != nil || !next.Equal(now) {
		t.Errorf("next is %s, %v", next, err)
	}
	c, err := l.Claim(t.Context(), now, "a", time.Minute)
	if err != nil || c == nil || c.Case.ID != a[0].Case {
		t.Fatalf("claimed %+v, %v", c, err)
	}
	c.Case.State, c.Case.Due = ledger.Contained, now.Add(5*time.Second)
	if err := l.Commit(t.Context(), c.Case, ledger.Write{At: now, EndsLease: true}); err != nil {
		t.Fatal(err)
	}
	if next, err := l.Next(t.Context()); err != nil || !next.Equal(now.Add(5*time.Second)) {
		t.Errorf("next is %s, %v", next, err)
	}
	if open, err := l.Cases(t.Context(), ledger.Filter{Open: true}); err != nil || len(open) != 1 {
		t.Errorf("%d open cases, %v", len(open), err)
	}
}

// indexBehind: it still shows a case as due that another replica has in hand.
func indexBehind(t *testing.T, s *service) {
	now := ledgertest.Start()
	table := s.table(t)
	one, behind := open(t, s.client(), table), &stale{Client: s.client()}
	two := open(t, behind, table)
	a, err := one.Admit(t.Context(), now, []playbook.StoredSuspect{ledgertest.Lead("e-1", "i-1")}, ledger.FirstClaim{})
	if err != nil {
		t.Fatal(err)
	}
	shown, err := s.client().Scan(t.Context(), &client.ScanInput{TableName: &table})
	if err != nil {
		t.Fatal(err)
	}
	behind.items = map[string][]map[string]types.AttributeValue{}
	for _, i := range shown.Items {
		if in := text(i["wake_in"]); in != "" {
			behind.items[in] = append(behind.items[in], i)
		}
	}
	if c, err := one.Claim(t.Context(), now, "one", time.Minute); err != nil || c == nil || c.Case.ID != a[0].Case {
		t.Fatalf("claimed %+v, %v", c, err)
	}
	if c, err := two.Claim(t.Context(), now, "two", time.Minute); err != nil || c != nil {
		t.Errorf("two got what one has: %+v, %v", c, err)
	}
}
