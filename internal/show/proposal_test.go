package show_test

import (
	"testing"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/show"
)

// A case says what was proposed to the code that makes the thing, or why nothing was.
func TestAProposalIsShown(t *testing.T) {
	for want, p := range map[string]*ledger.Proposal{
		"":                                    nil,
		"open, https://forge.example/1":       {Repository: "acme/dns", URL: "https://forge.example/1", State: ledger.ProposalOpen},
		"none: main.tf:2: it is in\ufffd two": {Why: "main.tf:2: it is in\x1b two"},
	} {
		c, err := show.Of(&ledger.Case{ID: "c_1", State: ledger.Held, Proposed: p}, action.NewCodec(), event.People{})
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for _, f := range c.Facts() {
			if f.Name == "proposal" {
				got = f.Value
			}
		}
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
