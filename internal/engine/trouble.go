package engine

import (
	"context"
	"errors"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/internal/ledger"
)

// trouble gathers what went wrong in a turn with single suspects and steps.
type trouble struct{ errs []error }

// ends notes an error and reports whether the whole turn must end with it: the case is somebody else's now, or a newer
// riposte's, or this process is to stop.
func (t *trouble) ends(err error) bool {
	if err == nil {
		return false
	}
	t.errs = append(t.errs, err)
	return beaten(err) || newer(err) || errors.Is(err, context.Canceled)
}

func (t *trouble) err() error { return errors.Join(t.errs...) }

// beaten: another replica committed first, or something came in meanwhile.
func beaten(err error) bool {
	return errors.Is(err, ledger.ErrStale) || errors.Is(err, ledger.ErrJoined)
}

func newer(err error) bool { return errors.Is(err, ledger.ErrNewer) || errors.Is(err, action.ErrNewer) }
