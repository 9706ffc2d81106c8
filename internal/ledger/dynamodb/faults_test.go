package dynamodb_test

import (
	"context"
	"fmt"
	"math/rand"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	client "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"

	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/ledger/ledgertest"
	"github.com/ripostehq/riposte/playbook"
)

// faults are what a busy table and a bad network do: transactions get into each other's way, requests are refused before
// they have done anything, and answers get lost after they have done all.
type faults struct {
	turn sync.Mutex
	*rand.Rand
	met map[string]int
}

func (f *faults) strike(_ context.Context, operation string, send func() error) error {
	if operation == "CreateTable" || operation == "DescribeTable" {
		return send()
	}
	f.turn.Lock()
	n := f.Intn(100)
	f.turn.Unlock()
	writes := !strings.Contains(operation, "Get") && operation != "Query" && operation != "Scan"
	switch {
	case n < 20 && operation == "UpdateItem":
		f.note("conflict")
		return &types.TransactionConflictException{}
	case n < 24:
		f.note("refused")
		return &smithy.GenericAPIError{Code: "InternalServerError", Message: "refused by the test"}
	case n < 30 && writes:
		f.note("lost")
		return errorOr(send(), &smithy.GenericAPIError{Code: "RequestTimeout", Message: "the answer is lost"})
	}
	return send()
}

func (f *faults) note(what string) {
	f.turn.Lock()
	defer f.turn.Unlock()
	f.met[what]++
}

func errorOr(err, other error) error {
	if err != nil {
		return err
	}
	return other
}

// rivals get into the way of every third transaction.
type rivals struct {
	*client.Client
	met atomic.Int64
}

func (r *rivals) TransactWriteItems(
	ctx context.Context, in *client.TransactWriteItemsInput, o ...func(*client.Options),
) (*client.TransactWriteItemsOutput, error) {
	if r.met.Add(1)%3 != 0 {
		return r.Client.TransactWriteItems(ctx, in, o...)
	}
	cancelled := &types.TransactionCanceledException{}
	for n := range in.TransactItems {
		code := "None"
		if n == 1 {
			code = "TransactionConflict"
		}
		cancelled.CancellationReasons = append(cancelled.CancellationReasons, types.CancellationReason{Code: &code})
	}
	return nil, cancelled
}

// shaken: a worker that tries again in the end has every case once, with its step made once.
func shaken(t *testing.T, s *service) {
	const cases = 8
	now := ledgertest.Start()
	f := &faults{Rand: rand.New(rand.NewSource(7)), met: map[string]int{}}
	table := s.table(t)
	calm := open(t, s.client(), table)
	busy := &rivals{Client: s.client(func(o *client.Options) { o.APIOptions = append(o.APIOptions, wire(f.strike)) })}
	shaken := open(t, busy, table)
	for n := range cases {
		leads := []playbook.StoredSuspect{ledgertest.Lead(fmt.Sprint("e-", n), fmt.Sprint("i-", n)), ledgertest.Lead(fmt.Sprint("f-", n), fmt.Sprint("i-", n))}
		for {
			if _, err := shaken.Admit(t.Context(), now, leads, ledger.FirstClaim{}); err == nil {
				break
			}
		}
	}
	for range 60 { // minutes: the leases of what was broken off end
		for range 2 * cases {
			claim, err := shaken.Claim(t.Context(), now, "shaken", 30*time.Second)
			if err != nil {
				continue
			}
			if claim == nil {
				break
			}
			_ = end(t, shaken, claim, now) // a worker that was shaken off leaves the case to the next
		}
		if open, err := calm.Cases(t.Context(), ledger.Filter{Open: true}); err != nil || len(open) == 0 {
			break
		}
		now = now.Add(time.Minute)
	}
	verified(t, calm, cases)
	if busy.met.Load() < 10 {
		t.Errorf("%d transactions, so hardly a rival", busy.met.Load())
	}
	for _, what := range []string{"conflict", "refused", "lost"} {
		if f.met[what] == 0 {
			t.Errorf("nothing met a fault of this kind: %s", what)
		}
	}
}

// verified insists that there are so many cases, each at its end, each having acted once.
func verified(t *testing.T, s ledger.Store, cases int) {
	t.Helper()
	found, err := s.Cases(t.Context(), ledger.Filter{})
	if err != nil || len(found) != cases {
		t.Fatalf("%d cases, want %d: %v", len(found), cases, err)
	}
	if e, err := s.Effect(t.Context(), "shared"); err != nil || e == nil || len(e.Owners) != cases {
		t.Errorf("the shared effect is %+v, %v", e, err)
	}
	for _, c := range found {
		chain, err := s.History(t.Context(), c.ID)
		acted := 0
		for _, e := range chain {
			if e.State == ledger.Acting {
				acted++
			}
		}
		if err != nil || c.State != ledger.Verified || acted != 1 {
			t.Errorf("case %s is %s, and acted %d times; %v", c.ID, c.State, acted, err)
		}
	}
	kept, err := s.Checkpoint(t.Context(), ledgertest.Start())
	if err != nil {
		t.Fatal(err)
	}
	if v, err := s.Verify(t.Context(), kept); err != nil || len(v.Broken) > 0 {
		t.Errorf("%+v, %v", v.Broken, err)
	}
}
