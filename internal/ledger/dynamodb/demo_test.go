package dynamodb_test

import (
	"io"
	"log/slog"
	"slices"
	"testing"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/internal/demo"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/playbooks"
)

// attacked plays an attack of the demo over a table: the engine knows no difference, and writes no more than it has to.
func attacked(t *testing.T, s *service) {
	l := open(t, s.client(), s.table(t))
	stage, err := demo.Open(demo.Options{Catalogue: playbooks.All(), Kinds: action.Kinds(), Store: l, Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	if err != nil {
		t.Fatal(err)
	}
	if err := stage.Play(t.Context(), demo.Attacks()[:1]); err != nil {
		t.Fatal(err)
	}
	found, err := l.Cases(t.Context(), ledger.Filter{State: ledger.Verified})
	if err != nil || len(found) == 0 {
		t.Fatalf("%d verified cases, %v", len(found), err)
	}
	for _, c := range found {
		chain, err := l.History(t.Context(), c.ID)
		if err != nil {
			t.Fatal(err)
		}
		n := 1 + slices.IndexFunc(chain, func(e ledger.Entry) bool { return e.State == ledger.Contained })
		if n == 0 || n > 4 { // each is one write, and the claim is the fifth
			t.Errorf("case %s of %s was contained by its entry %d", c.ID, c.Playbook, n)
		}
	}
	if v, err := l.Verify(t.Context()); err != nil || len(v.Broken) > 0 {
		t.Errorf("%+v, %v", v.Broken, err)
	}
}
