package cli

import (
	"context"
	"slices"
	"time"

	"github.com/ripostehq/riposte/internal/app"
	"github.com/ripostehq/riposte/internal/ledger"
)

// orderFlags are what approving, dismissing and undoing have in common.
type orderFlags struct {
	ledgerFlag
	ID     string         `arg:"" help:"The case, or the beginning of its id."`
	Reason string         `placeholder:"TEXT" help:"Why; the record keeps it."`
	Wait   *time.Duration `placeholder:"30s" help:"How long the outcome is waited for. Default: 30s on a terminal, else not at all."`
}

func (f orderFlags) waits(sh *shell) time.Duration {
	switch {
	case f.Wait != nil:
		return *f.Wait
	case sh.width > 0:
		return patience
	}
	return 0
}

// order is what a person at this shell wants: the name is the operating system user's, which proves nothing, and is
// recorded as that.
func (f orderFlags) order(sh *shell, r record, verb ledger.Verb) ledger.Order {
	return ledger.Order{Verb: verb, By: sh.user, At: r.now(sh), Reason: f.Reason}
}

// on gives the orders that a verb makes of a case, and prints what became of it.
func (f orderFlags) on(ctx context.Context, sh *shell, orders func(record, *ledger.Case) ([]ledger.Order, error)) error {
	r, err := f.serve(ctx, sh)
	if err != nil {
		return err
	}
	defer r.Close()
	c, err := r.one(ctx, f.ID)
	if err != nil {
		return err
	}
	given, err := orders(r, c)
	if err != nil {
		return err
	}
	return sh.give(ctx, r, c, f.waits(sh), given...)
}

// give puts an order into the case's inbox, has it carried out where that is done here, and prints the case.
func (sh *shell) give(ctx context.Context, r record, c *ledger.Case, most time.Duration, orders ...ledger.Order) error {
	for _, o := range orders {
		if _, err := app.Order(ctx, r, c.ID, o); err != nil {
			return err
		}
	}
	if err := sh.carryOn(ctx, r); err != nil {
		return err
	}
	if r.stage != nil {
		most = 0 // it was carried out here and now
	}
	c, err := sh.until(ctx, r, c, most)
	if err != nil {
		return err
	}
	one, err := r.shown(c)
	if err != nil {
		return err
	}
	if sh.json() {
		return sh.object(one)
	}
	why := ""
	if slices.Contains([]ledger.State{ledger.Asked, ledger.Held, ledger.Undoing}, one.State) {
		why = ": " + one.Reason
	}
	if err := sh.line("%s is %s%s", one.Case, string(one.State), why); err != nil {
		return err
	}
	return sh.steps(one)
}
