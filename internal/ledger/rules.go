package ledger

import (
	"fmt"
	"slices"
	"time"

	"github.com/ripostehq/riposte/playbook"
)

// Opened is a case as its first suspect begins it.
func Opened(id, key string, l playbook.StoredSuspect) Case {
	schema := firstSchema
	if l.Origin.Sweep != "" {
		schema = sweepSchema
	}
	return Case{
		Schema: schema, ID: id, Playbook: l.Playbook, Severity: l.Severity,
		Title: l.Title, Root: l.Resource, Origin: l.Origin, State: Suspected,
		Suspects: []Suspect{{Key: key, StoredSuspect: l}},
		Times:    Times{Occurred: l.Origin.Occurred, Received: l.Origin.Received},
	}
}

// Urgency orders claims: 0 must act, 1 waits, 2 only owes a report. A waiting message makes any case urgent.
func (s State) Urgency() int {
	switch {
	case s == Suspected || s == Acting || s == Undoing:
		return 0
	case s.Open():
		return 1
	}
	return 2
}

// SchemasAt are the schemas that cases of an urgency may have, the first and the last: what only sweeps have brought has had theirs from the beginning.
func SchemasAt(urgency int) (first, last int) {
	if urgency >= SweptUrgency {
		return sweepSchema, Schema
	}
	return firstSchema, Schema
}

// Urgencies is how many there are: those of State.Urgency, then those of sweeps.
const (
	SweptUrgency        = 3 // must act, or a message waits
	SweptWaitingUrgency = 4
	Urgencies           = 5
)

// Urgency is its place among all: what only sweeps have brought goes after whatever an event did, since what has lain there for
// months can wait. A night's tidying never stands before an attack.
func (c *Case) Urgency() int {
	u := c.State.Urgency()
	switch {
	case !c.OfSweeps():
		return u
	case u == 0:
		return SweptUrgency
	}
	return SweptWaitingUrgency
}

// OfSweeps reports whether no event had a part in the case. One that joins makes it an event's.
func (c *Case) OfSweeps() bool {
	return c.Origin.Sweep != "" && !slices.ContainsFunc(c.Suspects, func(s Suspect) bool { return s.Origin.Sweep == "" })
}

// Woken is the urgency of a case that a message has made due; was is the one before.
func (m Message) Woken(was int) int {
	if was < SweptUrgency || m.Lead != nil && m.Lead.Origin.Sweep == "" {
		return 0
	}
	return SweptUrgency
}

// Committed is the urgency of a case that is committed, with so many messages left that are a reason to claim it; was is the one before. A case of
// sweeps that was urgent has a suspect of an event in its inbox, or had one.
func (c *Case) Committed(was, pressing int) int {
	switch u := c.Urgency(); {
	case pressing == 0:
		return u
	case u >= SweptUrgency && was >= SweptUrgency:
		return SweptUrgency
	}
	return 0
}

// FitsUrgency reports whether a case may stand at this urgency: it may have been woken since it was committed.
func (c *Case) FitsUrgency(u int) bool {
	return u == 0 || u == c.Urgency() || u == SweptUrgency && c.OfSweeps()
}

// Precedence orders claims of one urgency: 0 is critical. What this riposte does not know goes with the high ones.
func Precedence(s playbook.Severity) int {
	all := playbook.Severities()
	if i := slices.Index(all, s); i >= 0 {
		return len(all) - 1 - i
	}
	return Precedence(playbook.High)
}

// Rank is where the case of suspect i begins in the order of claims; see Store.Admit.
func Rank(now time.Time, ranks []time.Time, i int) time.Time {
	if i < len(ranks) {
		return ranks[i]
	}
	return now
}

// Astray is from when on the end of a lease is a wrong clock's; see Store.Claim.
func Astray(now time.Time, lease time.Duration) time.Time { return now.Add(2 * lease) }

// Pressing counts the messages left that are a reason to claim the case at once.
func (w Write) Pressing(left [Classes]int) (n int) {
	for class, waiting := range left {
		if Class(class) != Suspects || !w.SuspectsWait {
			n += waiting
		}
	}
	return n
}

// Settle gives a case that is committed its due time. With messages left it is due at once, and one that was open may not
// close (ErrJoined). One that was closed already commits what it has taken and stays closed: else a sender that is faster than a
// turn takes would keep it from ever committing anything.
func (c *Case) Settle(was State, w Write, left [Classes]int) error {
	if left != [Classes]int{} && was.Open() && !c.State.Open() {
		return ErrJoined
	}
	if w.Pressing(left) > 0 && (c.Due.IsZero() || c.Due.After(w.At)) {
		c.Due = w.At
	}
	if c.Due.IsZero() && (c.State.Open() || c.Report.Owed()) {
		return fmt.Errorf("it is %s, with a report owed: %t, and has no due time: no worker would look at it again", c.State, c.Report.Owed())
	}
	return nil
}

// Line is the message in one line of the record.
func (m Message) Line() string {
	switch {
	case m.Lead != nil:
		return "joined: " + m.Lead.Title
	case m.Order != nil:
		return fmt.Sprintf("%s wants: %s", m.Order.By, m.Order.Verb)
	case m.Seen != nil:
		return "seen: " + m.Seen.Call
	case m.Told != nil:
		return "people were told: " + m.Key
	}
	return "message " + m.Key
}
