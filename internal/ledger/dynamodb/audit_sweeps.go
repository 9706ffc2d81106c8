package dynamodb

import (
	"strings"

	"github.com/ripostehq/riposte/internal/ledger"
)

// sweptAudit is what is met of sweeps, in whatever order the table gives it.
type sweptAudit struct {
	listings map[key]*sweptListing // by the key of the listing
	streaks  map[key]*ledger.Multiset
	seals    map[string]map[string]string // of an account, by the listing's sort key
}

// sweptRow takes a duty, a listing, an account's seal or a streak. It is false for one that does not stand where its content belongs.
func (a *audit) sweptRow(k key, i item) bool {
	if a.swept.listings == nil {
		a.swept = sweptAudit{map[key]*sweptListing{}, map[key]*ledger.Multiset{}, map[string]map[string]string{}}
	}
	switch {
	case k.pk == dutiesPK:
		d, err := bodyOf[ledger.Duty](i)
		if err == nil && d.Ended.IsZero() {
			a.OpenDuty(d)
		}
		return err == nil && k == dutyKey(d)
	case strings.HasPrefix(k.pk, streaksPrefix):
		return a.streak(k, i)
	case k.sk == sealSK:
		sealed, err := bodyOf[map[string]string](i)
		a.swept.seals[strings.TrimPrefix(k.pk, coveragesPrefix)] = sealed
		return err == nil
	}
	l, err := sweptListingOf(i)
	if err != nil || k != listingKey(l.Listing) {
		return false
	}
	a.swept.listings[k] = l
	return true
}

// streak takes one into the digest of the listing that its key says.
func (a *audit) streak(k key, i item) bool {
	parts := strings.SplitN(strings.TrimPrefix(k.pk, streaksPrefix), "#", 3)
	x, err := bodyOf[ledger.Streak](i)
	if err != nil || len(parts) != 3 {
		return false
	}
	in := ledger.Listing{Kind: parts[2]}
	in.Place.Partition, in.Place.Account, in.Place.Region = x.Resource.Partition, parts[0], parts[1]
	if k != streakKey(in, x) {
		return false
	}
	at := listingKey(in)
	if a.swept.streaks[at] == nil {
		a.swept.streaks[at] = &ledger.Multiset{}
	}
	return rowIn(x, a.swept.streaks[at].Add) == nil
}

// listings gives all listings with their streaks, once all was met.
func (a *audit) listings() {
	for k, l := range a.swept.listings {
		if l.Streaks = a.swept.streaks[k]; l.Streaks == nil {
			l.Streaks = &ledger.Multiset{}
		}
		delete(a.swept.streaks, k)
		l.Sealed = a.swept.seals[l.Place.Account][k.sk]
		a.Listing(l.ListingRow)
	}
	for k := range a.swept.streaks {
		a.Broken(ledger.Whole, 0, "the streaks of %q %q are of no listing", k.pk, k.sk)
	}
}
