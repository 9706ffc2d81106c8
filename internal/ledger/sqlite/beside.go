package sqlite

import (
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/ripostehq/riposte/internal/ledger"
)

const (
	addEffect   = `INSERT INTO effects (key, body, version) VALUES (?, ?, 1) ON CONFLICT DO NOTHING`
	setEffect   = `UPDATE effects SET body = ?, version = version + 1 WHERE key = ? AND version = ?`
	dropEffect  = `DELETE FROM effects WHERE key = ? AND version = ?`
	addRequest  = `INSERT INTO requests (id) VALUES (?) ON CONFLICT DO NOTHING`
	countPlaces = `SELECT count(*) FROM places WHERE bucket = ? AND at >= ? AND incident <> ?`
	hasPlace    = `SELECT count(*) FROM places WHERE bucket = ? AND at >= ? AND incident = ?`
	// An incident has one place; an old one is taken anew.
	takePlace    = `INSERT INTO places (bucket, incident, at) VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET at = excluded.at WHERE at < ?4`
	addException = `INSERT INTO exceptions (playbook, root, until, body) VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET body = excluded.body`
)

// effects writes each effect over the version that was read; one that nobody holds goes.
func (t *tx) effects(_ string, w ledger.Write) ([]ledger.Wrote, error) {
	var wrote []ledger.Wrote
	for _, e := range w.Effects {
		body, err := json.Marshal(e)
		if err != nil {
			return nil, err
		}
		n, err := t.effect(e, body)
		if err == nil && n == 0 {
			err = ledger.ErrStale
		}
		if err != nil {
			return nil, fmt.Errorf("effect %q: %w", e.Key, err)
		}
		x := ledger.Wrote{What: ledger.WroteEffect, Key: e.Key}
		if after(e) > 0 {
			x.Sum = ledger.Sum(body)
		}
		wrote = append(wrote, x)
	}
	return wrote, nil
}

func (t *tx) effect(e *ledger.Effect, body []byte) (int64, error) {
	switch {
	case len(e.Holders) == 0 && e.Version == 0:
		return 1, nil // never was, and is not wanted
	case len(e.Holders) == 0:
		return t.exec(dropEffect, e.Key, e.Version)
	case e.Version == 0:
		return t.exec(addEffect, e.Key, body)
	}
	return t.exec(setEffect, body, e.Key, e.Version)
}

// after is an effect's version once it is written; 0 where it is gone.
func after(e *ledger.Effect) int64 {
	if len(e.Holders) == 0 {
		return 0
	}
	return e.Version + 1
}

func (t *tx) requests(_ string, w ledger.Write) ([]ledger.Wrote, error) {
	var wrote []ledger.Wrote
	for _, id := range w.Requests {
		if _, err := t.exec(addRequest, id); err != nil {
			return nil, err
		}
		wrote = append(wrote, ledger.Wrote{What: ledger.WroteRequest, Key: id, Sum: ledger.Present})
	}
	return wrote, nil
}

// reserve counts and takes in one transaction, so that two at once can't both have the last place.
func (t *tx) reserve(_ string, w ledger.Write) ([]ledger.Wrote, error) {
	var wrote []ledger.Wrote
	for _, r := range w.Reserve {
		if r.Max > 0 {
			if err := t.room(r); err != nil {
				return nil, err
			}
		}
		n, err := t.exec(takePlace, r.Bucket, r.Incident, r.At.UnixNano(), since(r.Since))
		if err != nil {
			return nil, err
		}
		if n > 0 {
			wrote = append(wrote, ledger.Wrote{What: ledger.WrotePlace, Key: placeKey(r.Bucket, r.Incident), Sum: placeSum(r.At.UnixNano())})
		}
	}
	return wrote, nil
}

// room is an error where the bucket is full of other incidents, unless this one has its place.
func (t *tx) room(r ledger.Reservation) error {
	var others, mine int
	if err := t.row(hasPlace, r.Bucket, since(r.Since), r.Incident).Scan(&mine); err != nil || mine > 0 {
		return err
	}
	if err := t.row(countPlaces, r.Bucket, since(r.Since), r.Incident).Scan(&others); err != nil {
		return err
	}
	if others >= r.Max {
		return fmt.Errorf("%s has %d of %d: %w", r.Bucket, others, r.Max, ledger.ErrLimit)
	}
	return nil
}

func placeKey(bucket, incident string) string { return strconv.Quote(bucket) + " " + incident }
func placeSum(at int64) string                { return strconv.FormatInt(at, 10) }

// since is the beginning of a window; without one all of time counts.
func since(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixNano()
}

func exceptionKey(x ledger.Exception) string {
	return fmt.Sprintf("%s %s %d", x.Playbook, x.Root, x.Until.UnixNano())
}

func (t *tx) exceptions(_ string, w ledger.Write) ([]ledger.Wrote, error) {
	var wrote []ledger.Wrote
	for _, x := range w.Exceptions {
		body, err := json.Marshal(x)
		if err != nil {
			return nil, err
		}
		sum := ledger.Sum(body)
		if _, err := t.exec(addException, x.Playbook, x.Root, x.Until.UnixNano(), body); err != nil {
			return nil, err
		}
		wrote = append(wrote, ledger.Wrote{What: ledger.WroteException, Key: exceptionKey(x), Sum: sum})
	}
	return wrote, nil
}
