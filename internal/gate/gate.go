// Package gate decides: one step of a plan and the facts about it become a verdict with a named reason. It is pure, so
// that a step can be judged when it is planned and again right before it acts.
package gate

import (
	"time"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/code"
	"github.com/ripostehq/riposte/internal/ledger"
)

// Decision is what may happen to a step.
type Decision string

const (
	Act     Decision = "act"
	Ask     Decision = "ask"     // a person must say yes
	Observe Decision = "observe" // only watched: final
	Hold    Decision = "hold"    // not now: judged again later
	Except  Decision = "except"  // this actor may do this: final
	Lapse   Decision = "lapse"   // nobody has answered, and it is let be: final
)

// Verdict is a decision and the rule that made it.
type Verdict struct {
	Do   Decision
	Rule string // brake, protect, loop, exception, code, answer, region, coverage, surge, mode, age, limit, approval, silence
	Text string
	Page string // why people must be told at once, "" where they need not
	Said string // where the configuration says so, as trusted[0]; "" where it is nothing that the configuration says
}

// Reason returns the verdict's reason in one line.
func (v Verdict) Reason() string { return v.Rule + ": " + v.Text }

// Facts are what the engine knows about one step at this moment. A fact that can't be had never comes here: the engine
// returns the error instead, and nothing is changed.
type Facts struct {
	Now      time.Time
	Playbook string
	Class    action.Class
	Target   event.Resource
	Region   string       // where the step answers; "" for what is in none
	Actor    event.Actor  // of the event behind the step
	Ask      string       // the rung's own wish for a person
	Approved bool         // a person approved what the step asks at this rung
	Mine     string       // who was asked whether it was they, and says so; "" nobody
	Asking   ledger.Ask   // the step as its question names it, but for why
	Told     *ledger.Told // what people know of a question of the step; nil: of none
	Silent   bool         // they know of the one that it asks now, and time is up: what only waits for a yes goes
	Occurred time.Time    // when the call behind the step was made; zero where its record does not say
	Received time.Time    // when its record came
	Noticed  bool         // a service's notice is all there is yet: the actor is not known
	Listed   time.Time    // of a sweep: when the last complete listing ended that showed it; zero: none
	Sweep    string       // the sweep behind the step, "" of an event: then there is no call, nor an actor
	Judged   bool         // of a sweep: it has ended, and what it found was held against the days before

	Code   code.Answer // which code makes the target
	Undone bool        // the step was done before, and was taken back since

	About      Standing // what the case says about who may let it be
	Found      []string // what the finding behind the step is of
	Brakes     []ledger.Brake
	Namesake   bool               // the actor's role has the name of one of riposte's, and is surely another
	OwnRequest bool               // the event's request id stands in the ledger: riposte did that itself
	Exceptions []ledger.Exception // of this playbook and root, not yet ended
	Limits     []Count            // buckets, with the incidents that they hold besides this one
}

// Count is how full a limit is.
type Count struct {
	Bucket    string
	Incidents int
	Max       int
	Within    string // of what counts changes: "a day", "30 days"; "": incidents within the hour
	Page      string // of a sweep: why people are told where it is full
}

// rule objects or lets pass; it may also ask for people to be told.
type rule func(Policy, Facts) (Verdict, bool)

// rules stand in the order of their weight: the first that objects names the reason. Maintenance windows come between limit and
// approval, from the day they exist.
func rules() []rule {
	return []rule{brake, protect, loop, exception, byCode, answer, region, coverage, surge, mode, age, limit, approval}
}

// Judge says what may happen to one step.
func Judge(p Policy, f Facts) Verdict {
	v := judge(p, f)
	if v.Do == Ask {
		return silence(p, f, v)
	}
	return v
}

// judge asks the rules.
func judge(p Policy, f Facts) Verdict {
	var page string
	for _, r := range rules() {
		v, objects := r(p, f)
		if v.Page != "" {
			page = v.Page
		}
		if objects {
			v.Page = page
			return v
		}
	}
	_, why := p.Mode(f.Playbook, f.Target.Account, f.Class)
	return Verdict{Do: Act, Rule: "mode", Text: why, Page: page}
}

func pass() (Verdict, bool) { return Verdict{}, false }

func object(d Decision, rule, text string) (Verdict, bool) {
	return Verdict{Do: d, Rule: rule, Text: text}, true
}
