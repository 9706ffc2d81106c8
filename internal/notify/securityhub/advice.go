package securityhub

import (
	"slices"
	"strings"

	"github.com/ripostehq/riposte/internal/ledger"
)

// advice tells a person what to do now, how to take the answer back, and what would have prevented it all.
func (r *Reporter) advice(c *ledger.Case, steps []step) string {
	var out []string
	for _, s := range []string{next(c), back(c, steps), r.prevention(c.Playbook)} {
		if s != "" {
			out = append(out, s)
		}
	}
	return strings.Join(out, " ")
}

// next returns what the case waits for, if that is a person.
func next(c *ledger.Case) string {
	switch c.State {
	case ledger.Asked:
		return "Decide: `riposte case " + c.ID + "` shows what would be done, and how to approve or dismiss it."
	case ledger.Held:
		return "Let go of it: `riposte dismiss " + c.ID + "`."
	case ledger.Observed:
		return "See what would have been done: `riposte case " + c.ID + "`."
	case ledger.Failed, ledger.Expired:
		return "See what is left to do: `riposte case " + c.ID + "`."
	case ledger.Superseded:
		return "Look there: `riposte case " + c.SupersededBy + "`."
	}
	return ""
}

// back returns the way back from what was done, and says what has none.
func back(c *ledger.Case, steps []step) string {
	if c.Undo != nil || !slices.ContainsFunc(steps, step.standing) {
		return ""
	}
	text := "Take back what was done: `riposte undo " + c.ID + "`"
	var stays []string
	for _, s := range steps {
		kind := s.does().Kind()
		if s.standing() && kind.Final != "" && !slices.Contains(stays, kind.Does) {
			stays = append(stays, kind.Does)
		}
	}
	if len(stays) > 0 {
		text += " (not taken back: " + strings.Join(stays, ", ") + ")"
	}
	return text + "."
}

// prevention returns the first thing that would make such a finding impossible; explain lists them all.
func (r *Reporter) prevention(playbookID string) string {
	more := "`riposte explain " + playbookID + "` says how to prevent it."
	d, ok := r.catalogue[playbookID]
	if !ok || len(d.Prevents) == 0 {
		return more
	}
	p := d.Prevents[0]
	return more + " " + string(p.Kind) + ": " + p.How
}
