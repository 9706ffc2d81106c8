package sweep

import (
	"cmp"
	"context"
	"hash/fnv"
	"slices"
	"sync"
	"time"

	"github.com/ripostehq/riposte/internal/ledger"
)

const (
	catchUp  = 30 * time.Minute // over which the accounts that were missed are spread, from the start on
	longest  = time.Hour        // between two looks at what is due
	shortest = time.Minute
	soonest  = 5 * time.Minute      // after a sweep that failed; twice that after the next, up to longest
	together = overAll / perAccount // accounts that are swept at once
)

// Schedule gives each account a fixed moment of the day, so that each is swept every 24 hours and never all at once.
type Schedule struct {
	At     time.Duration // since midnight
	Zone   *time.Location
	Spread time.Duration // over which accounts are spread
}

// Moment is when an account is swept on the day that the time is in.
func (s Schedule) Moment(account string, day time.Time) time.Time {
	y, m, d := day.In(s.Zone).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, s.Zone).Add(s.At + spread(account, s.Spread))
}

// last is the newest moment that is not to come, and the next one.
func (s Schedule) last(account string, now time.Time) (last, next time.Time) {
	today := s.Moment(account, now)
	if today.After(now) {
		return s.Moment(account, now.In(s.Zone).AddDate(0, 0, -1)), today
	}
	return today, s.Moment(account, now.In(s.Zone).AddDate(0, 0, 1))
}

// spread is by hash and not by lot: a person can know it.
func spread(account string, over time.Duration) time.Duration {
	if over <= 0 {
		return 0
	}
	h := fnv.New64a()
	_, _ = h.Write([]byte(account))
	return time.Duration(h.Sum64() % uint64(over)).Truncate(time.Second)
}

// Turn is one account's sweep that is due, or will be.
type Turn struct {
	Account string
	Day     string
	At      time.Time
}

// Turns are those of accounts at a time, the earliest first: of each the day that is due, unless it was done, else the next. started is
// since when this process looks; zero: for ever. What was missed before that is spread over half an hour.
func (s Schedule) Turns(accounts []string, done []ledger.Duty, started, now time.Time) (all []Turn) {
	over := map[string]bool{}
	for _, d := range done {
		if !d.Ended.IsZero() {
			over[d.Name()] = true
		}
	}
	for _, id := range accounts {
		last, next := s.last(id, now)
		t := Turn{Account: id, Day: last.In(s.Zone).Format(time.DateOnly), At: last}
		if over[ledger.Duty{Day: t.Day, Account: id}.Name()] {
			t.Day, t.At = next.In(s.Zone).Format(time.DateOnly), next
		} else if last.Before(started) {
			t.At = started.Add(spread(id, catchUp))
		}
		all = append(all, t)
	}
	slices.SortFunc(all, func(a, b Turn) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Account, b.Account)) })
	return all
}

// Rounds does what the schedule has due. Replicas share it by the duties.
type Rounds struct {
	*Sweeper
	Schedule Schedule
	Accounts func() []string // that are defended now
	Started  time.Time       // since when this process looks; zero where what was missed is due at once
	Told     func(account string, d ledger.Duty, err error)
	Swept    func(context.Context) // after the accounts that were due were swept; may be nil

	stood time.Time // when it was told last how far listings reach

	mu    sync.Mutex
	after map[string]delay // of accounts whose last sweep failed
}

// delay is how an account waits whose sweep failed: it must not keep the others from theirs.
type delay struct {
	until time.Time
	last  time.Duration
}

// rested is when an account is swept again.
func (r *Rounds) rested(account string, now time.Time) time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	if until := r.after[account].until; until.Sub(now) <= longest { // else the clock was set back
		return until
	}
	return now
}

// went keeps how an account's sweep went.
func (r *Rounds) went(account string, failed bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !failed {
		delete(r.after, account)
		return
	}
	if r.after == nil {
		r.after = map[string]delay{}
	}
	last := min(longest, max(soonest, 2*r.after[account].last))
	r.after[account] = delay{r.Now().Add(last), last}
}

// Run does what is due until the context ends.
func (r *Rounds) Run(ctx context.Context) {
	for ctx.Err() == nil {
		next, err := r.Once(ctx, together)
		wait := longest
		if err != nil {
			wait = shortest
		} else if !next.IsZero() {
			wait = min(longest, max(shortest, next.Sub(r.Now())))
		}
		if r.Sleep(ctx, wait) != nil {
			return
		}
	}
}

// Once does what is due now, up to so many accounts at once, and returns when the next is due: now, where some of what was due is left. What
// another replica has in hand is none of these; it is looked at again after an hour. An error is the ledger's, or the end of the context; of an
// account whose sweep failed there is none, it waits its time.
func (r *Rounds) Once(ctx context.Context, most int) (next time.Time, err error) {
	now := r.Now()
	done, err := r.Store.Duties(ctx, now.In(r.Schedule.Zone).AddDate(0, 0, -2).Format(time.DateOnly))
	if err != nil {
		return time.Time{}, err
	}
	held := map[string]bool{}
	for _, d := range done {
		held[d.Name()] = d.Ended.IsZero() && d.Holder != "" && d.Holder != r.Name && d.Until.After(now) && d.Until.Sub(now) <= lease
	}
	var due []Turn
	for _, t := range r.Schedule.Turns(r.Accounts(), done, r.Started, now) {
		if rested := r.rested(t.Account, now); rested.After(t.At) {
			t.At = rested
		}
		_, following := r.Schedule.last(t.Account, now)
		if t.At.After(now) {
			following = t.At
		} else if !held[ledger.Duty{Day: t.Day, Account: t.Account}.Name()] {
			due = append(due, t)
		}
		if next.IsZero() || following.Before(next) {
			next = following
		}
	}
	if len(due) > most {
		due, next = due[:most], now
	}
	r.sweep(ctx, due)
	r.stand(ctx)
	return next, ctx.Err()
}

// stand tells how far listings reach: that means to read the coverage of all places.
func (r *Rounds) stand(ctx context.Context) {
	now := r.Now()
	if since := now.Sub(r.stood); r.Meter == nil || since >= 0 && since < longest-shortest {
		return
	}
	all, err := r.Store.Coverages(ctx, "")
	if err != nil {
		if ctx.Err() == nil {
			r.Log.Warn("how far sweeps reach is not known", "error", err)
		}
		return
	}
	r.stood = now
	r.Meter.SweepsStand(Stand(all, now))
}

func (r *Rounds) sweep(ctx context.Context, due []Turn) {
	var group sync.WaitGroup
	for _, t := range due {
		group.Go(func() {
			d, free, err := r.Account(ctx, t.Day, t.Account, Scope{}, nil)
			if ctx.Err() == nil {
				r.went(t.Account, err != nil)
			}
			if (free || err != nil) && ctx.Err() == nil {
				r.Told(t.Account, d, err)
			}
		})
	}
	group.Wait()
	if len(due) > 0 && r.Swept != nil {
		r.Swept(ctx)
	}
}
