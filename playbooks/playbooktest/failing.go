package playbooktest

import (
	"context"
	"slices"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/middleware"
	"github.com/google/go-cmp/cmp"

	"github.com/ripostehq/riposte/action/actiontest"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/playbook"
	"github.com/ripostehq/riposte/playbooks/contain"
)

// failing is an AWS that does not answer the call of an id that comes as the nth, and counts.
type failing struct {
	mu   sync.Mutex
	id   call.ID
	nth  int
	made map[call.ID]int
}

func (f *failing) on(open func(event.Place) aws.Config) *actiontest.AWS {
	f.made = map[call.ID]int{}
	fail := middleware.InitializeMiddlewareFunc("failing", func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (out middleware.InitializeOutput, md middleware.Metadata, _ error) {
		id := call.Made(awsmiddleware.GetServiceID(ctx), awsmiddleware.GetOperationName(ctx))
		f.mu.Lock()
		f.made[id]++
		now := f.made[id]
		f.mu.Unlock()
		if id == f.id && now == f.nth {
			return out, md, &smithy.GenericAPIError{Code: "InternalFailure", Message: "try again", Fault: smithy.FaultServer}
		}
		return next.HandleInitialize(ctx, in)
	})
	return actiontest.On(func(p event.Place) aws.Config {
		c := open(p)
		c.APIOptions = append(slices.Clone(c.APIOptions), func(s *middleware.Stack) error { return s.Initialize.Add(fail, middleware.After) })
		return c
	})
}

// unanswered tells that a read to which AWS has no answer is an error, whichever it is: nothing is guessed of it, and no finding lost.
func (s Story) unanswered(t *testing.T, book playbook.Playbook, original []playbook.StoredSuspect, open func(event.Place) aws.Config) {
	t.Helper()
	_, now := s.AWS(t)
	check := func(l playbook.StoredSuspect, f *failing) ([]playbook.Proposal, error) {
		in := looking(playbook.In{AWS: f.on(open).Reads(), Now: now, Organization: s.organization(), History: s.history(t, book), Names: s.Names(t, book)})
		return book.Check(t.Context(), in, "c_1", l)
	}
	for _, l := range original {
		all := &failing{}
		answered, err := check(l, all)
		if err != nil {
			t.Errorf("%s: %v", l.Title, err)
		}
		for id, times := range all.made {
			for nth := range min(times, most) {
				found, err := check(l, &failing{id: id, nth: nth + 1})
				// Who a user is by now is looked for by each action once more: of one whose id is known the plan stays (contain.Actor.Present).
				stays := slices.Contains(contain.Reads(), id) && cmp.Diff(answered, found) == ""
				if err == nil && !stays {
					t.Errorf("%s: call %d of %s is not answered, and %d plans are made without an error", l.Title, nth+1, id, len(found))
				}
			}
		}
	}
}

// most is how many calls of one id are left unanswered, each in a look of its own.
const most = 5
