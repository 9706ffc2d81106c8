// Package source is the contract of what brings events from outside. Each source is a package below this one: it takes
// messages, hands their bodies to a Handle, and acknowledges what was stored.
package source

import (
	"context"
	"io"
)

// Handle takes the body of one message and stores what it makes suspicious. Nil: the message may be acknowledged. A
// *Malformed: some of it can't be read, now or ever; what could be read was stored. A *Postponed: it may come again, and
// says nothing of the others. Any other error: it may come again, and so would the next.
// The body is the caller's again when it returns.
type Handle func(ctx context.Context, body []byte) error

// Malformed says what is wrong with a message. It holds nothing of the message's content but names and places.
type Malformed struct{ Err error }

func (m *Malformed) Error() string { return "message: " + m.Err.Error() }
func (m *Malformed) Unwrap() error { return m.Err }

// Postponed says that a message can't be stored for now, for a reason that is this message's own. An attacker who causes
// such messages must not be able to make a source believe that the store is away, and hold up what all others do.
type Postponed struct{ Err error }

func (p *Postponed) Error() string { return p.Err.Error() }
func (p *Postponed) Unwrap() error { return p.Err }

// Stream is many records behind each other: a log file, or a pipe.
type Stream struct {
	Records io.Reader
	// Live says that the stream can't be read twice and that its writer waits for each record: it is stored as soon as it is
	// there, and while the store fails the stream waits. What is Postponed is set aside, as far as there is room, and the
	// stream goes on.
	Live    bool
	Account string      // the trail's owner; a record of another is a fault. "": not known
	Record  func()      // told of each record; may be nil
	Fault   func(error) // told of each spot that can't be read; the rest is read all the same. May be nil
}

// Receive takes a stream to its end. An error is the store's, the reader's or the context's: the stream may come again, and
// what it made suspicious so far is known then. Faults are no error.
type Receive func(context.Context, Stream) (Receipt, error)

// Receipt says what became of a stream.
type Receipt struct {
	Records int // CloudTrail records, those that concern no playbook included
	Known   int // suspects that another source, or the same, had brought before
	Fresh   int // suspects that were not known
}
