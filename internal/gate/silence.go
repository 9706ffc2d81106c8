package gate

import (
	"fmt"
	"time"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/internal/ledger"
)

// Answer is how long people have for an answer, and what none means.
type Answer struct {
	After   time.Duration
	Silence ledger.Silence
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
	switch t.Silence {
	case ledger.Expires:
		return Verdict{Do: Lapse, Rule: "silence", Text: text, Page: v.Page}
	case ledger.Acts:
		warned := !t.Reminded.IsZero() && !t.Reminded.After(t.Until.Add(-ledger.Notice))
		if !warned || p.Persons(Deed{f.Class, f.Target.Account}) > 1 {
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
// comes late moves the end. The last is false where they need not be told.
func (a Answer) Tell(now time.Time, question ledger.Ask, before *ledger.Told) (ledger.Told, bool) {
	if before == nil || before.Of != question.Digest() {
		if a.Silence == "" || a.Silence == ledger.Holds {
			return ledger.Told{}, false
		}
		t := ledger.Told{Of: question.Digest(), At: now, Until: now.Add(a.After), Silence: a.Silence}
		if t.Remind = t.Until; t.Silence != ledger.Reminds {
			t.Remind = t.Until.Add(-max(ledger.Notice, a.After/4))
		}
		return t, true
	}
	t := *before
	if t.Remind.IsZero() || now.Before(t.Remind) {
		return t, false
	}
	t.Remind, t.Reminded = time.Time{}, now
	switch t.Silence {
	case ledger.Reminds:
		t.Remind = now.Add(max(a.After, time.Minute))
	case ledger.Acts:
		if soonest := now.Add(ledger.Notice); t.Until.Before(soonest) {
			t.Until = soonest
		}
	}
	return t, true
}
