// Package source is the contract of what brings events from outside. Each source is a package below this one: it takes
// messages, hands their bodies to a Handle, and acknowledges what was stored.
package source

import "context"

// Handle takes the body of one message and stores what it makes suspicious. Nil: the message may be acknowledged. A
// *Malformed: some of it can't be read, now or ever; what could be read was stored. Any other error: it may come again.
type Handle func(ctx context.Context, body []byte) error

// Malformed says what is wrong with a message. It holds nothing of the message's content but names and places.
type Malformed struct{ Err error }

func (m *Malformed) Error() string { return "message: " + m.Err.Error() }
func (m *Malformed) Unwrap() error { return m.Err }
