package ledger

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
)

// WroteSweep is all that the listings of one account have written, as one row: its key is the account.
const WroteSweep = "sweep"

// ListingRow is what a store keeps of a listing beside its streaks.
type ListingRow struct {
	Coverage
	Streaks *Multiset // digest of them
	By      string    // the duty that wrote last
	Digest  string    // of coverage and streaks as they stand
	Sealed  string    // the digest that the account's chain has; "" before the first
}

// Sum is what Digest ought to be.
func (r ListingRow) Sum() (string, error) {
	b, err := json.Marshal(r.Coverage)
	if err != nil {
		return "", fmt.Errorf("digest the listing of %s in %s: %w", r.Kind, r.Place.Region, err)
	}
	return Sum([]byte(Sum(b) + Sum(r.Streaks.Bytes()))), nil
}

// SealOf is the digest of an account's listings, whatever their order.
func SealOf(rows []ListingRow) string {
	var lines []string
	for _, r := range rows {
		if r.Sealed != "" {
			lines = append(lines, strings.Join([]string{plain(r.Place.Region), plain(r.Kind), r.Sealed}, "|"))
		}
	}
	slices.Sort(lines)
	return Sum([]byte(strings.Join(lines, "\n")))
}

// SealDuty is the link that ends a duty; rows are all listings of its account.
func SealDuty(d Duty, rows []ListingRow, now time.Time) Link {
	var listed, failed, begun, broken int
	for _, r := range rows {
		if r.Coverage.Duty != d.Name() {
			continue
		}
		listed, begun, broken = listed+1, begun+r.Begun, broken+r.Broken
		if r.Error != "" {
			failed++
		}
	}
	note := fmt.Sprintf("sweep of %s: %d listings, %d not read to their end, %d streaks begun, %d ended", d.Day, listed, failed, begun, broken)
	return Link{At: now, Notes: []string{note}, Wrote: sealed(d.Account, rows)}
}

// SealMark is the link of a streak that a case changed; rows are all listings of its account.
func SealMark(change StreakChange, rows []ListingRow, now time.Time) Link {
	s, did := change.Streak, "marked"
	if change.Ended {
		did = "ended"
	}
	note := fmt.Sprintf("%s by case %s: %s for %s", did, s.Case, s.Resource, s.Playbook)
	return Link{At: now, Notes: []string{note}, Wrote: sealed(s.Resource.Account, rows)}
}

func sealed(account string, rows []ListingRow) []Wrote {
	return []Wrote{{What: WroteSweep, Key: account, Sum: SealOf(rows)}}
}
