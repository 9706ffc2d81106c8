package cli

import (
	"context"

	"github.com/ripostehq/riposte/internal/ledger"
)

type dismissVerb struct{ orderFlags }

// Run lets go of what the case wants.
func (v dismissVerb) Run(ctx context.Context, sh *shell) error {
	return v.on(ctx, sh, func(r record, _ *ledger.Case) ([]ledger.Order, error) {
		return []ledger.Order{v.order(sh, r, ledger.Dismiss)}, nil
	})
}
