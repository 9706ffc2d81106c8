package securityhub

import (
	"slices"
	"strings"

	"github.com/ripostehq/riposte/internal/ledger"
)

// waits says what a case waits for, in the states in which that is a person; CASE stands for where to look.
var waits = map[ledger.State]string{
	ledger.Asked:      "Decide: `riposte case CASE` shows what would be done, and how to approve or dismiss it.",
	ledger.Held:       "Let go of it: `riposte dismiss CASE`.",
	ledger.Observed:   "See what would have been done: `riposte case CASE`.",
	ledger.Failed:     "See what is left to do: `riposte case CASE`.",
	ledger.Expired:    "See what is left to do: `riposte case CASE`.",
	ledger.Superseded: "Look there: `riposte case CASE`.",
}

// advice tells a person what to do now, how to take the answer back, and what would have prevented it all.
func (r *Reporter) advice(c *ledger.Case, steps []step) string {
	var out []string
	if next := waits[c.State]; r.catalogue[c.Playbook].Tells && c.State == ledger.Observed {
		out = append(out, "Ask the caller, who may have had a reason: `riposte case "+c.ID+"`.")
	} else if next != "" {
		id := c.ID
		if c.State == ledger.Superseded {
			id = c.SupersededBy
		}
		out = append(out, strings.Replace(next, "CASE", id, 1))
	}
	if way := back(c, steps); way != "" {
		out = append(out, way)
	}
	out = append(out, "`riposte explain "+c.Playbook+"` says how to prevent it.")
	if d := r.catalogue[c.Playbook]; len(d.Prevents) > 0 { // the first; explain lists them all
		out = append(out, string(d.Prevents[0].Kind)+": "+d.Prevents[0].How)
	}
	return strings.Join(out, " ")
}

// back returns the way back from what was done, and says what has none.
func back(c *ledger.Case, steps []step) string {
	stands := false
	var stays []string
	for _, s := range steps {
		if s.State != ledger.Done && s.State != ledger.StepReverting && s.State != ledger.Intent {
			continue // no change of the case is there, to be taken back one day
		}
		stands = true
		if kind := s.does.About().Kind; kind.Final != "" && !slices.Contains(stays, kind.Does) {
			stays = append(stays, kind.Does)
		}
	}
	switch {
	case c.Undo != nil || !stands:
		return ""
	case len(stays) > 0:
		return "Take back what was done: `riposte undo " + c.ID + "` (not taken back: " + strings.Join(stays, ", ") + ")."
	}
	return "Take back what was done: `riposte undo " + c.ID + "`."
}
