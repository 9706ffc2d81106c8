package securityhub

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/ledger"
)

// What was seen and why it was decided so may be as long as an attacker's names: each has its share of the description,
// so that what was done is always told.
const (
	maxSeen    = 320
	maxCall    = 240
	maxDecided = 200
)

// story says what was seen, what was decided and what was done, each in the tense that is true.
func story(c *ledger.Case, steps []step, resources int) string {
	parts := []string{sentence(cut(title(c), maxSeen)), sentence(cut(call(c.Origin.Name, c.Origin.Actor, c.Origin.SourceIP), maxCall))}
	if n := resources - maxResources; n > 0 {
		parts = append(parts, fmt.Sprintf("%d more resources are concerned.", n))
	}
	parts = append(parts, sentence(cut(decided(c), maxDecided)))
	return strings.Join(append(parts, done(c, steps)...), " ")
}

func sentence(s string) string {
	if s == "" || strings.HasSuffix(s, ".") || strings.HasSuffix(s, "…") {
		return s
	}
	return s + "."
}

// call says which call brought it, whose, and from where.
func call(name string, who event.Actor, from string) string {
	out := plain(name)
	if out == "" {
		return ""
	}
	for _, part := range []struct{ word, text string }{{" by ", cmp.Or(who.ARN, who.InvokedBy)}, {" from ", from}} {
		if text := plain(part.text); text != "" {
			out += part.word + text
		}
	}
	return out
}

// decided says where the case stands and, where a rule of the gate decides that, which one.
func decided(c *ledger.Case) string {
	where := whereabouts(c)
	switch c.State {
	case ledger.Asked, ledger.Held, ledger.Excepted, ledger.Observed, ledger.Acting:
		if why := plain(c.Reason); why != "" {
			return where + " (" + why + ")"
		}
	}
	return where
}

func whereabouts(c *ledger.Case) string {
	switch c.State {
	case ledger.Suspected:
		return "Not decided yet"
	case ledger.Observed:
		return "riposte only watches"
	case ledger.Asked:
		return "riposte waits for a person"
	case ledger.Held:
		return "riposte is held back"
	case ledger.Excepted:
		return "An exception allows it: riposte leaves it alone"
	case ledger.Acting:
		return "riposte is acting"
	case ledger.Contained:
		return "Contained; it is being verified that this lasts"
	case ledger.Verified:
		return "Contained, and verified that this lasted"
	case ledger.Undoing:
		return "The answer is being taken back"
	case ledger.Undone:
		return "The answer was taken back"
	case ledger.Dismissed:
		return "Dismissed"
	case ledger.Superseded:
		return "It goes on in case " + c.Moved
	case ledger.Expired:
		return "Nobody answered in time"
	}
	return "riposte could not finish: a person must look"
}

// headings in the order in which they are told.
func headings() []string {
	return []string{
		"Done and verified", "Done", "So already", "Under way", "To be done", "Waits for a yes", "Held back",
		"Would be done", "Left alone", "Could not be done", "Nothing left to change", "Never begun", "Being taken back",
		"Taken back", "Stays",
	}
}

// heading is how a step stands. A change that may or may not have been made is under way, and no more than that.
func heading(c *ledger.Case, s step) string {
	switch s.State {
	case ledger.Done:
		if c.State == ledger.Verified {
			return "Done and verified"
		}
		return "Done"
	case ledger.Pending:
		return waiting(s.Verdict)
	}
	return map[ledger.StepState]string{
		ledger.Intent: "Under way", ledger.Already: "So already", ledger.Skipped: "Nothing left to change",
		ledger.Broken: "Could not be done", ledger.Turning: "Being taken back", ledger.Back: "Taken back",
		ledger.Stays: "Stays", ledger.Dropped: "Never begun",
	}[s.State]
}

func waiting(verdict string) string {
	said := map[string]string{"ask": "Waits for a yes", "hold": "Held back", "observe": "Would be done", "except": "Left alone"}
	if h, ok := said[verdict]; ok {
		return h
	}
	return "To be done"
}

// done tells of every step under its heading, those of one kind together: "Done: terminate an instance (i-1, i-2)."
func done(c *ledger.Case, steps []step) (out []string) {
	under := map[string][]action.Action{}
	for _, s := range steps {
		h := heading(c, s)
		under[h] = append(under[h], s.does())
	}
	for _, h := range headings() {
		if len(under[h]) > 0 {
			out = append(out, h+": "+strings.Join(phrases(under[h]), "; ")+".")
		}
	}
	return out
}

func phrases(actions []action.Action) (out []string) {
	targets := map[string][]string{}
	var kinds []string
	for _, a := range actions {
		does, target := a.Kind().Does, plain(a.Target().ID)
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
