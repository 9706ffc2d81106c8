package config

import (
	"time"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/internal/ledger"
)

// AnswerTo is how long people have for an answer about actions of a class in an account, and what none means.
func (c *Config) AnswerTo(class action.Class, account string) Answer {
	return c.answerTo(class, account).Answer
}

// SilenceSaid reports whether the file itself says what no answer means where a playbook asks: else silence counts for what the mode asks, and for
// nothing that a plan is in doubt about.
func (c *Config) SilenceSaid(playbookID string, class action.Class, account string) bool {
	own := c.treatments[playbookID].Approval.Silence != "" && class != action.Contain && !c.InProduction(account)
	return own || !c.answerTo(class, account).unsaid
}

func (c *Config) answerTo(class action.Class, account string) keyedAnswer {
	if class == action.Mark {
		class = action.Mend
	}
	for _, x := range c.answersTo() {
		if x.class == class && x.production == c.InProduction(account) {
			return x
		}
	}
	return keyedAnswer{}
}

// answersTo are what silence means, by the key that says so. Where people are written to by name, what the file leaves open means what it does by
// default; in production, where it leaves it open, silence does nothing, and people are asked again.
func (c *Config) answersTo() []keyedAnswer {
	a, p := c.Approval, c.Approval.Production
	all := []keyedAnswer{
		{key: "approval.contain", class: action.Contain, Answer: Answer{a.Contain.After, a.Contain.Silence}},
		{key: "approval.mend", class: action.Mend, Answer: a.Mend}, {key: "approval.destroy", class: action.Destroy, Answer: a.Destroy},
		{key: "approval.production.contain", class: action.Contain, production: true, Answer: p.Contain},
		{key: "approval.production.mend", class: action.Mend, production: true, Answer: p.Mend},
		{key: "approval.production.destroy", class: action.Destroy, production: true, Answer: Answer{p.Destroy.After, p.Destroy.Silence}},
	}
	for i, x := range all {
		if x.Answer == (Answer{}) && c.Report.writes() {
			all[i].Answer, all[i].unsaid = byDefault(x.class, x.production), true
		}
	}
	if c.Report.writes() {
		all[2] = noFurther(all[2], all[1])
	}
	return all
}

// noFurther is what no answer means to what destroys, by what the file says of what mends: where it has said that nothing is mended so, or later,
// what destroys is no sooner done by what it has not said.
func noFurther(destroy, mend keyedAnswer) keyedAnswer {
	switch {
	case !destroy.unsaid || mend.unsaid:
	case mend.Silence != Silence(ledger.Acts):
		destroy.Answer = Answer{}
	case mend.After > destroy.After:
		destroy.After = mend.After
	}
	return destroy
}

// byDefault is how long people have who are written to by name, and what it means that none has answered.
func byDefault(class action.Class, production bool) Answer {
	switch {
	case class == action.Contain:
		return Answer{Span(15 * time.Minute), Silence(ledger.Reminds)}
	case production:
		return Answer{}
	}
	return Answer{Span(48 * time.Hour), Silence(ledger.Acts)}
}

type keyedAnswer struct {
	key        string
	class      action.Class
	production bool
	Answer
	unsaid bool // the file does not say it
}
