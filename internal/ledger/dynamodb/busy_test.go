package dynamodb_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	client "github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/ledger/ledgertest"
	"github.com/ripostehq/riposte/playbook"
)

// busy is a table that others write to whenever a page of a scan was read.
type busy struct {
	*client.Client
	write func()
}

func (b *busy) Scan(ctx context.Context, in *client.ScanInput, o ...func(*client.Options)) (*client.ScanOutput, error) {
	page := int32(20)
	in.Limit = &page
	out, err := b.Client.Scan(ctx, in, o...)
	b.write()
	return out, err
}

// verifiedWhileBusy: what is written meanwhile breaks nothing, and hides nothing.
func verifiedWhileBusy(t *testing.T, s *service) {
	table, now, n := s.table(t), ledgertest.Start(), 0
	other := open(t, s.client(), table)
	shared := &ledger.Effect{Key: "shared"}
	write := func() {
		if n++; n > 25 {
			return
		}
		a, err := other.Admit(t.Context(), now, []playbook.StoredSuspect{ledgertest.Lead(fmt.Sprint("e-", n), fmt.Sprint("i-", n))}, ledger.FirstClaim{})
		if err != nil {
			t.Fatal(err)
		}
		c, err := other.Load(t.Context(), a[0].Case)
		if err != nil {
			t.Fatal(err)
		}
		c.State, c.Due = ledger.Acting, now.Add(time.Minute)
		shared.Owners = append(shared.Owners, c.ID)
		w := ledger.Write{At: now, Effects: []*ledger.Effect{shared}, Requests: []string{fmt.Sprint("r-", n)}}
		if err := other.Commit(t.Context(), c, w); err != nil {
			t.Fatal(err)
		}
	}
	for range 5 {
		write()
	}
	l := open(t, &busy{s.client(), write}, table)
	if v, err := l.Verify(t.Context()); err != nil || len(v.Broken) > 0 {
		t.Errorf("%+v, %v", v.Broken, err)
	}
	made := item{"pk": str("request#" + ledger.Sum([]byte("zz"))), "sk": str("request"), "request": str("zz")}
	if _, err := s.client().PutItem(t.Context(), &client.PutItemInput{TableName: &table, Item: made}); err != nil {
		t.Fatal(err)
	}
	if v, err := l.Verify(t.Context()); err != nil || len(v.Broken) != 1 || !strings.Contains(v.Broken[0].Why, `request "zz"`) {
		t.Errorf("%+v, %v", v.Broken, err)
	}
	if n < 12 {
		t.Errorf("only %d cases were written meanwhile", n)
	}
}
