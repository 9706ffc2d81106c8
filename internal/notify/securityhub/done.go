package securityhub

import (
	"cmp"
	"slices"
	"strings"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/notify"
)

const asksFor = "Waits for a yes"

// heading returns how a step stands. A change that may or may not have been made is under way, and no more than that.
func heading(c *ledger.Case, s step) string {
	switch {
	case s.State == ledger.Done && c.State == ledger.Verified:
		return "Done and verified"
	case s.Untold():
		return asksFor + ", and nobody could be told"
	case s.told != nil:
		return asksFor + ", and " + s.told.Means()
	case s.State == ledger.Pending:
		said := map[string]string{"ask": asksFor, "hold": "Held back", "observe": "Would be done", "except": "Left alone"}
		return cmp.Or(said[s.Verdict], "To be done")
	}
	return map[ledger.StepState]string{
		ledger.Done: "Done", ledger.Intent: "Under way", ledger.Already: "So already", ledger.Skipped: "Nothing left to change",
		ledger.StepFailed: "Could not be done", ledger.StepReverting: "Being taken back", ledger.StepUndone: "Taken back",
		ledger.Stays: "Stays", ledger.Dropped: "Never begun",
	}[s.State]
}

// done tells of every step under its heading, those of one kind together: "Done: terminate an instance (i-1, i-2)." What
// several suspects of a case want is one change, and told once, where it stands best.
func done(c *ledger.Case, steps []step) (out []string) {
	told := map[string]bool{}
	headings := []string{
		"Done and verified", "Done", "So already", "Under way", "To be done", asksFor, "Held back",
		"Would be done", "Left alone", "Could not be done", "Nothing left to change", "Never begun", "Being taken back",
		"Taken back", "Stays",
	}
	for _, s := range steps { // each promise is a heading of its own
		if h, at := heading(c, s), slices.Index(headings, asksFor); !slices.Contains(headings, h) {
			headings = slices.Insert(headings, at, h)
		}
	}
	for _, h := range headings {
		var under []action.Action
		for _, s := range steps {
			about := s.does.About()
			e := about.Kind.Name + " " + about.Target.String() + " " + about.Facet // changes are told apart as the record does it
			if heading(c, s) == h && !told[e] {
				told[e] = true
				under = append(under, s.does)
			}
		}
		if len(under) > 0 {
			out = append(out, h+": "+strings.Join(phrases(under), "; ")+".")
		}
	}
	return out
}

// phrases names actions, those of one kind together: "terminate an instance (i-1, i-2)".
func phrases(actions []action.Action) (out []string) {
	targets := map[string][]string{}
	var kinds []string
	for _, a := range actions {
		about := a.About()
		does, target := about.Kind.Does, notify.Plain(about.Target.ID)
		if !slices.Contains(kinds, does) {
			kinds = append(kinds, does)
		}
		if !slices.Contains(targets[does], target) {
			targets[does] = append(targets[does], target)
		}
	}
	for _, does := range kinds {
		out = append(out, does+" ("+strings.Join(targets[does], ", ")+")")
	}
	return out
}
