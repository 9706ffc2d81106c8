package config

import (
	"fmt"
	"strings"
	"time"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/strict"
)

// Treatment is what the file says of a playbook beside its modes.
type Treatment struct {
	EnforceFrom Date   `yaml:"enforce_from" help:"The day on which its modes begin to count, in report.zone. Until then it observes."`
	Approval    Answer `yaml:"approval" help:"How long people have for an answer to what it mends or destroys, and what none means, in place of approval.mend and approval.destroy. In production it only lengthens."`
	Code        InCode `yaml:"code" help:"What it does about what code makes: patch, the change is for the code alone; both, it is made by API at once as well; ignore, it is made by API, whichever code makes the thing. Default patch; both, where the name of what is gone can be taken (takeover.dangling-record)."`
}

// Date is a day; the zero value is none.
type Date struct{ year, month, day int }

// UnmarshalText reads "2027-02-01".
func (d *Date) UnmarshalText(text []byte) error {
	t, err := time.Parse(time.DateOnly, string(text))
	if err != nil {
		return fmt.Errorf("%q is no day: want one like 2027-02-01", text)
	}
	*d = Date{t.Year(), int(t.Month()), t.Day()}
	return nil
}

// String is the day as the file says it, "" for none.
func (d Date) String() string {
	if d == (Date{}) {
		return ""
	}
	return fmt.Sprintf("%04d-%02d-%02d", d.year, d.month, d.day)
}

// In is when the day begins in a zone; zero for none.
func (d Date) In(z Zone) time.Time {
	if d == (Date{}) {
		return time.Time{}
	}
	return time.Date(d.year, time.Month(d.month), d.day, 0, 0, 0, 0, z.Location())
}

// Treatment is what the file says of a playbook beside its modes.
func (c *Config) Treatment(playbookID string) Treatment { return c.treatments[playbookID] }

// Enforced is when a playbook's modes begin to count: until then it observes. Zero: they count.
func (c *Config) Enforced(playbookID string) time.Time {
	return c.treatments[playbookID].EnforceFrom.In(c.Report.Zone)
}

// AnswerAbout is AnswerTo where a playbook asks: what is said of it counts more, but never for what contains. In production it only lengthens.
func (c *Config) AnswerAbout(playbookID string, class action.Class, account string) Answer {
	a, own := c.AnswerTo(class, account), c.treatments[playbookID].Approval
	switch {
	case class == action.Contain:
	case c.InProduction(account):
		if a.After > 0 {
			a.After = max(a.After, own.After)
		}
	case own.Silence != "":
		return own
	case a.After > 0 && own.After > 0:
		a.After = own.After
	}
	return a
}

// treatment reads one key of a playbook that is no mode, and reports whether it is one.
func (k checker) treatment(playbookID string, e strict.Entry) bool {
	t := k.c.treatments[playbookID]
	where := "playbooks." + playbookID + "." + e.Key
	switch e.Key {
	case "enforce_from":
		e.Value.Decode(&t.EnforceFrom, where)
	case "approval":
		e.Value.Decode(&t.Approval, where)
		k.ownAnswer(e.Value, t.Approval)
	case "code":
		e.Value.Decode(&t.Code, where)
	default:
		return false
	}
	k.c.treatments[playbookID] = t
	return true
}

// ownAnswer checks what silence means to one playbook.
func (k checker) ownAnswer(at strict.Node, a Answer) {
	switch means := ledger.Silence(a.Silence); {
	case a.After <= 0 && means != ledger.Holds:
		at.Complain("say when: after is missing")
	case a.After > 0 && means == ledger.Holds:
		at.At("after").Complain("after what? say what silence means then: remind, act or expire; or leave silence out, and what approval says counts")
	case a.After > 0 && time.Duration(a.After) < ledger.Notice*2 && means != ledger.Reminds:
		at.At("after").Complain("want at least %s: people are told once more %s before", ledger.Notice*2, ledger.Notice)
	case a.After > 0 && !k.c.Report.Tells():
		at.Complain("nobody is told of a question, so that nobody is silent: %s", setAReport)
	}
}

// treatmentChanges are told with a playbook's modes: later is weaker, and so is any other meaning of silence.
func treatmentChanges(old, now *Config, playbookID string) []Change {
	was, is := old.Treatment(playbookID), now.Treatment(playbookID)
	said := func(d Date) string {
		if d == (Date{}) {
			return "at once"
		}
		return d.String()
	}
	out := weakerWhere(strings.Compare(is.EnforceFrom.String(), was.EnforceFrom.String()) > 0, is.EnforceFrom != was.EnforceFrom,
		"%s: enforced from %s on, was: %s", playbookID, said(is.EnforceFrom), said(was.EnforceFrom))
	inCode := func(c *Config) InCode { return c.InCode(playbookID) }
	out = append(out, weakerWhere(inCode(now) == CodeIgnored, inCode(old) != inCode(now), "%s: code: %s, was: %s", playbookID, inCode(now), inCode(old))...)
	words := func(a Answer) string { return strings.TrimSpace(fmt.Sprintf("%s %s", a.After, a.Silence)) }
	return append(out, value(playbookID+": approval", words(was.Approval), words(is.Approval))...)
}

// keysOfTreatment are those of a playbook that are no mode.
func keysOfTreatment() []string { return []string{"enforce_from", "approval", "code"} }
