package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ripostehq/riposte/internal/app"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/show"
)

// orderFlags are what approving, dismissing and undoing have in common.
type orderFlags struct {
	ledgerFlag
	Reason string         `placeholder:"TEXT" help:"Why; the record keeps it."`
	Wait   *time.Duration `placeholder:"30s" help:"How long the outcome is waited for. Default: 30s on a terminal, else not at all."`
}

// order is what a person at this shell wants: the name is the operating system user's, which proves nothing, and is
// recorded as that.
func (f orderFlags) order(sh *shell, r record, verb ledger.Verb) ledger.Order {
	return ledger.Order{Verb: verb, By: sh.user, At: r.now(sh), Reason: f.Reason}
}

// may refuses an order that this user may not give, as far as the case and the configuration say: before anything is asked, or said
// to be done.
func (r record) may(c *ledger.Case, o ledger.Order) error {
	why, err := app.MayOrder(r.config, r.codec, c, o)
	switch {
	case err == nil && why != "" && (o.Verb == ledger.Mine || o.Verb == ledger.NotMine):
		err = fmt.Errorf("%s can't answer %s to case %s: %s", o.By, o.Verb, c.ID, why)
	case err == nil && why != "":
		err = fmt.Errorf("%s can't %s case %s: %s", o.By, o.Verb, c.ID, why)
	}
	return err
}

// on gives the orders that a verb makes of a case, and prints what became of it.
func (f orderFlags) on(ctx context.Context, sh *shell, id string, orders func(record, *ledger.Case) ([]ledger.Order, error)) error {
	r, err := f.serve(ctx, sh)
	if err != nil {
		return err
	}
	defer r.Close()
	c, err := r.one(ctx, id)
	if err != nil {
		return err
	}
	return f.about(ctx, sh, r, c, orders)
}

// about is on, where the ledger is open and the case is known.
func (f orderFlags) about(ctx context.Context, sh *shell, r record, c *ledger.Case, orders func(record, *ledger.Case) ([]ledger.Order, error)) error {
	given, err := orders(r, c)
	if err != nil {
		return err
	}
	return sh.give(ctx, r, c, f.patience(sh, r), given...)
}

// patience is how long an outcome is waited for.
func (f orderFlags) patience(sh *shell, r record) time.Duration {
	switch {
	case r.stage != nil: // it is carried out here and now
		return 0
	case f.Wait != nil:
		return *f.Wait
	case sh.width > 0:
		return patience
	}
	return 0
}

// give puts an order into the case's inbox, has it carried out where that is done here, and prints the case.
func (sh *shell) give(ctx context.Context, r record, c *ledger.Case, most time.Duration, orders ...ledger.Order) error {
	history, err := r.History(ctx, c.ID)
	if err != nil {
		return fmt.Errorf("read the history of case %q: %w", c.ID, err)
	}
	g := ordered{order: orders[len(orders)-1], since: int64(0)}
	if len(history) > 0 {
		g.since = history[len(history)-1].Seq
	}
	for _, o := range orders {
		if _, err := app.Order(ctx, r, c.ID, o); err != nil {
			return err
		}
	}
	if err := sh.carryOn(ctx, r); err != nil {
		return err
	}
	c, err = sh.until(ctx, r, c, most, g)
	if err != nil {
		return err
	}
	came, err := g.outcome(ctx, r, c)
	if err != nil {
		return err
	}
	one, err := r.shown(c)
	if err != nil {
		return err
	}
	if sh.json() {
		sh.object(struct {
			show.Case
			Verb    ledger.Verb `json:"verb"`
			Outcome string      `json:"outcome"`
			Why     []string    `json:"why,omitempty"`
		}{one, came.Verb, came.Outcome, came.Why})
	} else {
		sh.became(one)
	}
	if came.Outcome == "void" {
		return fmt.Errorf("%s", show.Plain(strings.Join(came.Why, "; ")))
	}
	return nil
}

// ordered is an order that lies in a case's inbox, and the last entry of the case's history before.
type ordered struct {
	order ledger.Order
	since int64
}

// outcome is what became of it so far.
func (g ordered) outcome(ctx context.Context, r record, c *ledger.Case) (show.Outcome, error) {
	history, err := r.History(ctx, c.ID)
	if err != nil {
		return show.Outcome{}, fmt.Errorf("read the history of case %q: %w", c.ID, err)
	}
	return show.OutcomeOf(c.ID, g.order, history, g.since), nil
}

// became prints a case after an order.
func (sh *shell) became(one show.Case) {
	why := ""
	if slices.Contains([]ledger.State{ledger.Asked, ledger.Held, ledger.Undoing}, one.State) {
		why = ": " + one.Reason
	}
	sh.line("%s is %s%s", one.Case, string(one.State), why)
	sh.steps(one)
}

// patience is how long an order's outcome is waited for on a terminal.
const patience = 30 * time.Second

// until loads a case once what was ordered is done, or as it stands when the time is up, which is said.
func (sh *shell) until(ctx context.Context, r record, c *ledger.Case, most time.Duration, g ordered) (*ledger.Case, error) {
	for waited := time.Duration(0); ; waited += listening {
		now, err := r.Load(ctx, c.ID)
		if err != nil {
			return nil, fmt.Errorf("read the case: %w", err)
		}
		if at := r.now(sh); len(now.Excepts(at)) < len(c.Excepts(at)) {
			return now, nil // revoked
		}
		done := now.Version != c.Version && now.State != c.State && !slices.Contains([]ledger.State{ledger.Acting, ledger.Undoing}, now.State)
		if len(now.Approvals()) > len(c.Approvals()) && now.State == ledger.Asked {
			sh.remark("taken: what has no way back takes %d different persons in production", r.config.Approval.Production.Destroy.Persons)
			return now, nil
		}
		if now.Version != c.Version && !done {
			came, err := g.outcome(ctx, r, now)
			if err != nil || came.Outcome == "void" {
				return now, err
			}
		}
		if done || most <= 0 {
			return now, nil
		}
		if waited >= most {
			sh.remark("not done after %s: riposte case %s shows how it goes on", most.String(), c.ID)
			return now, nil
		}
		if err := pause(ctx, listening); err != nil {
			return nil, err
		}
	}
}
