package dynamodb_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	client "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/ledger/dynamodb"
	"github.com/ripostehq/riposte/internal/ledger/ledgertest"
	"github.com/ripostehq/riposte/playbook"
)

func noLedger(t *testing.T, s *service) {
	raw := s.client()
	make := func(change func(*client.CreateTableInput)) string {
		name := fmt.Sprint("other-", s.tables.Add(1))
		d := dynamodb.Definition(name)
		change(d)
		if _, err := raw.CreateTable(t.Context(), d); err != nil {
			t.Fatal(err)
		}
		return name
	}
	newer := s.table(t)
	_, err := raw.PutItem(t.Context(), &client.PutItemInput{TableName: &newer, Item: item{"pk": str("ledger"), "sk": str("ledger"), "schema": num("99")}})
	if err != nil {
		t.Fatal(err)
	}
	older := s.table(t)
	_, err = raw.PutItem(t.Context(), &client.PutItemInput{TableName: &older, Item: item{"pk": str("ledger"), "sk": str("ledger"), "schema": num("1")}})
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct {
		name, table string
		is          error
		says        []string
	}{
		{"none", "nowhere", nil, []string{"there is no such table", "aws dynamodb create-table --table-name nowhere", "AttributeName=wake_at,AttributeType=N"}},
		{"a newer riposte's", newer, ledger.ErrNewer, []string{"its layout is 99"}},
		{"of before 0.1.0", older, ledger.ErrOlder, []string{"its layout is 1", "begin a new ledger"}},
		{"of other keys", make(func(d *client.CreateTableInput) {
			d.KeySchema[0].AttributeName, d.KeySchema[1].AttributeName = d.KeySchema[1].AttributeName, d.KeySchema[0].AttributeName
		}), nil, []string{"not made for a ledger", "its key is sk (HASH), pk (RANGE)"}},
		{"without an index", make(func(d *client.CreateTableInput) {
			d.GlobalSecondaryIndexes = d.GlobalSecondaryIndexes[1:]
			d.AttributeDefinitions = append(d.AttributeDefinitions[:2:2], d.AttributeDefinitions[4:]...)
		}), nil, []string{"it has no index wake"}},
		{"with an index of other keys", make(func(d *client.CreateTableInput) {
			d.GlobalSecondaryIndexes[1].KeySchema[1].AttributeName = aws.String("sk")
		}), nil, []string{"index cases"}},
		{"with a key of another type", make(func(d *client.CreateTableInput) {
			d.AttributeDefinitions[3].AttributeType = types.ScalarAttributeTypeS
		}), nil, []string{"wake_at has to be of type N"}},
	} {
		t.Run(x.name, func(t *testing.T) {
			_, err := dynamodb.Open(t.Context(), raw, x.table)
			if err == nil || x.is != nil && !errors.Is(err, x.is) {
				t.Fatalf("opened: %v", err)
			}
			for _, says := range append(x.says, "ledger "+x.table) {
				if !strings.Contains(err.Error(), says) {
					t.Errorf("%q does not say %q", err, says)
				}
			}
		})
	}
}

// throttled: the SDK tries again, and where that was in vain, the error says what to do.
func throttled(t *testing.T, s *service) {
	now := ledgertest.Start()
	left := 2
	throttle := wire(func(_ context.Context, operation string, send func() error) error {
		if operation == "TransactWriteItems" && left > 0 {
			left--
			return &types.ProvisionedThroughputExceededException{Message: aws.String("slow down")}
		}
		return send()
	})
	l := open(t, s.client(func(o *client.Options) {
		o.APIOptions, o.RetryMaxAttempts = append(o.APIOptions, throttle), 3
		o.Retryer = retry.NewStandard(func(o *retry.StandardOptions) { o.MaxBackoff = time.Millisecond })
	}), s.table(t))
	if _, err := l.Admit(t.Context(), now, []playbook.StoredSuspect{ledgertest.Lead("e-1", "i-1")}, ledger.FirstClaim{}); err != nil {
		t.Errorf("throttled twice: %v", err)
	}
	left = 1000
	_, err := l.Admit(t.Context(), now, []playbook.StoredSuspect{ledgertest.Lead("e-2", "i-2")}, ledger.FirstClaim{})
	if err == nil || !strings.Contains(err.Error(), "it is throttled") {
		t.Errorf("throttled for long: %v", err)
	}
	left = 0
	if a, err := l.Admit(t.Context(), now, []playbook.StoredSuspect{ledgertest.Lead("e-2", "i-2")}, ledger.FirstClaim{}); err != nil || a[0].How != "opened" {
		t.Errorf("afterwards: %+v, %v", a, err)
	}
}

func stopped(t *testing.T, s *service) {
	l := open(t, s.client(), s.table(t))
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if _, err := l.Admit(ctx, ledgertest.Start(), []playbook.StoredSuspect{ledgertest.Lead("e-1", "i-1")}, ledger.FirstClaim{}); !errors.Is(err, context.Canceled) {
		t.Errorf("admitted: %v", err)
	}
	if all, err := l.Cases(t.Context(), ledger.Filter{}); err != nil || len(all) != 0 {
		t.Errorf("%d cases, %v", len(all), err)
	}
}

