package contain

import (
	"context"

	"github.com/ripostehq/riposte/action"
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
	return a.openedBy(ctx, in.Organization, minters), nil
}

// Behind are the steps against those that opened the actor's session, each asking.
func (a Actor) Behind(ctx context.Context, o playbook.Organization, openers []playbook.Minter, scope action.Scope, caseID string) []action.Step {
	return a.openedBy(ctx, o, openers).openers(scope, caseID)
}

// openedBy is the actor with those that opened its session, as far as riposte can stop them.
func (a Actor) openedBy(ctx context.Context, o playbook.Organization, minters []playbook.Minter) Actor {
	for last := &a; len(minters) > 0; minters = minters[1:] {
		m := minters[0]
		up := ActorOf(m.Actor, m.At)
		if up.Place.Account != a.Place.Account { // an account that is not known to be ours is not entered: the case names the caller
			if ours, err := o.Has(ctx, up.Place.Account); err != nil || !ours {
				break
			}
		}
		if last.Upstream, last = &up, &up; up.Others() != "" {
			break // riposte can't stop it: the case names it
		}
	}
	return a
}
