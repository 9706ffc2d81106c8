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

// looked is what a look has shown.
type looked struct {
	look action.Look
	err  error
}

// once looks at the present through an action, once in an attempt until something is changed, however many steps want the
// same.
func (lk *looker) once(ctx context.Context, t *attempt, a action.Action) (action.Look, error) {
	stored, err := lk.codec.Encode(a)
	if err != nil {
		return action.Look{}, err
	}
	as := stored.Kind + string(stored.Data)
	if g, ok := t.looks[as]; ok {
		return g.look, g.err
	}
	look, err := lk.now(ctx, t, a)
	t.looks[as] = looked{look, err}
	return look, err
}

// now looks at the present, for no longer than a change may take: one look that hangs must not take the time of the others.
func (lk *looker) now(ctx context.Context, t *attempt, a action.Action) (action.Look, error) {
	ctx, cancel := context.WithTimeout(ctx, t.Timing.Call)
	defer cancel()
	return a.Look(ctx, lk.aws.Reads())
}

// stored looks at the present through an action as it is stored.
func (lk *looker) stored(ctx context.Context, t *attempt, s action.Stored) (action.Look, error) {
	a, err := lk.codec.Decode(s)
	if err != nil {
		return action.Look{}, err
	}
	return lk.once(ctx, t, a)
}
