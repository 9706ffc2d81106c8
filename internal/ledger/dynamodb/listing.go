package dynamodb

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/ripostehq/riposte/internal/ledger"
)

const (
	coveragesPrefix = "coverages#"
	streaksPrefix   = "streaks#"
	sealSK          = "!seal" // before all regions, and what has none
)

func listingKey(of ledger.Listing) key {
	return key{coveragesPrefix + of.Place.Account, of.Place.Region + "#" + of.Kind}
}

func accountSealKey(account string) key { return key{coveragesPrefix + account, sealSK} }

func streaksOf(of ledger.Listing) string {
	return streaksPrefix + of.Place.Account + "#" + of.Place.Region + "#" + of.Kind
}

// streakKey has the resource's id, or the sum of what is too long for a key.
func streakKey(of ledger.Listing, s ledger.Streak) key {
	id := s.KeyIn(of)
	if len(id) > 512 {
		id = "|sum|" + sum(id)
	}
	return key{streaksOf(of), s.Playbook + "#" + id}
}

// sweptListing is one as it stands.
type sweptListing struct {
	ledger.ListingRow
	rev int64 // goes up with every write of it or of its streaks: what was read is written over that only
}

func sweptListingOf(i item) (*sweptListing, error) {
	l := &sweptListing{rev: numberOf(i["rev"])}
	l.By, l.Digest = textOf(i["duty"]), textOf(i["digest"])
	var err error
	if l.Coverage, err = bodyOf[ledger.Coverage](i); err != nil {
		return nil, err
	}
	l.Streaks, err = ledger.ReadMultiset(bytesOf(i["streaks"]))
	return l, err
}

// sweptListing reads one; its rev is 0 where there is none.
func (s *Store) sweptListing(ctx context.Context, of ledger.Listing) (*sweptListing, error) {
	i, err := s.get(ctx, listingKey(of))
	if err != nil {
		return nil, err
	}
	if i == nil {
		return &sweptListing{ListingRow: ledger.ListingRow{Coverage: ledger.Coverage{Listing: of}, Streaks: &ledger.Multiset{}}}, nil
	}
	l, err := sweptListingOf(i)
	if err != nil {
		return nil, fmt.Errorf("read the listing of %s in %s: %w", of.Kind, of.Place.Region, err)
	}
	return l, nil
}

// sweptListing writes one with its digest.
func (t *tx) sweptListing(l *sweptListing) (err error) {
	if l.Digest, err = l.Sum(); err != nil {
		return err
	}
	body, err := json.Marshal(l.Coverage)
	if err != nil {
		return err
	}
	unchanged := absent(errAgain)
	if l.rev > 0 {
		unchanged = over("rev", l.rev, errAgain)
	}
	i := item{"body": blob(body), "duty": text(l.By), "digest": text(l.Digest), "rev": number(l.rev + 1)}
	if b := l.Streaks.Bytes(); b != nil {
		i["streaks"] = blob(b)
	}
	t.put(listingKey(l.Listing), i, unchanged)
	return nil
}

// sweptAccount is what is kept of one account's listings, with the digests that its chain has.
type sweptAccount struct {
	id   string
	rows []ledger.ListingRow
	rev  int64 // of the seal
}

func (s *Store) account(ctx context.Context, id string) (*sweptAccount, error) {
	a := &sweptAccount{id: id}
	var broken error
	var seal item
	err := s.items(ctx, query{partition: coveragesPrefix + id}, func(i item) bool {
		if textOf(i[sk]) == sealSK {
			seal = i
			return true
		}
		var l *sweptListing
		if l, broken = sweptListingOf(i); broken != nil {
			return false
		}
		a.rows = append(a.rows, l.ListingRow)
		return true
	})
	if err := cmp.Or(err, broken); err != nil {
		return nil, fmt.Errorf("read the listings of %s: %w", id, err)
	}
	if seal != nil {
		a.rev = numberOf(seal["rev"])
		sealed, err := bodyOf[map[string]string](seal)
		if err != nil {
			return nil, err
		}
		for i, r := range a.rows {
			a.rows[i].Sealed = sealed[listingKey(r.Listing).sk]
		}
	}
	return a, nil
}

// sealSwept writes what the account's chain has of its listings, and the link that says so.
func (s *Store) sealSwept(ctx context.Context, t *tx, a *sweptAccount, l ledger.Link) error {
	sealed := map[string]string{}
	for _, r := range a.rows {
		if r.Sealed != "" {
			sealed[listingKey(r.Listing).sk] = r.Sealed
		}
	}
	body, err := json.Marshal(sealed)
	if err != nil {
		return err
	}
	unchanged := absent(errAgain)
	if a.rev > 0 {
		unchanged = over("rev", a.rev, errAgain)
	}
	t.put(accountSealKey(a.id), item{"body": blob(body), "rev": number(a.rev + 1)}, unchanged)
	r, err := s.chain(ctx, ledger.SweepChain(a.id))
	if err != nil {
		return err
	}
	if err := t.append(r, l); err != nil {
		return err
	}
	t.save(r, nil)
	return nil
}

// Coverages by account, region and kind; see ledger.Sweeps. What a listing has begun and not ended covers nothing.
func (s *Store) Coverages(ctx context.Context, account string) ([]ledger.Coverage, error) {
	accounts := []string{account}
	if account == "" {
		accounts = nil
		err := s.items(ctx, query{partition: accountsPK}, func(i item) bool { accounts = append(accounts, textOf(i[sk])); return true })
		if err != nil {
			return nil, s.explain(err)
		}
	}
	queries := make([]query, 0, len(accounts))
	for _, id := range accounts {
		queries = append(queries, query{partition: coveragesPrefix + id, where: "#s > :seal", values: item{":seal": text(sealSK)}})
	}
	found, err := s.spread(ctx, queries)
	if err != nil {
		return nil, s.explain(err)
	}
	var out []ledger.Coverage
	for _, i := range found {
		c, err := bodyOf[ledger.Coverage](i)
		if err != nil {
			return nil, s.explain(err)
		}
		if c.Duty != "" {
			out = append(out, c)
		}
	}
	slices.SortFunc(out, ledger.CompareCoverages)
	return out, nil
}
