package dynamodb_test

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	client "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/smithy-go"

	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/ledger/ledgertest"
	"github.com/ripostehq/riposte/playbook"
)

// lostClaim: a claim is carried out, and its answer is lost. The worker has the case all the same, once, and no other
// has it.
func lostClaim(t *testing.T, s *service) {
	var sent atomic.Int64
	losing := wire(func(_ context.Context, operation string, send func() error) error {
		err := send()
		if operation == "UpdateItem" && sent.Add(1) == 1 && err == nil {
			return &smithy.GenericAPIError{Code: "InternalServerError", Message: "lost by the test"}
		}
		return err
	})
	table, now := s.table(t), ledgertest.Start()
	l := open(t, s.client(func(o *client.Options) { o.APIOptions = append(o.APIOptions, losing) }), table)
	a, err := l.Admit(t.Context(), now, []playbook.StoredSuspect{ledgertest.Lead("e-1", "i-1")}, ledger.FirstClaim{})
	if err != nil {
		t.Fatal(err)
	}
	c, err := l.Claim(t.Context(), now, "a", time.Minute)
	if err != nil || c == nil || c.Case.ID != a[0].Case || c.Case.Attempts != 1 || sent.Load() != 2 {
		t.Fatalf("claimed %+v in %d requests, %v", c, sent.Load(), err)
	}
	if other, err := l.Claim(t.Context(), now, "a", time.Minute); err != nil || other != nil {
		t.Errorf("claimed again, of the same name: %+v, %v", other, err)
	}
	c.Case.State, c.Case.Due = ledger.Acting, now
	if err := l.Commit(t.Context(), c.Case, ledger.Write{At: now, EndsLease: true}); err != nil {
		t.Error(err)
	}
	if v, err := l.Verify(t.Context()); err != nil || len(v.Broken) > 0 {
		t.Errorf("%+v, %v", v.Broken, err)
	}
}
