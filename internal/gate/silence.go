package gate

import (
	"fmt"
	"time"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/internal/ledger"
)

// Answer is how long people have for an answer, and what none means.
type Answer struct {
	After    time.Duration
	Silence  ledger.Silence
	Calendar Calendar // in which it is counted
	Doubt    *Answer  // in its place where it is not the mode alone that asks; nil: it counts there as well
}

// silence is what becomes of a question that nobody has answered: of the very question that people were told, and as they were told.
// What was never told is no silence, whatever time has passed. It counts for less than a person's yes: limits hold all the same, an old call
// stays with people, and what contains, which nobody's patience may switch off, and what takes several persons wait for them.
func silence(p Policy, f Facts, v Verdict) Verdict {
	f.Asking.Why = v.Reason()
	t := f.Told
	if t == nil || t.Of != f.Asking.Digest() || f.Now.Before(t.Until) || f.Class == action.Contain {
		return v
	}
	text := fmt.Sprintf("nobody answered from %s until %s", t.At.UTC().Format(time.RFC3339), t.Until.UTC().Format(time.RFC3339))
	warned := !t.Reminded.IsZero() && !t.Reminded.After(t.Until.Add(-ledger.Notice))
	switch t.Silence {
	case ledger.Expires:
		if warned {
			return Verdict{Do: Lapse, Rule: "silence", Text: text, Page: v.Page}
		}
	case ledger.Acts:
		if !warned || p.Persons(Deed{f.Class, f.Target.Account}) > 1 || p.Approval.Calendar.Quiet(f.Now) {
			return v
		}
		f.Silent = true
		if goes := judge(p, f); goes.Do != Ask {
			if goes.Do == Act {
				goes.Rule, goes.Text = "silence", text
			}
			return goes
		}
	}
	return v
}

// Tell is what people are told of a question, now: at first, or again. What they were told before stands, but that a reminder which
// comes late moves the end. The last is false where they need not be told, or where no time comes at which they are not at rest.
func (a Answer) Tell(now time.Time, question ledger.Ask, before *ledger.Told) (ledger.Told, bool) {
	if before == nil || before.Of != question.Digest() {
		return a.first(now, question.Digest())
	}
	return a.again(now, *before)
}

func (a Answer) first(now time.Time, of string) (ledger.Told, bool) {
	if a.Silence == "" || a.Silence == ledger.Holds {
		return ledger.Told{}, false
	}
	until, comes := a.Calendar.Next(now.Add(a.After))
	t := ledger.Told{Of: of, At: now, Until: until, Remind: until, Silence: a.Silence}
	if !comes || t.Silence == ledger.Reminds {
		return t, comes
	}
	if t.Remind, comes = a.Calendar.Next(until.Add(-max(ledger.Notice, a.After/4))); !comes {
		return t, false
	}
	return a.noticed(t, t.Remind)
}

func (a Answer) again(now time.Time, t ledger.Told) (ledger.Told, bool) {
	if t.Remind.IsZero() || now.Before(t.Remind) || a.Calendar.Quiet(now) {
		return t, false
	}
	t.Remind, t.Reminded = time.Time{}, now
	switch t.Silence {
	case ledger.Reminds:
		next, comes := a.Calendar.Next(now.Add(max(a.After, time.Minute)))
		t.Remind = next
		return t, comes
	case ledger.Acts, ledger.Expires:
		return a.noticed(t, now)
	}
	return t, true
}

// noticed moves the end to where people have had time since a reminder, of which they were at work.
func (a Answer) noticed(t ledger.Told, reminded time.Time) (ledger.Told, bool) {
	soonest, comes := a.Calendar.Working(reminded, ledger.Notice)
	if t.Until.Before(soonest) {
		t.Until = soonest
	}
	return t, comes
}

// Accepts is what people know of a question once a channel has accepted one more letter about it, and of what it was to tell. What they
// were told first stands: a reminder moves the next one on, and the end later, never sooner. No letter is older than what it was to tell:
// one that says so was dated by a clock that is wrong. The last is false where it changes nothing.
func (a Answer) Accepts(before *ledger.Told, told ledger.Told, posted ledger.Posting) (ledger.Told, bool) {
	if before == nil || before.Of != told.Of {
		if late := posted.At.Sub(told.At); late > 0 {
			told.At, told.Until = posted.At, told.Until.Add(late)
			if !told.Remind.IsZero() {
				told.Remind = told.Remind.Add(late)
			}
		}
		return told, told.Silence != "" && told.Silence != ledger.Holds && told.Until.After(told.At)
	}
	t, owed := *before, posted.Owes(before)
	if told.Reminded.IsZero() || t.Remind.IsZero() || told.Reminded.Before(t.Remind) && !owed {
		return t, false
	}
	t.Reminded, t.Remind = told.Reminded, told.Remind
	if owed && t.Reminded.Before(posted.At) {
		t.Reminded = posted.At
	}
	if told.Until.After(t.Until) {
		t.Until = told.Until
	}
	if t.Silence == ledger.Reminds {
		return t, true
	}
	return a.noticed(t, t.Reminded)
}
