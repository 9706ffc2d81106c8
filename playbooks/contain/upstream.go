package contain

import (
	"context"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/playbook"
)

// Traced is the actor with those that opened its session, and theirs. Where no record showed them they stay unknown: reads like
// AssumeRole are delivered of few callers. An instance's session is opened by EC2, and the caller that made a user's key is no part of
// the user.
func (a Actor) Traced(ctx context.Context, in playbook.In) (Actor, error) {
	from := in.Origin.Actor
	if a.Kind != event.RoleActor || a.Instance != "" || from.PrincipalID != a.UserID {
		return a, nil
	}
	minters, err := in.History.Recall.Minters(ctx, from, in.Origin.Occurred)
	if err != nil {
		return a, err
	}
	for last := &a; len(minters) > 0; minters = minters[1:] {
		m := minters[0]
		up := ActorOf(m.Actor, m.At)
		if up.Place.Account != a.Place.Account { // an account that is not known to be ours is not entered: the case names the caller
			if ours, err := in.Organization.Has(ctx, up.Place.Account); err != nil || !ours {
				break
			}
		}
		if last.Upstream, last = &up, &up; up.Others() != "" {
			break // riposte can't stop it: the case names it
		}
	}
	return a, nil
}
