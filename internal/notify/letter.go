package notify

import (
	"context"
	"fmt"
	"time"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/playbook"
)

// Channel brings letters to people: Slack, mail, PagerDuty, a webhook. It renders what it is given and decides nothing.
type Channel interface {
	// Send sends a letter, or brings the message that was sent before (Letter.Ref) up to date. It returns the channel's own name of
	// the message, by which it is found again. The error is a *Throttled, a *Rejected, or anything that is worth another try; its text
	// holds no secret.
	Send(ctx context.Context, l Letter) (ref string, err error)
}

// Letter is one message to one recipient about one matter, as it is to be seen now.
type Letter struct {
	ID      string // l_ULID
	To      Recipient
	Matter  string // what it is about: incident/c_..., case/c_..., digest/2026-W48: one thread
	Nonce   string // in every attempt the same: a message that carries it is this one
	Ref     string // what the channel called the message when it was sent; "": it was not, as far as is known
	Tried   bool   // an attempt was begun whose end is not known: it may have been sent
	Notice  bool   // worth a person's notice: it asks, escalates, failed, was undone, was verified. Else it only brings the message up to date
	Urgent  bool   // pages, where the channel can
	Content Content
}

// Recipient is who a letter is for, and where that is. A channel takes what it knows.
type Recipient struct {
	Group   string // of people.groups, "" for one person
	Address string // of the person, lower case; "" for a group
	Slack   string // channel, or "" to look the person up
	Mail    string // address of the group's list, or the person's
}

// Content is what a letter says. Texts that AWS or a caller wrote are whole and raw: each channel shows them as text, cut to
// its own limits (see Plain, Cut, Defang).
type Content struct {
	Title    string
	Severity playbook.Severity
	State    string   // how the matter stands, in a few words of riposte's own: "2 of 3 cases contained, 1 asks"
	Says     []string // further sentences of riposte's own
	Cases    []Item   // at most MostItems, what asks first
	More     int      // further cases, behind Link
	Link     string   // page of the matter; "" where there is no console
	Closed   bool     // nothing of it is open any more
}

// MostItems is how many cases a letter shows.
const MostItems = 20

// Item is one case of a letter.
type Item struct {
	Case     string
	Playbook string
	Title    string
	State    string // of ledger.States
	Severity playbook.Severity
	Account  string // id
	Facts    []Fact // who, from where, what was done: in order
	Ask      *Ask   // nil: it asks nothing
	Link     string
}

// Fact is a named text of a case.
type Fact struct{ Name, Value string }

// Ask is what a case asks, as its recipient is shown it.
type Ask struct {
	Shown      string       // names exactly this question (ledger.Case.Shown): an order that brings another is void
	Seen       string       // names that and all that was found (ledger.Case.Seen): a no, or letting it be, of another is void
	Revision   int          // 0: all that ask
	Steps      []string     // what a yes does
	Final      []string     // of these, what has no way back
	Why        []string     // why it is asked
	Class      action.Class // the worst of the steps
	Production bool
	Silence    string        // what no answer means, in words; "": it asks on
	Until      time.Time     // zero: for ever
	By         string        // that, as the clocks say it where people are: Wed, 25 Mar 2026 12:00 CET (Europe/Berlin)
	AtOnce     int           // how many of Steps, the first, are done at once when the person says that it was not they
	WasItYou   bool          // asks the actor's person: mine, or not
	Refused    string        // why nobody who reads it may approve it; "" where somebody may
	Found      []string      // what would be let be: all of it
	Except     time.Duration // how long whoever reads it may let it be; 0: not at all, or it is more than is told here
}

// What stands before the steps of a question that asks a person whether it was they: those that their no lets be done, and the others.
const (
	NotYou = "If it was not you, this is done at once:"
	Others = "Others are asked about this:"
)

// Throttled is a channel's wish to be left alone for a while.
type Throttled struct {
	After time.Duration
	Err   error
}

func (t *Throttled) Error() string { return fmt.Sprintf("throttled for %s: %v", t.After, t.Err) }

func (t *Throttled) Unwrap() error { return t.Err }

// Rejected says that this recipient can't be reached by this channel, whatever is tried.
type Rejected struct{ Why string }

func (r *Rejected) Error() string { return "rejected: " + r.Why }
