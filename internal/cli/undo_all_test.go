package cli

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/ledger/sqlite"
	"github.com/ripostehq/riposte/internal/show"
	"github.com/ripostehq/riposte/playbooks"
)

// All is taken back by a yes alone, once what stays was read.
func TestLeavingAsks(t *testing.T) {
	file := filepath.Join(t.TempDir(), "a.db")
	if err := fill(t.Context(), file); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		typed, says string
		code        int
		ordered     bool
	}{
		{"", "nothing was taken back", 1, false},
		{"y\n", "nothing was taken back", 1, false},
		{"yes\n", "ordered for 1 case", 0, true},
	} {
		var out bytes.Buffer
		sh := &shell{in: strings.NewReader(c.typed), out: &out, err: &out, asks: true, user: "ann", now: time.Now}
		code := run(t.Context(), []string{"undo", "--ledger", file, "--all"}, sh, playbooks.All(), action.Kinds())
		if code != c.code || !strings.Contains(out.String(), c.says) || !strings.Contains(out.String(), "a terminated instance is gone for good") ||
			!strings.Contains(out.String(), "each of them gets an exception: the same finding is let be for ") {
			t.Errorf("typed %q: exit code %d\n%s", c.typed, code, out.String())
		}
		if got := orders(t, file); (got > 0) != c.ordered {
			t.Errorf("typed %q: %d orders in the ledger", c.typed, got)
		}
	}
}

// One case that can't be ordered keeps no other: the rest goes on, and what failed is said. What is being taken back already is no failure.
func TestLeavingGoesOnPastAFailure(t *testing.T) {
	file := filepath.Join(t.TempDir(), "a.db")
	if err := fill(t.Context(), file); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	sh := &shell{in: strings.NewReader(""), out: &out, err: &out, user: "ann", now: halfPastTwelve, catalogue: playbooks.All(), kinds: action.Kinds()}
	var v undoVerb
	v.Ledger = file
	r, err := v.serve(t.Context(), sh)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	l, err := v.leaving(t.Context(), sh, r)
	if err != nil || len(l.Back) != 1 {
		t.Fatal(l.Back, err)
	}
	one := l.Back[0]
	gone := one
	gone.Case = "c_gone"
	l.Back, l.orders["c_gone"] = []show.Case{gone, one}, l.orders[one.Case]
	l.orders[one.Case].Suspects = nil // the case has found more since it was listed
	l.orders[one.Case].Revisions[0].Found = []string{"image ami-listed"}
	err = v.takeBack(t.Context(), sh, r, l)
	if err == nil || err.Error() != "1 of 2 cases not ordered to be taken back" || !strings.Contains(out.String(), "c_gone was not ordered to be taken back: ") {
		t.Errorf("%v\n%s", err, out.String())
	}
	claim, err := r.Claim(t.Context(), halfPastTwelve().Add(time.Hour), "test", time.Minute)
	if err != nil || claim == nil || len(claim.Inbox) != 1 {
		t.Fatalf("claim: %v, %v", claim, err)
	}
	if found := claim.Inbox[0].Order.Found; len(found) != 1 || found[0] != "image ami-listed" {
		t.Errorf("the order is of %q, not of what was listed", found)
	}
	claim.Case.Undo = claim.Inbox[0].Order
	if err := r.Commit(t.Context(), claim.Case, ledger.Write{At: halfPastTwelve(), Taken: []string{claim.Inbox[0].Key}, EndsLease: true}); err != nil {
		t.Fatal(err)
	}
	l.Back = []show.Case{one}
	if err := v.orderAll(t.Context(), sh, r, &l); err != nil || len(l.Back) != 1 {
		t.Errorf("one that is being taken back already: %v", err)
	}
}

// orders are those that wait in the case that a worker would take first, which is one with an order where there is any.
func orders(t *testing.T, file string) (n int) {
	t.Helper()
	s, err := sqlite.Open(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	claim, err := s.Claim(t.Context(), time.Now().Add(time.Hour), "test", time.Minute)
	if err != nil || claim == nil {
		t.Fatalf("claim: %v, %v", claim, err)
	}
	for _, m := range claim.Inbox {
		if m.Order != nil && m.Order.Verb == ledger.Undo {
			n++
		}
	}
	if err := s.Yield(t.Context(), claim.Case); err != nil {
		t.Fatal(err)
	}
	return n
}