// large grows over what an item holds, over what a transaction holds, and back.
func large(t *testing.T, s *service) {
	now := ledgertest.Start()
	l := open(t, s.client(), s.table(t))
	a, err := l.Admit(t.Context(), now, []playbook.StoredSuspect{ledgertest.Lead("e-1", "i-1")}, ledger.FirstClaim{})
	if err != nil {
		t.Fatal(err)
	}
	c, err := l.Load(t.Context(), a[0].Case)
	if err != nil {
		t.Fatal(err)
	}
	noise := func(n int) string { // of which a compressed byte is about a byte
		b := make([]byte, n)
		r := rand.New(rand.NewSource(1))
		for i := range b {
			b[i] = ' ' + 2 + byte(r.Intn(58))
		}
		return strings.ReplaceAll(string(b), `\`, "/")
	}
	for _, x := range []struct {
		title string
		fits  bool
	}{{noise(1_000_000), true}, {noise(6_000_000), false}, {strings.Repeat("the same ", 1_000_000), true}, {"small again", true}} {
		c.Title, c.State, c.Due = x.title, ledger.Acting, now
		err := l.Commit(t.Context(), c, ledger.Write{At: now})
		if fits := err == nil; fits != x.fits || !fits && !strings.Contains(err.Error(), "too large") {
			t.Fatalf("%d bytes: %v", len(x.title), err)
		}
		if !x.fits {
			continue
		}
		got, err := l.Load(t.Context(), c.ID)
		if err != nil || got.Title != x.title {
			t.Fatalf("%d bytes, read back as %d: %v", len(x.title), len(got.Title), err)
		}
		if v, err := l.Verify(t.Context()); err != nil || len(v.Broken) > 0 {
			t.Fatalf("%d bytes: %+v, %v", len(x.title), v.Broken, err)
		}
	}
	if got, err := l.Claim(t.Context(), now, "a", time.Minute); err != nil || got == nil || got.Case.Title != "small again" {
		t.Errorf("claimed %+v, %v", got, err)
	}
}

// storm: an attacker makes leads for one case faster than they are taken. Many join in one transaction,
// and people's orders come through.
func storm(t *testing.T, s *service) {
	now := ledgertest.Start()
	sent := &counting{}
	l := open(t, s.client(func(o *client.Options) { o.APIOptions = append(o.APIOptions, sent.count) }), s.table(t))
	var storm []playbook.StoredSuspect
	for n := range 61 {
		storm = append(storm, ledgertest.Lead(fmt.Sprint("e-", n), "i-1"))
	}
	before := sent.writes()
	a, err := l.Admit(t.Context(), now, storm, ledger.FirstClaim{})
	if err != nil || a[0].How != "opened" || a[60].How != "joined" || a[60].Case != a[0].Case {
		t.Fatalf("%+v, %v", a, err)
	}
	if n := sent.writes() - before; n > 5 {
		t.Errorf("%d leads took %d writes", len(storm), n)
	}
	order := ledger.Message{Key: "o-1", Order: &ledger.Order{Verb: ledger.Dismiss, By: "alice", At: now}}
	if fresh, err := l.Send(t.Context(), now, a[0].Case, order); err != nil || !fresh {
		t.Fatalf("%t, %v", fresh, err)
	}
	c, err := l.Claim(t.Context(), now, "a", time.Minute)
	if err != nil || len(c.Inbox) != 50 || !c.More || c.Inbox[0].Key != "o-1" || c.Inbox[1].Key != ledger.Key(storm[60]) {
		t.Fatalf("%d messages, %v", len(c.Inbox), err)
	}
	w := ledger.Write{At: now, EndsLease: true, Taken: []string{"o-1"}}
	for _, lead := range storm[1:] {
		w.Taken = append(w.Taken, ledger.Key(lead))
	}
	c.Case.State, c.Case.Due = ledger.Dismissed, time.Time{}
	if err := l.Commit(t.Context(), c.Case, w); err != nil {
		t.Fatal(err)
	}
	if v, err := l.Verify(t.Context()); err != nil || len(v.Broken) > 0 {
		t.Errorf("%+v, %v", v.Broken, err)
	}
}

// full: so many leads wait that no more are taken, and people's orders are.
func full(t *testing.T, s *service) {
	e, now := s.collect(t), ledgertest.Start()
	waiting := &types.AttributeValueMemberL{}
	for n := range 2000 {
		waiting.Value = append(waiting.Value, str(fmt.Sprintf("%032d%d", n, ledger.Suspects)))
	}
	e.set(e.one, "head", "waiting", waiting)
	if _, err := e.Admit(t.Context(), now, []playbook.StoredSuspect{ledgertest.Lead("e-9", "i-1")}, ledger.FirstClaim{}); !errors.Is(err, ledger.ErrFull) {
		t.Errorf("one lead more: %v", err)
	}
	if a, err := e.Admit(t.Context(), now, []playbook.StoredSuspect{ledgertest.Lead("e-1", "i-1"), ledgertest.Lead("e-9", "i-9")}, ledger.FirstClaim{}); err != nil || a[1].How != "opened" {
		t.Errorf("a copy, and another root's: %+v, %v", a, err)
	}
	order := ledger.Message{Key: "o-1", Order: &ledger.Order{Verb: ledger.Dismiss, By: "alice", At: now}}
	if fresh, err := e.Send(t.Context(), now, e.one, order); err != nil || !fresh {
		t.Errorf("an order: %t, %v", fresh, err)
	}
}
