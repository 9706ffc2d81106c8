package gate

import (
	"fmt"
	"time"

	"github.com/ripostehq/riposte/action"
)

// Freshest is how old the last complete listing of what a sweep found may be where something is changed by it.
const Freshest = 48 * time.Hour

// ahead is how far another replica's clock may be before this one's: a listing of a later time is none that this riposte can know.
const ahead = 5 * time.Minute

// coverage holds what mends and destroys by a sweep where riposte has not seen lately what is there: what was not listed to its end may be
// used by now. No person's yes makes up for that.
func coverage(_ Policy, f Facts) (Verdict, bool) {
	if !f.tidies() {
		return pass()
	}
	switch {
	case f.Listed.IsZero():
		return object(Hold, "coverage", "no complete listing shows it")
	case f.Listed.Sub(f.Now) > ahead:
		return object(Hold, "coverage", fmt.Sprintf("the last complete listing is of %s, which is yet to come: a clock is wrong", f.Listed.UTC().Format(time.RFC3339)))
	case f.Now.Sub(f.Listed) > Freshest:
		return object(Hold, "coverage", fmt.Sprintf("not listed completely since %s", f.Listed.UTC().Format(time.RFC3339)))
	}
	return pass()
}

// tidies reports whether a step mends or destroys what a sweep found.
func (f Facts) tidies() bool {
	return f.Sweep != "" && (f.Class == action.Mend || f.Class == action.Destroy)
}

// surge holds what mends and destroys of a playbook of whose sweeps people have not said yet why they suddenly find more, and of any while that
// can't be known: a rule that has gone wrong finds its thousandth resource in the same sweep as its first.
func surge(_ Policy, f Facts) (Verdict, bool) {
	if !f.tidies() {
		return pass()
	}
	for _, b := range f.Brakes {
		if b.Scope == SurgeOf(f.Playbook) {
			return object(Hold, "surge", fmt.Sprintf("%s: riposte release %s, once it is known why", b.Reason, b.Scope))
		}
	}
	if !f.Judged {
		return object(Hold, "surge", "whether the sweep "+f.Sweep+" found more than usual is known once it has ended")
	}
	return pass()
}

// ofSurge begins the scope of a surge's brake.
const ofSurge = "surge"

// SurgeOf is the scope of the brake that holds a playbook whose sweeps surge.
func SurgeOf(playbook string) string { return ofSurge + ":" + playbook }
