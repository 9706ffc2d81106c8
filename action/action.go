// Package action holds every change that riposte can make in AWS, each as plain data: a desired state of one target.
package action

import (
	"context"
	"errors"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
)

// ErrCannot says that AWS refused for good (denied, a policy budget is full, the pre-deployed policy is not there). Only
// it takes the next rung of a ladder: a time-out or a throttle may have taken effect, so the case looks again first.
var ErrCannot = errors.New("cannot be done")

// ErrPartly says beside an error that parts of the change were made: there is something to take back.
var ErrPartly = errors.New("done in part")

// Action is a desired state of one target. Values hold exported plain fields only and are decoded strictly.
type Action interface {
	Kind() Kind
	Target() event.Resource
	// Look says whether the desired state is there, and what would restore the present one. It writes nothing, and is
	// used before Do, on resumption, to verify, and before taking back.
	Look(context.Context, access.Reads) (Look, error)
	// Do brings the desired state about. It is idempotent: doing it twice is doing it once.
	Do(context.Context, access.Writes) error
}

// Faceted is an action that is one of several on its target which do not exclude each other: one of three protections,
// one of many policies. Effects are told apart by kind, target and facet.
type Faceted interface{ Facet() string }

// Denier is an action that stops a principal from calling: verification watches what the principal still gets done.
type Denier interface {
	// Denies reports whether a call by the contained principal should now fail; call is an IAM action (ec2:StopInstances).
	Denies(actor event.Actor, made call.ID) bool
}

// Identified is an action on a principal that IAM knows by an id, whatever its name; Identity is "" where it is not known.
type Identified interface{ Identity() string }

// Look is the present state, seen from an action. Of a target that was renamed it is the state under the present name.
type Look struct {
	Satisfied bool   // the desired state is there: nothing to do
	Missing   string // why there is nothing left to change ("the instance is terminated"); "" where there is
	Refused   string // why Do would change nothing that matters (the policy to attach denies no longer): as good as ErrCannot
	Renamed   Action // the same desired state, of the target as it is now (its name, its interfaces); nil where it is as it was planned for
	Inverse   Action // restores the present state; nil where Kind.Final is set, where Satisfied and where Missing
}

// unless gives up what was seen where seeing failed.
func (l Look) unless(err error) (Look, error) {
	if err != nil {
		return Look{}, err
	}
	return l, nil
}
