package securityhub

import (
	"cmp"
	"fmt"
	"strings"

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
	call := plain(c.Origin.Name) // which brought it, by which principal, and from where
	for _, part := range []struct{ word, text string }{{" by ", cmp.Or(c.Origin.Actor.ARN, c.Origin.Actor.InvokedBy)}, {" from ", c.Origin.SourceIP}} {
		if text := plain(part.text); text != "" && call != "" {
			call += part.word + text
		}
	}
	parts := []string{sentence(cut(title(c), maxSeen)), sentence(cut(call, maxCall))}
	if n := resources - maxResources; n > 0 {
		parts = append(parts, fmt.Sprintf("%d more resources are concerned.", n))
	}
	parts = append(parts, sentence(cut(decided(c), maxDecided)))
	parts = append(parts, done(c, steps)...)
	if c.Incident != "" && c.Incident != c.ID { // the first to be cut off: it is among the fields, too
		parts = append(parts, fmt.Sprintf("Of one incident with case %s.", c.Incident))
	}
	return strings.Join(parts, " ")
}

func sentence(s string) string {
	if s == "" || strings.HasSuffix(s, ".") || strings.HasSuffix(s, "…") {
		return s
	}
	return s + "."
}

// decided says where the case stands and, where a rule of the gate decides that, which one.
func decided(c *ledger.Case) string {
	stands := cmp.Or(map[ledger.State]string{
		ledger.Suspected:  "Not decided yet",
		ledger.Observed:   "riposte only watches",
		ledger.Asked:      "riposte waits for a person",
		ledger.Held:       "riposte is held back",
		ledger.Excepted:   "An exception allows it: riposte leaves it alone",
		ledger.Acting:     "riposte is acting",
		ledger.Contained:  "Contained; it is being verified that this lasts",
		ledger.Verified:   "Contained, and verified that this lasted",
		ledger.Undoing:    "The answer is being taken back",
		ledger.Undone:     "The answer was taken back",
		ledger.Dismissed:  "Dismissed",
		ledger.Superseded: "It goes on in case " + c.SupersededBy,
		ledger.Expired:    "No answer came in time",
	}[c.State], "riposte could not finish: a person must look")
	switch c.State {
	case ledger.Asked, ledger.Held, ledger.Excepted, ledger.Observed, ledger.Acting:
		if why := plain(c.Reason); why != "" {
			return stands + " (" + why + ")"
		}
	}
	return stands
}
