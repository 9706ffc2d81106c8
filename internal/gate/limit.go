package gate

import (
	"fmt"

	"github.com/ripostehq/riposte/action"
)

// limit is the circuit breaker: it holds what mends and what destroys; containment goes on and people are told, or an attacker
// could switch the defence off by being loud. What a sweep found is in no hurry, whatever is done about it: it is held, and waits for
// tomorrow. A person's approval counts for more than a number.
func limit(_ Policy, f Facts) (Verdict, bool) {
	if f.Approved {
		return pass()
	}
	for _, c := range f.Limits {
		if c.Max == 0 || c.Incidents < c.Max {
			continue
		}
		text := fmt.Sprintf("%s has had %d incidents within the hour, %d are allowed", c.Bucket, c.Incidents, c.Max)
		if c.Within != "" {
			text = fmt.Sprintf("%s has had %d changes within %s, %d are allowed", c.Bucket, c.Incidents, c.Within, c.Max)
		}
		if f.Sweep != "" {
			return Verdict{Do: Hold, Rule: "limit", Text: text, Page: c.Page}, true
		}
		if f.Class == action.Contain {
			return Verdict{Page: text}, false
		}
		return Verdict{Do: Hold, Rule: "limit", Text: text, Page: text}, true
	}
	return pass()
}
