package cli

import (
	"context"

	"github.com/ripostehq/riposte/internal/ledger"
)

type dismissVerb struct{ orderFlags }

func (dismissVerb) Help() string {
	return `Nothing that has not begun is done. What was done already stays: take it back with undo.

Example:

  riposte dismiss c_01jd --reason "planned maintenance"`
}

// Run lets go of what the case wants.
func (v dismissVerb) Run(ctx context.Context, sh *shell) error {
	return v.on(ctx, sh, func(r record, _ *ledger.Case) ([]ledger.Order, error) {
		return []ledger.Order{v.order(sh, r, ledger.Dismiss)}, nil
	})
}
