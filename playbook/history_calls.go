package playbook

import (
	"context"
	"time"

	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
)

// Lookup returns the calls that CloudTrail's event history of a region has of one session of a role, or of a user, reads too.
type Lookup func(context.Context, Session) (Called, error)

// Session is one session of a role, or one user, in a window of time.
type Session struct {
	Place    event.Place // whose history
	Name     string      // as its caller named it: an instance's id
	Key      string      // id of the access key, where only its calls are wanted: others may have sessions of the name
	UserID   string      // ROLEID:SESSION, which no other role's session of that name has; of a user AIDA...
	From, To time.Time
}

// Called is what the event history has, newest first.
type Called struct {
	Calls []RecordedCall
	// Unseen is why there may be other calls than these, "" where there are none: unknown is not no.
	Unseen string
	// UsedUp is true where a later look may see them: the look-ups of the account and region are used up for now.
	UsedUp bool
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
