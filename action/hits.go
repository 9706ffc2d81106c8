package action

import (
	"fmt"
	"strings"
	"time"
)

// Hitting is an action that tells people what it changes; if it stops more than its target's name tells, it says what.
type Hitting interface{ Hits() string }

// Hits returns what an action changes, in a few words.
func Hits(a Action) string {
	if h, ok := a.(Hitting); ok {
		return h.Hits()
	}
	return a.Target().String()
}

// Hits returns the processes.
func (s Suspend) Hits() string {
	if len(s.all()) == len(Processes()) {
		return "all that group " + s.Group.ID + " does by itself"
	}
	return strings.Join(s.Processes, ", ") + " of group " + s.Group.ID
}

// Hits returns what the group launches from now on.
func (p Pin) Hits() string {
	return fmt.Sprintf("what group %s launches: version %s of %s", p.Group.ID, p.Version, p.Template)
}

// Hits returns what the fleet launches from now on; what it has launched runs on.
func (h HoldFleet) Hits() string { return "what fleet " + h.Fleet.ID + " launches" }

// Hits returns what the fleet launches from now on; what it has launched runs on.
func (h HoldSpotFleet) Hits() string { return "what Spot Fleet " + h.Fleet.ID + " launches" }

// Hits returns what the request launches from now on, for good; its instance runs on.
func (c CancelSpotRequest) Hits() string {
	return "what spot request " + c.Request.ID + " launches, which is over for good"
}

// Hits returns all callers that launch by the template's default.
func (d DefaultVersion) Hits() string {
	return fmt.Sprintf("all that launch by the default of template %s, which becomes version %d", d.Template.ID, d.Version)
}

// Hits returns the instance, for good.
func (t Terminate) Hits() string { return "instance " + t.Instance.ID + ", which is gone for good" }

// Hits returns the instance's network.
func (a Isolate) Hits() string { return "the network of instance " + a.Instance.ID }

// Hits returns one key.
func (k DeactivateKey) Hits() string {
	return "access key " + k.Key + " of user " + name(k.User) + ", and nothing else that it has"
}

// Hits returns the whole user.
func (d AttachUserDeny) Hits() string { return wholeUser(name(d.User), Everything) }

// Hits returns the whole user.
func (d DenyUser) Hits() string { return wholeUser(name(d.User), d.Scope) }

// Hits returns the whole user.
func (b BoundUser) Hits() string { return wholeUser(name(b.User), Everything) }

// Hits returns one session.
func (d DenySession) Hits() string {
	_, session, _ := strings.Cut(d.UserID, ":")
	return fmt.Sprintf("session %s of role %s: %s", session, name(d.Role), d.Scope.reach())
}

// Hits returns all older sessions.
func (d RevokeSessions) Hits() string {
	return fmt.Sprintf("every session of role %s that was opened before %s: %s", name(d.Role), d.Before.UTC().Format(time.RFC3339), d.Scope.reach())
}

// Hits returns all sessions of the role.
func (d AttachRoleDeny) Hits() string {
	return fmt.Sprintf("every session of role %s: %s", name(d.Role), Everything.reach())
}

func wholeUser(user string, s Scope) string {
	return fmt.Sprintf("user %s, by whatever key or session: %s", user, s.reach())
}

// reach is how much a deny takes away.
func (s Scope) reach() string {
	if s == Destructive {
		return "what destroys is denied"
	}
	return "everything is denied"
}
