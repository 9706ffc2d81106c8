package cli

import (
	"context"

	"github.com/ripostehq/riposte/internal/ledger"
)

type dismissVerb struct {
	orderFlags
	ID string `arg:"" help:"The case, or the beginning of its id."`
}

// Run lets go of what the case wants.
func (v dismissVerb) Run(ctx context.Context, sh *shell) error {
	return v.on(ctx, sh, v.ID, func(r record, c *ledger.Case) ([]ledger.Order, error) {
		o := v.order(sh, r, ledger.Dismiss)
		return []ledger.Order{o}, r.may(c, o)
	})
}
