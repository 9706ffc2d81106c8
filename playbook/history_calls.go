package playbook

import (
	"context"
	"time"

	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
)

// Lookup returns the calls that CloudTrail's event history of a region has of one session of a role, reads too.
type Lookup func(context.Context, Session) (Called, error)

// Session is one session of a role in a window of time.
type Session struct {
	Place    event.Place // whose history
	Name     string      // as its caller named it: an instance's id
	UserID   string      // ROLEID:SESSION, which no other role's session of that name has
	From, To time.Time
}

// Called is what the event history has, newest first.
type Called struct {
	Calls []RecordedCall
	// Unseen is why there may be other calls than these, "" where there are none: unknown is not no.
	Unseen string
}

// RecordedCall is a call as a check may need it: free of secrets.
type RecordedCall struct {
	At        time.Time
	Call      call.ID
	From      string // an address, several, a service's name, or nothing
	Endpoint  string // the VPC endpoint that it went through
	InvokedBy string // the service that called on the session's behalf
	Error     string // its code, "" where the call succeeded
}
