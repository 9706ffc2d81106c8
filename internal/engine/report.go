package engine

import (
	"context"
	"time"
)

// report tells people how the case stands. What is owed was committed with the change that it tells of, so that neither a
// crash nor a silent Security Hub loses it; telling twice does no harm. A turn that answered leaves the telling to the next
// one: other cases are answered first, however slow those are who must be told.
func (t *attempt) report(ctx context.Context) error {
	r := &t.c.Report
	t.move(t.state())
	if t.answered || !r.Owed() || r.Due.After(t.Now()) {
		return nil
	}
	if err := t.commit(ctx); err != nil {
		return err
	}
	wanted := r.Wanted
	if err := t.Reporter.Report(ctx, t.c); err != nil {
		r.Attempts++
		r.Error = err.Error()
		r.Due = t.Now().Add(t.backoff(r.Attempts))
		t.Meter.Stopped(t.c.Playbook, err)
		t.Log.Warn("report failed and is retried", "case", t.c.ID, "error", err)
		return nil
	}
	r.Sent, r.Attempts, r.Error, r.Due = wanted, 0, "", time.Time{}
	return nil
}
