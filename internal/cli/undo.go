package cli

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"github.com/ripostehq/riposte/internal/engine"
	"github.com/ripostehq/riposte/internal/ledger"
)

type undoVerb struct {
	orderFlags
	Except time.Duration `placeholder:"24h" help:"How long the same finding stays quiet afterwards. Default 24h."`
}

// Run takes a case back.
func (v undoVerb) Run(ctx context.Context, sh *shell) error {
	if v.Except < 0 {
		return wrongUsage("--except can't be negative")
	}
	return v.on(ctx, sh, func(r record, c *ledger.Case) ([]ledger.Order, error) {
		one, err := r.shown(c)
		if err != nil {
			return nil, err
		}
		if !one.Undo.Possible {
			return nil, fmt.Errorf("case %s can't be taken back: %s", c.ID, one.Undo.Why)
		}
		o := v.order(sh, r, ledger.Undo)
		o.Except = cmp.Or(v.Except, engine.ExceptFor)
		sh.remark("the same finding on %s is let be until %s, unless riposte undo says --except", one.Resource, o.At.Add(o.Except).Format(time.RFC3339))
		return []ledger.Order{o}, nil
	})
}
