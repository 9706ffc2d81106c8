package ledger

import (
	"fmt"
	"strings"
	"time"
)

// Exception keeps a playbook quiet about what was found on one root, for a while. It says by which order: whoever judges by it asks again whether
// that person may. Those that came from a case before riposte kept that have none.
type Exception struct {
	Playbook string    `json:"playbook"`
	Root     string    `json:"root"` // event.Resource.String; of those given alone also account:ID, or actor:ID, a principal by its unique id
	Until    time.Time `json:"until"`
	By       string    `json:"by"`
	Reason   string    `json:"reason"`
	Case     string    `json:"case,omitempty"`
	Found    []string  `json:"found"`         // what it is of; anything else on the root is answered
	Any      bool      `json:"any,omitempty"` // whatever is found
	Order    *Order    `json:"order,omitempty"`
}

// What the root of an exception begins with that is of more than one resource.
const (
	OfAccount = "account:"
	OfActor   = "actor:"
)

// Alone is an exception that an order gives, from no case.
func Alone(playbook, root string, o Order) Exception {
	return Exception{
		Playbook: playbook, Root: root, Until: o.At.Add(o.Except), By: o.By, Reason: strings.Join([]string{"let be", o.Reason}, ": "), Found: o.Found, Any: o.Any, Order: &o,
	}
}

// Exception is one that an order gives from a case, of what it found, from a moment on.
func (c *Case) Exception(o Order, at time.Time, lasts time.Duration, found []string, reason string) Exception {
	o.At, o.Except, o.Found = at, lasts, nil // which are those of the exception
	return Exception{Playbook: c.Playbook, Root: c.Root.String(), Until: at.Add(lasts), By: o.By, Reason: reason, Case: c.ID, Found: found, Order: &o}
}

// Wide reports whether an exception is of more than one resource.
func (x Exception) Wide() bool {
	return strings.HasPrefix(x.Root, OfAccount) || strings.HasPrefix(x.Root, OfActor)
}

// From says where an exception comes from, in words.
func (x Exception) From() string {
	if x.Case == "" {
		return "exception " + x.ID() + " was given for"
	}
	return "case " + x.Case + " was taken back or let be for"
}

// ID names an exception: x_ and 16 hex digits.
func (x Exception) ID() string {
	return "x_" + Sum(fmt.Appendf(nil, "%s %q %s %d", x.Case, x.Playbook, x.Root, x.Until.UnixNano()))[:16]
}

// Granted is the line of the record about an exception that was given alone.
func (x Exception) Granted() string {
	return fmt.Sprintf("let be until %s: %s of %s, by %s", x.Until.UTC().Format(time.RFC3339), x.Playbook, x.Root, x.Order.Giver())
}

// Ended is the line of the record about an exception that a person ended.
func (x Exception) Ended(o Order) string {
	return fmt.Sprintf("the exception %s ends: %s of %s, by %s", x.ID(), x.Playbook, x.Root, o.Giver())
}

// Reminders are the times at which people are told that an exception ends: a week before, and a day before.
func (x Exception) Reminders() []time.Time {
	return []time.Time{x.Until.Add(-7 * 24 * time.Hour), x.Until.Add(-24 * time.Hour)}
}

// Wider are the roots of exceptions that are of more than a question's root.
func (q Question) Wider() (roots []string) {
	if q.Account != "" {
		roots = append(roots, OfAccount+q.Account)
	}
	if q.Actor != "" {
		roots = append(roots, OfActor+q.Actor)
	}
	return roots
}
