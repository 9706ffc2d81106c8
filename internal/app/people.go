package app

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/ripostehq/riposte/internal/ledger"
)

// Order writes what a person wants of a case into its inbox: a replica that serves the ledger takes it up. The case is found by
// its id or an unambiguous beginning of it. What can't be is refused at once, with the reason.
func Order(ctx context.Context, s interface {
	ledger.Cases
	ledger.Inbox
}, prefix string, o ledger.Order) (*ledger.Case, error) {
	c, err := s.Find(ctx, prefix)
	if err != nil {
		return nil, fmt.Errorf("case %q: %w", prefix, err)
	}
	if err := possible(c, &o); err != nil {
		return c, err
	}
	key := fmt.Sprintf("order|%s|%s|%s", o.Verb, o.By, o.At.UTC().Format(time.RFC3339Nano))
	if _, err := s.Send(ctx, o.At, c.ID, ledger.Message{Key: key, Order: &o}); err != nil {
		return c, fmt.Errorf("case %s: %w", c.ID, err)
	}
	return c, nil
}

func possible(c *ledger.Case, o *ledger.Order) error {
	waits := c.State == ledger.Asked || c.State == ledger.Held
	switch o.Verb {
	case ledger.Approve:
		if !waits {
			return fmt.Errorf("case %s is %s: there is nothing to approve", c.ID, c.State)
		}
		return approvable(c, o)
	case ledger.Dismiss:
		if !waits && c.State != ledger.Suspected {
			return fmt.Errorf("case %s is %s: there is nothing to dismiss; what was done is taken back with undo", c.ID, c.State)
		}
	case ledger.Undo:
		if c.Undo != nil {
			return fmt.Errorf("case %s is %s already", c.ID, c.State)
		}
		if !c.Returnable() {
			return fmt.Errorf("case %s is %s: nothing was changed", c.ID, c.State)
		}
		o.Found = c.Found()
	}
	return nil
}

// approvable refuses an approval that does not say what was shown, or of what has changed since. The worker that carries the case
// looks once more: something may join on the way.
func approvable(c *ledger.Case, o *ledger.Order) error {
	asks := c.Asks(o.Revision)
	switch {
	case len(asks) == 0 && o.Revision != 0:
		return fmt.Errorf("revision %d of case %s asks nothing: there is nothing to approve", o.Revision, c.ID)
	case len(asks) == 0:
		return fmt.Errorf("case %s asks nothing: there is nothing to approve", c.ID)
	case o.Shown == "" && o.Revision == 0:
		return fmt.Errorf("an approval is of what was shown: riposte case %s shows what asks, and its name", c.ID)
	case o.Shown != "" && o.Shown != c.Shown(o.Revision):
		return fmt.Errorf("what asks has changed since %s was shown: look again with riposte case %s", o.Shown, c.ID)
	case o.Shown == "" && slices.ContainsFunc(asks, func(a ledger.Ask) bool { return a.Rung > 0 }):
		return fmt.Errorf("a step of revision %d has climbed since the plan was made, and asks something else: look at riposte case %s, and name what it shows",
			o.Revision, c.ID)
	}
	return nil
}
