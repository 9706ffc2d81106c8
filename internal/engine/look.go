package engine

import (
	"context"

	"github.com/ripostehq/riposte/action"
)

// looker shows the present through actions.
type looker struct {
	aws   AWS
	codec action.Codec
}

// glimpse is what a look has shown.
type glimpse struct {
	look action.Look
	err  error
}

// glimpse looks at the present through an action, once in a turn until something is changed, however many steps want the
// same.
func (lk *looker) glimpse(ctx context.Context, t *attempt, a action.Action) (action.Look, error) {
	stored, err := lk.codec.Encode(a)
	if err != nil {
		return action.Look{}, err
	}
	as := stored.Kind + string(stored.Data)
	if g, ok := t.seen[as]; ok {
		return g.look, g.err
	}
	look, err := lk.see(ctx, t, a)
	t.seen[as] = glimpse{look, err}
	return look, err
}

// see looks at the present, for no longer than a change may take: one look that hangs must not take the turn of the others.
func (lk *looker) see(ctx context.Context, t *attempt, a action.Action) (action.Look, error) {
	ctx, cancel := context.WithTimeout(ctx, t.Timing.Call)
	defer cancel()
	return a.Look(ctx, lk.aws.Reads())
}
