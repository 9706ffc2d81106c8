package sweep

import (
	"context"
	"time"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/names"
)

// Looking is a store that is read and not written: what a person lists beside the schedule begins no streak and covers nothing. A part of an
// account must not count as its sweep of the day.
type Looking struct {
	// From is what it reads; nil: nothing is known.
	From Store
}

// TakeDuty gives a duty that no other process can have: it is in no ledger.
func (l Looking) TakeDuty(_ context.Context, now time.Time, day, account, holder string, lease time.Duration) (ledger.Duty, bool, error) {
	return ledger.Duty{Day: day + " looking", Account: account, Holder: holder, Until: now.Add(lease)}, true, nil
}

// RenewDuty does nothing.
func (l Looking) RenewDuty(context.Context, time.Time, ledger.Duty, time.Duration) error { return nil }

// EndDuty does nothing.
func (l Looking) EndDuty(context.Context, time.Time, ledger.Duty) error { return nil }

// Swept does nothing.
func (l Looking) Swept(context.Context, ledger.Duty, ledger.Coverage, []ledger.StreakChange) error {
	return nil
}

// KeepNames does nothing.
func (l Looking) KeepNames(context.Context, time.Time, names.Source, []names.Entry) (int, error) {
	return 0, nil
}

// NameSources are none: nothing is kept.
func (l Looking) NameSources(context.Context, event.Place, string) ([]names.Source, error) {
	return nil, nil
}

// Duties are those of what it reads.
func (l Looking) Duties(ctx context.Context, since string) ([]ledger.Duty, error) {
	if l.From == nil {
		return nil, nil
	}
	return l.From.Duties(ctx, since)
}

// Streaks are those of what it reads.
func (l Looking) Streaks(ctx context.Context, of ledger.Listing) ([]ledger.Streak, error) {
	if l.From == nil {
		return nil, nil
	}
	return l.From.Streaks(ctx, of)
}

// Coverages are those of what it reads.
func (l Looking) Coverages(ctx context.Context, account string) ([]ledger.Coverage, error) {
	if l.From == nil {
		return nil, nil
	}
	return l.From.Coverages(ctx, account)
}
