package app

import (
	"context"
	"slices"
	"testing"

	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/playbook"
)

// hub keeps which playbooks' cases it was told of.
type hub struct{ told []string }

func (h *hub) Report(_ context.Context, c *ledger.Case) error {
	h.told = append(h.told, c.Playbook)
	return nil
}

// Of waste and of owners Security Hub hears nothing; what is unknown is told.
func TestSecurityHubHearsOfSecurityAlone(t *testing.T) {
	h := &hub{}
	s := securityOnly{h, []playbook.Definition{
		{ID: "a.leak", Concern: playbook.Security}, {ID: "a.waste", Concern: playbook.Cost}, {ID: "an.owner", Concern: playbook.Ownership},
	}}
	for _, id := range []string{"a.leak", "a.waste", "an.owner", "unknown"} {
		if err := s.Report(t.Context(), &ledger.Case{Playbook: id}); err != nil {
			t.Fatal(err)
		}
	}
	if !slices.Equal(h.told, []string{"a.leak", "unknown"}) {
		t.Errorf("it heard of %v", h.told)
	}
}
