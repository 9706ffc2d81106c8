package dynamodb_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand"
	"sync/atomic"
	"testing"
	"time"

	client "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"

	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/ledger/ledgertest"
)

func about(n int) ledger.Line {
	return ledger.Line{LetterKey: ledger.LetterKey{To: "group:security", Channel: "slack", Matter: fmt.Sprint("case/c_", n)}, Case: fmt.Sprint("c_", n)}
}

// lostLetter: the answers to a take and to a save are lost. The worker has the letter, once, and it is saved.
func lostLetter(t *testing.T, s *service) {
	var losing atomic.Bool
	losers := wire(func(_ context.Context, operation string, send func() error) error {
		err := send()
		if operation == "TransactWriteItems" && err == nil && losing.CompareAndSwap(true, false) {
			return &smithy.GenericAPIError{Code: "InternalServerError", Message: "lost by the test"}
		}
		return err
	})
	now := ledgertest.Start()
	l := open(t, s.client(func(o *client.Options) { o.APIOptions = append(o.APIOptions, losers) }), s.table(t))
	if err := l.Post(t.Context(), now, about(1)); err != nil {
		t.Fatal(err)
	}
	losing.Store(true)
	one, err := l.TakeLetter(t.Context(), now, "a", time.Minute)
	if err != nil || one == nil || one.Attempts != 1 || losing.Load() {
		t.Fatalf("taken: %+v, %v", one, err)
	}
	if other, err := l.TakeLetter(t.Context(), now, "a", time.Minute); err != nil || other != nil {
		t.Errorf("taken again, of the same name: %+v, %v", other, err)
	}
	one.Sent = one.Wanted
	losing.Store(true)
	if err := l.SaveLetter(t.Context(), one); err != nil || losing.Load() {
		t.Errorf("saved: %v", err)
	}
	if saved, err := l.Letter(t.Context(), one.ID); err != nil || saved.Owed() || saved.Version != one.Version {
		t.Errorf("saved as %+v, %v", saved, err)
	}
}

// shakenLetters: a desk that tries again in the end has every letter sent, with all that was posted, whatever got in its way.
func shakenLetters(t *testing.T, s *service) {
	const letters, lines = 4, 3
	now := ledgertest.Start()
	f := &faults{Rand: rand.New(rand.NewSource(11)), met: map[string]int{}}
	table := s.table(t)
	calm := open(t, s.client(), table)
	shaken := open(t, s.client(func(o *client.Options) { o.APIOptions = append(o.APIOptions, wire(f.strike)) }), table)
	for range lines {
		for n := range letters {
			for shaken.Post(t.Context(), now, about(n)) != nil {
			}
		}
	}
	sent := map[string]int{}
	for range 40 { // minutes: the leases of what was broken off end
		for range 3 * letters {
			l, err := shaken.TakeLetter(t.Context(), now, "shaken", 30*time.Second)
			if err != nil {
				continue
			}
			if l == nil {
				break
			}
			l.Sent, l.SentAt = l.Wanted, now
			if err := shaken.SaveLetter(t.Context(), l); errors.Is(err, ledger.ErrStale) {
				t.Errorf("nobody else has %s: %v", l.Matter, err)
			} else if err == nil {
				sent[l.Matter]++
			}
		}
		now = now.Add(time.Minute)
	}
	all, err := calm.Letters(t.Context(), ledger.LetterFilter{})
	if err != nil || len(all) != letters {
		t.Fatalf("%d letters, %v", len(all), err)
	}
	for _, l := range all {
		if l.Owed() || l.Wanted < lines || len(l.Cases) != 1 || sent[l.Matter] == 0 {
			t.Errorf("%+v", l)
		}
	}
	if v, err := calm.Verify(t.Context()); err != nil || len(v.Broken) > 0 {
		t.Errorf("%+v, %v", v.Broken, err)
	}
	if f.met["refused"] == 0 || f.met["lost"] == 0 {
		t.Errorf("the faults were %v", f.met)
	}
}

// letterRows: nothing of a letter stays for ever, and what is owed has no end.
func letterRows(t *testing.T, s *service) {
	now, table := ledgertest.Start(), s.table(t)
	l := open(t, s.client(), table)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	ends := func() (all []string) {
		t.Helper()
		out, err := s.client().Scan(t.Context(), &client.ScanInput{TableName: &table})
		must(err)
		for _, i := range out.Items {
			if v, is := i["ends"].(*types.AttributeValueMemberN); is {
				all = append(all, v.Value)
			}
		}
		return all
	}
	must(l.Post(t.Context(), now, about(1)))
	if got := ends(); len(got) != 3 {
		t.Errorf("three rows of lists have an end, and a letter that is owed has none: %v", got)
	}
	one, err := l.TakeLetter(t.Context(), now, "a", time.Minute)
	must(err)
	one.Sent, one.SentAt = one.Wanted, now.Add(time.Hour)
	must(l.SaveLetter(t.Context(), one))
	soonest, want := "9", fmt.Sprint(now.Add(time.Hour+ledger.LetterKept).Unix())
	got := ends()
	for _, end := range got {
		soonest = min(soonest, end)
	}
	if len(got) != 4 || soonest != want {
		t.Errorf("ends %v, the letter's at %s", got, want)
	}
}

// letterAgain: a letter of a matter whose first one is gone by its time to live is another one, and listed once.
func letterAgain(t *testing.T, s *service) {
	now, table := ledgertest.Start(), s.table(t)
	l := open(t, s.client(), table)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(l.Post(t.Context(), now, about(1)))
	first, err := l.TakeLetter(t.Context(), now, "a", time.Minute)
	must(err)
	gone := item{"pk": str("letter#" + ledger.Sum([]byte(first.Name()))), "sk": str("letter")}
	_, err = s.client().DeleteItem(t.Context(), &client.DeleteItemInput{TableName: &table, Key: gone})
	must(err)
	if err := l.SaveLetter(t.Context(), first); !errors.Is(err, ledger.ErrNotFound) {
		t.Errorf("saved: %v", err)
	}
	must(l.Post(t.Context(), now.Add(time.Second), about(1)))
	for _, f := range []ledger.LetterFilter{{}, {Case: "c_1"}, {Matter: "case/c_1"}, {Owed: true}} {
		all, err := l.Letters(t.Context(), f)
		if err != nil || len(all) != 1 || all[0].ID == first.ID {
			t.Errorf("%+v: %+v, %v", f, all, err)
		}
	}
	if _, err := l.Letter(t.Context(), first.ID); !errors.Is(err, ledger.ErrNotFound) {
		t.Errorf("the first: %v", err)
	}
}
