package cli

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"github.com/ripostehq/riposte/internal/config"
	"github.com/ripostehq/riposte/internal/engine"
	"github.com/ripostehq/riposte/internal/ledger"
)

type undoVerb struct {
	orderFlags
	ID     string      `arg:"" optional:"" help:"The case, or the beginning of its id."`
	All    bool        `help:"Every case that has changed something: for leaving. It lists them, and what stays, and asks."`
	Yes    bool        `help:"With --all: ask no more."`
	Except config.Span `placeholder:"24h" help:"How long the same finding stays quiet afterwards: 36h, 30d. Default 24h."`
}

// Run takes a case back, or all of them.
func (v undoVerb) Run(ctx context.Context, sh *shell) error {
	switch {
	case v.All && v.ID != "", !v.All && v.ID == "":
		return wrongUsage("name a case, or say --all")
	case v.Yes && !v.All:
		return wrongUsage("--yes is for --all: of one case nothing is asked")
	case v.All:
		return v.all(ctx, sh)
	}
	return v.on(ctx, sh, v.ID, func(r record, c *ledger.Case) ([]ledger.Order, error) {
		one, err := r.shown(c)
		if err != nil {
			return nil, err
		}
		if !one.Undo.Possible {
			return nil, fmt.Errorf("case %s can't be taken back: %s", c.ID, one.Undo.Why)
		}
		o := v.undo(sh, r, c)
		if err := r.may(c, o); err != nil {
			return nil, err
		}
		if but := one.Undo.But; but != "" {
			sh.remark("not taken back: %s", but)
		}
		sh.remark("the same finding on %s is let be until %s, unless riposte undo says --except", one.Resource, o.At.Add(o.Except).Format(time.RFC3339))
		return []ledger.Order{o}, nil
	})
}

// undo is the order: it lets be what the case had found when it was looked at.
func (v undoVerb) undo(sh *shell, r record, c *ledger.Case) ledger.Order {
	o := v.order(sh, r, ledger.Undo)
	o.Except, o.Found = cmp.Or(time.Duration(v.Except), engine.ExceptAfter(c)), c.Found()
	return o
}
