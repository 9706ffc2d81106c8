package cli

import (
	"cmp"
	"context"

	"github.com/ripostehq/riposte/internal/ledger"
)

type answerVerb struct {
	orderFlags
	ID     string      `arg:"" help:"The case, or the beginning of its id."`
	Answer ledger.Verb `arg:"" enum:"mine,not-mine" help:"mine: it was you; not-mine: it was not, and what was asked is done."`
	As     string      `aliases:"plan" placeholder:"SHOWN" help:"What riposte case showed, by the name that it gave; also --plan. Where it is another one now, mine is no answer to it."`
}

// Run says whether it was the person who is asked.
func (v answerVerb) Run(ctx context.Context, sh *shell) error {
	return v.on(ctx, sh, v.ID, func(r record, c *ledger.Case) ([]ledger.Order, error) {
		o := v.order(sh, r, v.Answer)
		o.Shown = whole(cmp.Or(v.As, c.Shown(0)), c.Shown(0))
		return []ledger.Order{o}, r.may(c, o)
	})
}
