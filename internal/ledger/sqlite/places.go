package sqlite

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/ripostehq/riposte/internal/ledger"
)

// The buckets come as a JSON list: one statement for all, since each costs as much as what it finds.
const (
	// How many other incidents are in each bucket where this one has no place yet, by the bucket's place in the list.
	others = `SELECT key, (SELECT count(*) FROM places WHERE bucket = value AND at >= ?3 AND incident <> ?2) FROM json_each(?1)
		WHERE NOT EXISTS (SELECT 1 FROM places WHERE bucket = value AND at >= ?3 AND incident = ?2)`
	// An incident has one place; an old one is taken anew.
	takePlaces = `INSERT INTO places (bucket, incident, at) SELECT value, ?2, ?4 FROM json_each(?1) WHERE true
		ON CONFLICT DO UPDATE SET at = excluded.at WHERE at < ?3 RETURNING bucket`
)

// reserve counts and takes in one transaction, so that two at once can't both have the last place.
func (t *tx) reserve(_ string, w ledger.Write) ([]ledger.Wrote, error) {
	var wrote []ledger.Wrote
	for rest := w.Reserve; len(rest) > 0; {
		n := 1 // how many differ in the bucket alone
		for n < len(rest) && rest[n].Incident == rest[0].Incident && rest[n].At.Equal(rest[0].At) && rest[n].Since.Equal(rest[0].Since) {
			n++
		}
		took, err := t.reserveAll(rest[:n])
		rest = rest[n:]
		if err != nil {
			return nil, err
		}
		wrote = append(wrote, took...)
	}
	return wrote, nil
}

func (t *tx) reserveAll(all []ledger.Reservation) (wrote []ledger.Wrote, err error) {
	if err := t.room(all); err != nil {
		return nil, err
	}
	var buckets []string
	for _, r := range all {
		buckets = append(buckets, r.Bucket)
	}
	list, err := json.Marshal(buckets)
	if err != nil {
		return nil, err
	}
	one := all[0]
	err = t.rows(func(r *sql.Rows) error {
		var bucket string
		err := r.Scan(&bucket)
		wrote = append(wrote, ledger.Wrote{What: ledger.WrotePlace, Key: placeKey(bucket, one.Incident), Sum: strconv.FormatInt(one.At.UnixNano(), 10)})
		return err
	}, takePlaces, string(list), one.Incident, since(one.Since), one.At.UnixNano())
	return wrote, err
}

// room is an error where one of the buckets that have an end is full of other incidents, unless this one has its place.
func (t *tx) room(all []ledger.Reservation) error {
	var limited []ledger.Reservation
	var buckets []string
	for _, r := range all {
		if r.Max > 0 {
			limited, buckets = append(limited, r), append(buckets, r.Bucket)
		}
	}
	if len(limited) == 0 {
		return nil
	}
	list, err := json.Marshal(buckets)
	if err != nil {
		return err
	}
	return t.rows(func(r *sql.Rows) error {
		var i, n int
		if err := r.Scan(&i, &n); err != nil {
			return err
		}
		if full := limited[i]; n >= full.Max {
			return fmt.Errorf("%s has %d of %d: %w", full.Bucket, n, full.Max, ledger.ErrLimit)
		}
		return nil
	}, others, string(list), all[0].Incident, since(all[0].Since))
}

func placeKey(bucket, incident string) string { return strconv.Quote(bucket) + " " + incident }

// since is the beginning of a window; without one all of time counts.
func since(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixNano()
}
