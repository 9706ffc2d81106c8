package ledger

import (
	"context"
	"time"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/playbook"
)

// Streak is one resource that has been what a playbook looks for, sweep after sweep. It is written when it begins, when it ends and when its
// stage changes, never daily: how long it was seen follows from the coverage of its listing.
type Streak struct {
	Playbook string         `json:"playbook"`
	Kind     string         `json:"kind"` // of the listing
	Resource event.Resource `json:"resource"`
	Since    time.Time      `json:"since"` // of AWS where that proves one, else First; never later than First
	First    time.Time      `json:"first"`
	Sweep    int            `json:"sweep"` // number of the complete listing from which on sightings are counted; the store sets it
	Told     time.Time      `json:"told,omitzero"`
	Case     string         `json:"case,omitempty"`
	Kept     time.Time      `json:"kept,omitzero"`       // until when a tag keeps it; zero: no tag does
	KeepTags string         `json:"keep_tags,omitempty"` // digest of the tags that keep it, or did
	KeepSeen time.Time      `json:"keep_seen,omitzero"`  // when a listing saw them first as they are
	Title    string         `json:"title"`
	Severity string         `json:"severity"`
	Facts    []byte         `json:"facts"` // as of the last change; small, free of secrets
}

// StreakChange is one that begins or ends, or whose row changes. One that ends and begins anew in one listing is two changes, in that order among themselves.
type StreakChange struct {
	Streak Streak
	Ended  bool
}

// Place of a listing: an account and region, and a kind of resource.
type Listing struct {
	Place event.Place `json:"place"`
	Kind  string      `json:"kind"`
}

// Coverage is one listing as it last went: proof of what was looked at, and of what was not.
type Coverage struct {
	Listing
	Duty      string    `json:"duty"` // that brought it: DAY/ACCOUNT
	Began     time.Time `json:"began"`
	Ended     time.Time `json:"ended"`
	Calls     int       `json:"calls"`
	Listed    int       `json:"listed"`
	Suspects  int       `json:"suspects"`
	Begun     int       `json:"begun"`
	Broken    int       `json:"broken"`
	Throttled int       `json:"throttled"`
	Error     string    `json:"error,omitempty"` // why it was not read to its end; "" for a complete one
	Empty     int       `json:"empty,omitempty"` // how many of the last complete ones listed nothing, in a row
	// Of all listings of this place and kind so far, this one included where it is complete. The store sets them.
	Complete int       `json:"complete"`          // how many days were read to the end
	Counted  string    `json:"counted,omitempty"` // the latest of these days
	Last     time.Time `json:"last,omitzero"`     // when the last complete one ended: "last seen" of every streak here
	Whole    int       `json:"whole,omitempty"`   // what the last complete one listed
	// Judged is when each playbook last judged a complete one, of the last weeks; the sweeper names those that judge this one.
	Judged map[string]time.Time `json:"judged,omitempty"`
}

// Duty is one account's sweep of one day, taken by one worker at a time.
type Duty struct {
	Day     string    `json:"day"` // 2026-11-30
	Account string    `json:"account"`
	Holder  string    `json:"holder,omitempty"`
	Until   time.Time `json:"until,omitzero"` // end of its lease
	Ended   time.Time `json:"ended,omitzero"`
	Calls   int       `json:"calls"` // so far, as its holder said when it renewed or ended it
	Error   string    `json:"error,omitempty"`
	Takes   int       `json:"takes"` // how often it was taken: a holder that lost it can't write any more
	// Tallies are what it found, by playbook, as of its end (TallyOf): what surges and figures over time are read from.
	Tallies map[string]Tally `json:"tallies,omitempty"`
}

// Name of the duty, as coverage and origins have it.
func (d Duty) Name() string { return d.Day + "/" + d.Account }

// Sweeps is what a store keeps of sweeps. Times are kept to the millisecond.
type Sweeps interface {
	// TakeDuty takes the account's sweep of a day until the lease ends: false where it has ended, or another holder has it. Where its
	// lease has run out, the new holder goes on where the old one died. A lease of a wrong clock counts as ended, as that of a case does
	// (see Leases). The same holder may take it again: what it had before is stale.
	TakeDuty(ctx context.Context, now time.Time, day, account, holder string, lease time.Duration) (Duty, bool, error)
	// RenewDuty prolongs a lease that is still held, and keeps the duty's Calls; ErrStale where it was taken over or has ended.
	RenewDuty(ctx context.Context, now time.Time, d Duty, lease time.Duration) error
	// EndDuty ends it, with what could not be listed in Error, and adds one entry to the chain SweepChain(account), which holds the digest of
	// all that the account's listings have written. ErrStale where it was taken over. Ended again, nothing is written.
	EndDuty(ctx context.Context, now time.Time, d Duty) error
	// Duties of a day and of the days since, by day and account. They are kept for DutiesKept.
	Duties(ctx context.Context, since string) ([]Duty, error)
	// Swept writes one listing's coverage and the changes of its streaks. ErrStale where the duty was taken over or has ended.
	//
	// Many changes are several transactions: no store takes a hundred thousand in one without keeping an attack waiting. The changes go
	// first, those of one streak together, the coverage last. Where it dies in between, some streaks have begun or ended and no coverage
	// tells: the listing counts as not made, and is made again. What that finds changed is written then; what was written already stays as
	// it is, and the same Swept written again changes nothing more.
	//
	// Of a streak that stands, Since never moves later and First never moves; Told and Case are the case's and stay. Since is never later than
	// First. Complete counts a day once, whatever ends again on it or before it. That an incomplete listing ends no streak is the caller's rule.
	Swept(ctx context.Context, d Duty, c Coverage, changes []StreakChange) error
	// Streaks of one listing, by playbook and resource.
	Streaks(ctx context.Context, of Listing) ([]Streak, error)
	// Streak of one resource and playbook; nil where there is none.
	Streak(ctx context.Context, playbookID string, of event.Resource) (*Streak, error)
	// MarkStreak writes what a case changes of one that stands: Told, Case, and Kept where it is not zero; and ends it where ended, with an
	// entry of the account's chain. False where there is none, or where First is not that of the one that stands: another streak has begun,
	// which nobody was told of.
	MarkStreak(ctx context.Context, now time.Time, change StreakChange) (bool, error)
	// Coverages by account, region and kind; of all accounts ("") or of one.
	Coverages(ctx context.Context, account string) ([]Coverage, error)
	// Prices that were fetched are kept for some days: see internal/price. Nil where there is none, or it is older.
	CachedPrice(ctx context.Context, item string, since time.Time) (*CachedPrice, error)
	CachePrice(ctx context.Context, p CachedPrice) error
}

// CachedPrice is one answer of AWS's price list, also that there is none.
type CachedPrice struct {
	Item  string         `json:"item"`
	At    time.Time      `json:"at"`
	Price playbook.Price `json:"price"`
	Error string         `json:"error,omitempty"`
}

// DutiesKept is how long a duty is kept, from its day on.
const DutiesKept = 90 * 24 * time.Hour

// PricesKept is how long an answer of the price list is kept.
const PricesKept = 30 * 24 * time.Hour

const sweepChains = "sweep:"

// SweepChain is the chain of an account's sweeps: since when a resource lies unused decides about its deletion, so that it has to be
// as tamper-evident as a case.
func SweepChain(account string) string { return sweepChains + account }

// Seen is the streak as playbooks see it, by the coverage of its listing.
func (s Streak) Seen(c Coverage) playbook.Streak {
	return playbook.Streak{Since: s.Since, First: s.First, Last: c.Last, Seen: max(1, c.Complete-s.Sweep+1), Told: s.Told}
}
