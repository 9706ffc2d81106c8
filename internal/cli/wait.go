package cli

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/ripostehq/riposte/internal/ledger"
)

// patience is how long an order's outcome is waited for on a terminal.
const patience = 30 * time.Second

// until loads a case once what was ordered is done, or as it stands when the time is up, which is said.
func (sh *shell) until(ctx context.Context, r record, c *ledger.Case, most time.Duration) (*ledger.Case, error) {
	for waited := time.Duration(0); ; waited += listening {
		now, err := r.Load(ctx, c.ID)
		if err != nil {
			return nil, fmt.Errorf("read the case: %w", err)
		}
		if done(c, now) || most <= 0 {
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

// done reports whether a case has taken an order since, and is not in the middle of it.
func done(before, now *ledger.Case) bool {
	return now.Version != before.Version && now.State != before.State && !slices.Contains([]ledger.State{ledger.Acting, ledger.Undoing}, now.State)
}
