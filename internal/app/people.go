package app

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/ripostehq/riposte/internal/ledger"
)

// Order writes what a person wants of a case into its inbox: whoever serves the ledger takes it up. The case is found by
// its id or an unambiguous beginning of it. What can't be is refused at once, with the reason.
func Order(ctx context.Context, s ledger.Store, prefix string, o ledger.Order) (*ledger.Case, error) {
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
	}
	return nil
}

// approvable picks the newest revision where the person named none.
func approvable(c *ledger.Case, o *ledger.Order) error {
	newest := 0
	for _, r := range c.Revisions {
		if r.Superseded == 0 {
			newest = r.Number
		}
	}
	switch {
	case newest == 0:
		return errors.New("it has no plan yet")
	case o.Revision == 0:
		o.Revision = newest
	}
	return nil
}
