package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/ripostehq/riposte/internal/ledger"
)

const (
	listingOf  = `SELECT n, body, duty, digest, sealed, streaks FROM listings WHERE account = ? AND region = ? AND kind = ?`
	addListing = `INSERT INTO listings (account, region, kind, body, duty, digest) VALUES (?, ?, ?, ?, '', '') RETURNING n`
	setListing = `UPDATE listings SET body = ?, duty = ?, digest = ?, sealed = ?, streaks = ? WHERE n = ?`
)

// listing is one as it stands, with its place among the streaks.
type listing struct {
	n int64
	ledger.ListingRow
}

// listing reads one; its n is 0 where there is none.
func (t *tx) listing(of ledger.Listing) (*listing, error) {
	l, err := scanListing(t.row(listingOf, of.Place.Account, of.Place.Region, of.Kind), &ledger.Multiset{})
	if errors.Is(err, sql.ErrNoRows) {
		l, err = &listing{ListingRow: ledger.ListingRow{Coverage: ledger.Coverage{Listing: of}, Streaks: &ledger.Multiset{}}}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the listing of %s in %s: %w", of.Kind, of.Place.Region, err)
	}
	return l, nil
}

// scanListing reads a row, the digest of its streaks where one is given.
func scanListing(r scanner, streaks *ledger.Multiset) (*listing, error) {
	l := &listing{ListingRow: ledger.ListingRow{Streaks: streaks}}
	var body, set []byte
	var sealed sql.NullString
	if err := r.Scan(&l.n, &body, &l.By, &l.Digest, &sealed, &set); err != nil {
		return nil, err
	}
	l.Sealed = sealed.String
	if err := json.Unmarshal(body, &l.Coverage); err != nil {
		return nil, err
	}
	if streaks != nil {
		read, err := ledger.ReadMultiset(set)
		if err != nil {
			return nil, err
		}
		l.Streaks = read
	}
	return l, nil
}

// number gives a listing that is new its place.
func (t *tx) number(l *listing) error {
	if l.n != 0 {
		return nil
	}
	body, err := json.Marshal(l.Coverage)
	if err != nil {
		return err
	}
	return t.row(addListing, l.Place.Account, l.Place.Region, l.Kind, body).Scan(&l.n)
}

// setListing writes a listing with its digest, sealed or not.
func (t *tx) setListing(l *listing, seals bool) (err error) {
	if l.Digest, err = l.Sum(); err != nil {
		return err
	}
	if seals {
		l.Sealed = l.Digest
	}
	body, err := json.Marshal(l.Coverage)
	if err != nil {
		return err
	}
	return one(t.exec(setListing, body, l.By, l.Digest, sql.NullString{String: l.Sealed, Valid: l.Sealed != ""}, l.Streaks.Bytes(), l.n))
}

// listings of an account, without the digests of their streaks.
func (t *tx) listings(account string) (out []ledger.ListingRow, err error) {
	err = t.rows(func(r *sql.Rows) error {
		l, err := scanListing(r, nil)
		if err == nil {
			out = append(out, l.ListingRow)
		}
		return err
	}, `SELECT n, body, duty, digest, sealed, NULL FROM listings WHERE account = ?`, account)
	return out, err
}

// Coverages by account, region and kind; see ledger.Sweeps. What a listing has begun and not ended covers nothing.
func (s *Store) Coverages(ctx context.Context, account string) (out []ledger.Coverage, err error) {
	err = s.rows(ctx, func(r *sql.Rows) error {
		c, err := scanJSON[ledger.Coverage](r)
		if err == nil && c.Duty != "" {
			out = append(out, c)
		}
		return err
	}, `SELECT body FROM listings WHERE ?1 = '' OR account = ?1 ORDER BY account, region, kind`, account)
	return out, s.explain(err)
}
