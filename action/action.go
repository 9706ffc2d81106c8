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
	// About returns what is known of the action without a call. It is made anew each time: a loop keeps what it needs of it.
	About() About
	// Look says whether the desired state is there, and what would restore the present one. It writes nothing, and is
	// used before Do, on resumption, to verify, and before taking back.
	Look(context.Context, access.Reads) (Look, error)
	// Do brings the desired state about. It is idempotent: doing it twice is doing it once.
	Do(context.Context, access.Writes) error
}

// About is an action as data. What an action has none of stays zero.
type About struct {
	Kind   Kind
	Target event.Resource
	// Facet says which it is of several on its target that do not exclude each other: one of three protections, one of many
	// policies. Effects are told apart by kind, target and facet.
	Facet string
	// Identity is the id that IAM knows the target by, a principal, whatever its name; "" where it is not known.
	Identity string
	// Hits says in a few words what is changed, for people, where that is more than the target, or less.
	Hits string
	// Parts names what is changed and taken back one by one, for people too: processes of a group, interfaces of an instance.
	// They tell nothing of what is wanted of each.
	Parts []string
	// Concerns are the resources beside the target that the action's calls concern: AWS decides about its rights by them, and
	// a session for it is narrowed to them and the target.
	Concerns []event.Resource
	// Spellings name the target in other ways than by its id: an instance by its network interfaces.
	Spellings []string
	// Shares names the policies or security groups that the action stands on, and others of its kind with it.
	// Kind.SharedUndoneBy are the calls that change one for all that it defends.
	Shares []string
}

// Denier is an action that stops a principal from calling: verification watches what the principal still gets done.
type Denier interface {
	// Denies reports whether a call by the contained principal should now fail; call is an IAM action (ec2:StopInstances).
	Denies(actor event.Actor, made call.ID) bool
}

// Regretter is an action of which only later it shows that it does harm.
type Regretter interface {
	// Regrets returns why a person may want the change back, "" where nothing speaks against it. People are paged with it, and nothing is
	// taken back unasked. It is asked 1 h, 24 h and 72 h after the change; what can't be said is an error (playbook.ErrNoEvidence), and is asked again.
	Regrets(context.Context, access.Reads) (reason string, err error)
}

// Look is the present state, seen from an action. Of a target that was renamed it is the state under the present name.
type Look struct {
	Satisfied bool   // the desired state is there: nothing to do
	Missing   string // why there is nothing left to change ("the instance is terminated"); "" where there is
	Refused   string // why Do would change nothing that matters (the policy to attach denies no longer): as good as ErrCannot
	Under     string // how far the change is that was begun and takes its time ("snapshot 40 %"): not done again, looked at again; "" where none is
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
