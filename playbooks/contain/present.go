package contain

import (
	"context"
	"fmt"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/call"
)

// Reads are the rights that Present needs.
func Reads() []call.ID {
	return []call.ID{call.IAMGetUser, call.IAMGetAccessKeyLastUsed, call.IAMListUsers}
}

// Present is the actor with its user as IAM calls it now: a user that renames itself after the call is planned against by the name
// that the user has by then, whichever user has the old one. Of a user that is nowhere the plan stays, and its actions say so.
//
// Where IAM can't be read and the id is known, the plan stays too: every action on the user looks for the id itself and
// holds where it can't, and what else the plan does must not wait for that. Where the id is not known, it is an error.
func (a Actor) Present(ctx context.Context, r access.Reads) (Actor, error) {
	if !a.ofUser() || a.Holder.ID == "" {
		return a, nil
	}
	found, err := action.FindUser(ctx, r, a.Holder, a.UserID, a.Key)
	if err != nil && a.UserID == "" {
		return a, fmt.Errorf("find user %q: %w", a.Holder.ID, err)
	}
	if err == nil && found.Gone == "" {
		a.Holder, a.UserID = found.User, found.ID
	}
	return a, nil
}

// Renamed says how the actor is called by now, "" where that is as the event had it.
func (a Actor) Renamed() string {
	if was := named(a.ARN, ":user/", ""); a.ofUser() && a.Key+a.UserID != "" && was != "" && was != a.Holder.ID {
		return "the user is called " + a.Holder.ID + " now"
	}
	return ""
}
