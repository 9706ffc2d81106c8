// Package use answers what a principal did and did not do: each action is used, unused or unknown, with source and time. Unknown is not
// unused: what no source can tell is kept.
package use

import (
	"fmt"
	"strings"
	"time"

	"github.com/ripostehq/riposte/iam/rewrite"
)

// Source is where a verdict comes from.
type Source string

const (
	ByAccessed   Source = "last accessed" // IAM's report
	ByTrail      Source = "CloudTrail"
	ByParameters Source = "parameters in CloudTrail" // a role that a call handed on
)

// Verdict is what is known of one action of one principal.
type Verdict struct {
	Use    rewrite.Use
	At     time.Time // Used: when last; Unused: since when it was watched
	Source Source    // "" of what is unknown
	Why    string    // of what is unknown
}

func (v Verdict) String() string {
	switch v.Use {
	case rewrite.Used:
		return fmt.Sprintf("used, last on %s (%s)", v.At.UTC().Format(time.DateOnly), v.Source)
	case rewrite.Unused:
		return fmt.Sprintf("unused since %s (%s)", v.At.UTC().Format(time.DateOnly), v.Source)
	}
	return "unknown: " + v.Why
}

// Window is how long an action must not have been used to be unused: batch jobs run by the quarter, and by the year.
const Window = 365 * 24 * time.Hour

// Evidence is all that is known of one principal.
type Evidence struct {
	Principal string    // its unique id: AROA..., AIDA...; one that was made anew under a name is another
	Account   string    // whose
	Made      time.Time // when it was made; zero: not known
	Now       time.Time
	Accessed  *Accessed                // IAM's report; nil: not asked
	Trail     *Trail                   // what was recorded; nil: nothing was read
	Has       func(action string) bool // whether its policies allow an action anywhere; nil: they may allow all
}

// Of is what is known of an action. A use counts, whichever source tells it; that there was none has to be told by one that watched a whole
// window, and no other may be in doubt of what it saw.
func (e Evidence) Of(action string) Verdict {
	if used, ok := e.used(action); ok {
		return used
	}
	switch {
	case e.Made.IsZero():
		return unknown("it is not known when the principal was made")
	case e.Now.Sub(e.Made) < Window:
		return unknown("the principal is younger than a year")
	case strings.EqualFold(action, passRole):
		return e.passed()
	}
	if d := e.deeds(); d != nil {
		if why := d.doubt(action); why != "" {
			return unknown(why)
		}
	}
	v := e.unused(action)
	if service := serviceOf(action); v.Use == rewrite.Unused && beside(action) && !e.Accessed.untouched(service, e.Now) {
		return unknown("other calls may need it beside their own action, and no record shows that")
	}
	return v
}

// used is the latest use that any source has. IAM's report counts attempts that were denied; where whole records have nothing but such
// attempts, that was no use.
func (e Evidence) used(action string) (best Verdict, found bool) {
	tried := e.deeds().tried(action) && e.Trail.unused(e.Account, action, e.Now).Use == rewrite.Unused
	if at, ok := e.Accessed.last(action); ok && !tried {
		best, found = Verdict{Use: rewrite.Used, At: at, Source: ByAccessed}, true
	}
	if d, ok := e.deeds().last(action); ok && !d.Last.Before(best.At) {
		best, found = Verdict{Use: rewrite.Used, At: d.Last, Source: ByTrail}, true
		if d.Inferred {
			best.Source = ByParameters
		}
	}
	return best, found
}

// unused asks the sources that may know that there was no use.
func (e Evidence) unused(action string) Verdict {
	v := e.Accessed.unused(action, e.Now)
	if v.Use == rewrite.Unused {
		return v
	}
	if w := e.Trail.unused(e.Account, action, e.Now); w.Use == rewrite.Unused {
		return w
	}
	return v
}

func (e Evidence) deeds() *Deeds {
	if e.Trail == nil {
		return nil
	}
	return e.Trail.Principals[e.Principal]
}

func unknown(why string) Verdict { return Verdict{Why: why} }

func serviceOf(action string) string {
	s, _, _ := strings.Cut(strings.ToLower(action), ":")
	return s
}
