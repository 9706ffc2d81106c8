package show

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/internal/config"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/owner"
)

// Whole is a case with its ladders: whom each rung hits, what it asks, and whether it can be done with what is granted.
func Whole(c *ledger.Case, codec action.Codec, by *config.Config) (Case, error) {
	one, err := Known(c, codec, by)
	if err != nil {
		return one, err
	}
	if one.Shown, one.Found = c.Shown(0), c.Found(); len(one.Found) > 0 {
		one.Seen = c.Seen()
	}
	one.Ladders, err = Ladders(c, codec, by.People, by.Granted)
	return one, err
}

// Known is a case with what a configuration calls its account.
func Known(c *ledger.Case, codec action.Codec, by *config.Config) (Case, error) {
	one, err := Of(c, codec, by.People)
	a, _ := by.Account(one.Account)
	one.AccountName, one.Environment = a.Name, a.Environment
	one.Owner = OwnerOf(owner.OfCase(by, c))
	return one, err
}

// Fact is one line of what is known of a case, for people.
type Fact struct{ Name, Value string }

// Facts are those that are known, in the order in which they are read.
func (c Case) Facts() (known []Fact) {
	back := cmp.Or(c.Undo.Why, "possible: riposte undo "+c.Case)
	if c.Undo.Possible && c.Undo.But != "" {
		back = "possible, but not of: " + c.Undo.But + ": riposte undo " + c.Case
	}
	for _, f := range []Fact{
		{"playbook", c.Playbook}, {"severity", string(c.Severity)}, {"state", string(c.State)}, {"reason", c.Reason},
		{"account", account(c)}, {"resource", c.Resource}, {"owner", whose(c.Owner)}, {"event", happening(c.Event)}, {"actor", c.Actor}, {"person", c.Person}, {"called from", calledFrom(c.Event)},
		{"upstream", upstream(c)},
		{"identity", c.SourceIdentity}, {"undo", back}, {"quiet", c.Quiet}, {"let be", letBe(c.Exceptions)}, {"proposal", proposal(c.Proposal)}, {"approved", approvals(c.Approvals)}, {"no answer", noAnswer(c.Asked)},
		{"first clock", firstClock(c.Clocks)}, {"decides", decides(c.DecideAt)},
		{"happened", stage(c.Times, c.Times.Occurred)}, {"received", stage(c.Times, c.Times.Received)},
		{"decided", stage(c.Times, c.Times.Decided)}, {"first change", stage(c.Times, c.Times.FirstChange)},
		{"contained", stage(c.Times, c.Times.Contained)}, {"verified", stage(c.Times, c.Times.Verified)},
	} {
		if f.Value != "" {
			known = append(known, f)
		}
	}
	return known
}

// whose says who the owner is, and how that is known.
func whose(o *Owner) string {
	if o == nil {
		return ""
	}
	return cmp.Or(o.Address, o.Group) + ", " + o.How
}

// proposal says what was proposed to the code, and what became of it, or why nothing was.
func proposal(p *Proposal) string {
	switch {
	case p == nil:
		return ""
	case p.URL == "":
		return "none: " + p.Why
	}
	return p.State + ", " + p.URL
}

// decides says until when a case waits before it is decided.
func decides(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.Format("2006-01-02 15:04:05 MST") + ", at the end of its window: what else happens until then counts"
}

// letBe says what is, and until when.
func letBe(all []Exception) string {
	var said []string
	for _, x := range all {
		said = append(said, fmt.Sprintf("%s, until %s by %s (%s)", strings.Join(x.Of, ", "), x.Until.Format(time.RFC3339), x.By, x.Exception))
	}
	return strings.Join(said, "; ")
}

// noAnswer says what none means.
func noAnswer(a *Asked) string {
	if a == nil {
		return ""
	}
	return a.Means + "; told at " + a.Told.Format(time.RFC3339)
}

// approvals says who has said yes so far.
func approvals(all []Approval) string {
	var said []string
	for _, a := range all {
		by := a.By
		if !a.Proven {
			by += " (unproven)"
		}
		said = append(said, fmt.Sprintf("by %s at %s", by, a.At.Format(time.DateTime)))
	}
	return strings.Join(said, ", ")
}

// upstream says who made the actor's credentials.
func upstream(c Case) string {
	var chain []string
	for _, u := range c.Upstream {
		chain = append(chain, fmt.Sprintf("%s by %s at %s", u.Call, u.Actor, u.At.Format(time.DateTime)))
	}
	if c.UpstreamUnknown {
		return "not known: no record of who assumed the role has come"
	}
	return strings.Join(chain, ", of ")
}

// firstClock says what told of a case first, where a service's notice did.
func firstClock(c *Clocks) string {
	switch {
	case c == nil:
		return ""
	case c.Record.IsZero():
		return "a notice of the service; the record that names the caller has not come"
	}
	return fmt.Sprintf("a notice of the service, %s before the record", c.Record.Sub(c.Notice).Round(time.Millisecond))
}

// stage is when a stage of a case was reached, and how long after the first known one it came: all count from the same, so that they compare.
func stage(all Times, t time.Time) string {
	if t.IsZero() {
		return ""
	}
	s, origin, what := t.Format("2006-01-02 15:04:05.000 MST"), all.Occurred, "it happened"
	if origin.IsZero() {
		origin, what = all.Received, "it was received"
	}
	if origin.IsZero() || t.Equal(origin) {
		return s
	}
	return fmt.Sprintf("%s  +%s after %s", s, t.Sub(origin).Round(time.Millisecond), what)
}
