package ledger

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/playbook"
)

// Ask is one step that waits for a person, as it stands: the plan and the rung say what would be done, the reason why not
// without a person.
type Ask struct {
	Revision   int
	Plan       string // digest
	Step, Rung int    // from 0
	Why        string
}

// Answer is what an approval covers of a revision: a step, at the rungs that ask no other question than the one that was
// shown, and do no worse.
type Answer struct {
	Step  int          `json:"step"`
	Ask   string       `json:"ask,omitempty"` // the rung's own; "" where the mode or a limit asked
	Class action.Class `json:"class"`
}

// Consent is one person's yes to what takes more than one.
type Consent struct {
	Answer
	Order Order `json:"order"`
}

// Consent adds one person's yes, and gives all that are to the same.
func (c *Case) Consent(r *Revision, to Answer, o Order) (all []Order) {
	c.Schema = max(c.Schema, answersSchema)
	r.Consents = append(r.Consents, Consent{to, o})
	for _, x := range r.Consents {
		if x.Answer == to {
			all = append(all, x.Order)
		}
	}
	return all
}

// Approvals are the orders by which people said yes to what counts, in the order of the revisions; an order for several is there once.
func (c *Case) Approvals() (all []Order) {
	add := func(o Order) {
		if !slices.ContainsFunc(all, func(x Order) bool { return x.By == o.By && x.At.Equal(o.At) }) {
			all = append(all, o)
		}
	}
	for _, r := range c.Revisions {
		if r.Superseded != 0 {
			continue
		}
		for _, x := range r.Consents {
			add(x.Order)
		}
		if r.Approved != nil {
			add(*r.Approved)
		}
	}
	return all
}

// Asks are the steps that wait for a person, of one revision or (0) of all, in order. One that is not due yet asks when it is: who lets a
// quarantine go has said nothing of the end that may follow it in a month.
func (c *Case) Asks(revision int) (out []Ask) {
	for _, r := range c.Revisions {
		if r.Superseded != 0 || revision != 0 && r.Number != revision {
			continue
		}
		for i, s := range r.Steps {
			why, asks := s.Reason, s.Verdict == "ask" // whether a person's yes would let the step go
			if rule, _, _ := strings.Cut(s.Reason, ":"); s.Verdict == "hold" && rule == "limit" {
				why, asks = rule, true // a limit's text counts on, what it asks stays the same
			}
			if asks && s.State == Pending && s.NotBefore.IsZero() {
				out = append(out, Ask{r.Number, r.Plan.Digest, i, s.Rung, why})
			}
		}
	}
	return out
}

// AsksActor raises the schema of a case whose plan asks the person who did it: it is left alone by a riposte that can't read that.
func (c *Case) AsksActor(p action.Plan) {
	if slices.ContainsFunc(p.Steps, func(s action.Step) bool { return s.Asks != "" || s.Proof }) {
		c.Schema = max(c.Schema, answersSchema)
	}
}

// Actor is the address of the person behind a suspect of the case, by the suspect's own call or by who opened its caller's session, "" where AWS
// vouches for none: a name that a caller may choose is nobody's.
func (c *Case) Actor(people event.People, suspect string) string {
	for _, l := range c.Suspects {
		if l.Key != suspect {
			continue
		}
		if who := people.VouchedAddressOf(l.Origin.Actor); who != "" || l.Origin.Actor.AccessKey == "" || l.Origin.Actor.AccessKey != c.Origin.Actor.AccessKey {
			return who
		}
		for _, m := range c.Openers() {
			if who := people.VouchedAddressOf(m.Actor); who != "" {
				return who
			}
		}
	}
	return ""
}

// Openers are those of Upstream that opened the sessions through which the caller acted, the nearest first: what lies behind a key that somebody
// made is not who uses it.
func (c *Case) Openers() []playbook.Minter {
	if i := slices.IndexFunc(c.Upstream, func(m playbook.Minter) bool { return !m.Acts() }); i >= 0 {
		return c.Upstream[:i]
	}
	return c.Upstream
}

// Whom is the person that a question is put to, whether it was they, by address; "" where approvers are asked.
func (c *Case) Whom(people event.People, a Ask, of action.Step) string {
	if of.AsksAt(a.Rung) != action.TheActor {
		return ""
	}
	for _, r := range c.Revisions {
		if r.Number == a.Revision {
			return c.Actor(people, r.Suspect)
		}
	}
	return ""
}

// Own keeps with a step that the person who was asked says that it was they.
func (c *Case) Own(s *Step, o Order) {
	c.Schema = max(c.Schema, answersSchema)
	s.Mine = &o
}

// Shown names what asks, as a person was shown it: where anything has joined, climbed or changed since, it is another. It
// is "" where nothing asks.
func (c *Case) Shown(revision int) string {
	asks := c.Asks(revision)
	if len(asks) == 0 {
		return ""
	}
	h := sha256.New()
	fmt.Fprintf(h, "%s\n", c.ID)
	for _, a := range asks {
		fmt.Fprintf(h, "%d %s %d %d %q\n", a.Revision, a.Plan, a.Step, a.Rung, a.Why)
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}
