package ledger

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"time"
)

// Found is what a case is about, as it stands: what the revisions that count were made for, and the suspects that are still
// to be looked at.
func (c *Case) Found() (of []string) {
	for _, r := range c.Revisions {
		if r.Superseded == 0 {
			of = append(of, r.Found...)
		}
	}
	for _, l := range c.Suspects {
		if l.Checked == "" {
			of = append(of, l.Found...)
		}
	}
	slices.Sort(of)
	return slices.Compact(of)
}

// Seen names all that the case is about, as a person was shown it: what was found, and what asks. Where anything has joined since that asks
// nothing, it is another, while Shown is the same.
func (c *Case) Seen() string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %q %s", c.ID, c.Found(), c.Shown(0)))
	return hex.EncodeToString(sum[:8])
}

// ShownFor names what an order is of, as the case stands. Who says no to a case, or lets it be, says so of all that was found: also of what asks
// nothing, and joined since.
func (c *Case) ShownFor(o Order) string {
	if o.Verb == Dismiss || o.Verb == Except {
		return c.Seen()
	}
	return c.Shown(o.Revision)
}

// Kept reports whether nobody is told of the case: all that was found is for the record alone (playbook.Suspect.Kept), and nothing went wrong with it.
func (c *Case) Kept() bool {
	return c.Paged == "" && len(c.Suspects) > 0 && !slices.ContainsFunc(c.Suspects, func(l Suspect) bool { return !l.Kept })
}

// Grant keeps with the case an exception that was given from it.
func (c *Case) Grant(x Exception) {
	c.Schema = max(c.Schema, answersSchema)
	c.Granted = append(c.Granted, x)
}

// Reminds has people told before an exception of the case ends, where it lasts so long; they know of it now.
func (c *Case) Reminds(now time.Time) {
	c.Reminded = now
	if len(c.EndsTold(now)) == 0 {
		c.Reminded = time.Time{}
		return
	}
	c.Schema = max(c.Schema, answersSchema)
}

// EndsTold are the times, of those that people were not told at yet, at which they are told that an exception in force ends: a week
// before, and a day before.
func (c *Case) EndsTold(now time.Time) (at []time.Time) {
	if c.Reminded.IsZero() {
		return nil
	}
	for _, x := range c.Excepts(now) {
		for _, when := range x.Reminders() {
			if when.After(c.Reminded) {
				at = append(at, when)
			}
		}
	}
	return at
}

// Excepts are the exceptions that came from the case and are in force after a moment.
func (c *Case) Excepts(at time.Time) (all []Exception) {
	if c.Quiet != nil && c.Quiet.Until.After(at) {
		all = append(all, *c.Quiet)
	}
	for _, x := range c.Granted {
		if x.Until.After(at) {
			all = append(all, x)
		}
	}
	return all
}

// Revoke takes an exception off the case.
func (c *Case) Revoke(id string) {
	if c.Quiet != nil && c.Quiet.ID() == id {
		c.Quiet = nil
	}
	c.Granted = slices.DeleteFunc(c.Granted, func(x Exception) bool { return x.ID() == id })
}

// Covers reports whether a finding is nothing else than what the exception was made of.
func (x Exception) Covers(found []string) bool {
	return x.Any || len(found) > 0 && !slices.ContainsFunc(found, func(f string) bool { return !slices.Contains(x.Found, f) })
}
