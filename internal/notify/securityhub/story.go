package securityhub

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/notify"
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
	call := notify.Plain(c.Origin.Name) // which brought it, by which principal, and from where
	for _, part := range []struct{ word, text string }{{" by ", cmp.Or(c.Origin.Actor.ARN, c.Origin.Actor.InvokedBy)}, {" from ", c.Origin.SourceIP}} {
		if text := notify.Plain(part.text); text != "" && call != "" {
			call += part.word + text
		}
	}
	parts := append(promises(steps), sentence(notify.Cut(title(c), maxSeen)), sentence(notify.Cut(call, maxCall)))
	if n := resources - maxResources; n > 0 {
		parts = append(parts, fmt.Sprintf("%d more resources are concerned.", n))
	}
	parts = append(parts, sentence(notify.Cut(decided(c), maxDecided)))
	parts = append(parts, letBe(c)...)
	parts = append(parts, done(c, steps)...)
	if c.Incident != "" && c.Incident != c.ID { // the first to be cut off: it is among the fields, too
		parts = append(parts, fmt.Sprintf("Of one incident with case %s.", c.Incident))
	}
	return strings.Join(parts, " ")
}

// promises say of how many steps it means a yes that nobody answers, and when. They come first: what is done by silence was told, however long the
// names are that an attacker brings into the rest.
func promises(steps []step) (out []string) {
	var means []string
	of := map[string]int{}
	for _, s := range steps {
		if s.told == nil || s.told.Silence != ledger.Acts {
			continue
		}
		if m := s.told.Means(); of[m] == 0 {
			means = append(means, m)
		}
		of[s.told.Means()]++
	}
	for _, m := range means {
		if n := of[m]; n > 1 {
			out = append(out, fmt.Sprintf("%d steps wait for a yes: of each, %s.", n, m))
		} else {
			out = append(out, fmt.Sprintf("A step waits for a yes: %s.", m))
		}
	}
	return out
}

// letBe says until when people have let be what was found: also that it ends, to who reads it again shortly before.
func letBe(c *ledger.Case) (out []string) {
	if c.Reminded.IsZero() {
		return nil
	}
	for _, x := range c.Excepts(c.Reminded) {
		out = append(out, fmt.Sprintf("Let be until %s.", x.Until.UTC().Format(time.RFC3339)))
	}
	return out
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
		if why := notify.Plain(c.Reason); why != "" {
			return stands + " (" + why + ")"
		}
	}
	return stands
}
