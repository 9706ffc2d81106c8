package sqlite

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/names"
)

// Of a million records each byte counts: a line holds the number of its source, the rest of the resource's id and a hash of the key. The key itself stands
// where the resource has the name; of what points, the caller knows it.
const (
	nameSourceNo  = `SELECT n FROM name_sources WHERE partition = ? AND account = ? AND region = ? AND kind = ? AND zone = ?`
	addNameSource = `INSERT INTO name_sources (partition, account, region, kind, zone) VALUES (?, ?, ?, ?, ?) RETURNING n`
	setName       = `INSERT OR REPLACE INTO names (source, id, hash, shape, since, gone, key) VALUES (?, ?, ?, ?, ?, ?, ?)`
	dropName      = `DELETE FROM names WHERE source = ? AND id = ? AND hash = ? AND shape & 1 = ?`
	nameColumns   = `SELECT s.partition, s.account, s.region, s.kind, s.zone, n.id, n.hash, n.shape, n.since, n.gone, n.key `
	namesBySource = nameColumns + `FROM name_sources s JOIN names n ON n.source = s.n WHERE s.partition = ? AND s.account = ? AND s.region = ? AND s.kind = ? AND s.zone = ?`
	namesByKey    = nameColumns + `FROM names n INDEXED BY names_hash JOIN name_sources s ON s.n = n.source WHERE n.hash = ?`
)

// The bits of a line's shape.
const (
	namePoints  = 1
	namePrivate = 2
)

// nameHash is what lines are found by. Half of a sum would let nobody find a second name for one; the caller compares what it then reads.
func nameHash(k names.Key) int64 {
	h := sha256.Sum256([]byte(k.String()))
	return int64(binary.BigEndian.Uint64(h[:8]))
}

func sourceArgs(s names.Source) []any {
	return []any{s.Place.Partition, s.Place.Account, s.Place.Region, s.Kind, s.Zone}
}

// knownName is an entry as it is stored: of what points, the hash stands for the key.
type knownName struct {
	names.Entry
	hash int64
}

func scanName(r *sql.Rows) (n knownName, err error) {
	var zone, id string
	var key sql.NullString
	var shape, since, gone int64
	res := &n.Resource
	if err := r.Scan(&res.Partition, &res.Account, &res.Region, &res.Type, &zone, &id, &n.hash, &shape, &since, &gone, &key); err != nil {
		return n, err
	}
	if res.ID = id; zone != "" {
		res.ID = zone + "/" + id
	}
	n.Points, n.Private = shape&namePoints != 0, shape&namePrivate != 0
	if n.Since = time.Unix(since, 0).UTC(); gone != 0 {
		n.Gone = time.Unix(gone, 0).UTC()
	}
	if key.Valid {
		n.Key, err = names.ParseKey(key.String)
	}
	return n, err
}

// named are lines with their keys: of what points, those that wanted has by their hash.
func (s *Store) named(ctx context.Context, wanted map[int64]names.Key, query string, args ...any) (all []names.Entry, err error) {
	err = s.rows(ctx, func(r *sql.Rows) error {
		n, err := scanName(r)
		if n.Points {
			if n.Key = wanted[n.hash]; n.Key == (names.Key{}) {
				n.Key = names.Key{Service: unnamed, ID: fmt.Sprint(n.hash)}
			}
		}
		all = append(all, n.Entry)
		return err
	}, query, args...)
	return all, s.explain(err)
}

// unnamed is the service of a key of which the hash alone is known.
const unnamed = "#"

func hashOf(e names.Entry) (hash int64) {
	if e.Key.Service == unnamed {
		fmt.Sscan(e.Key.ID, &hash)
		return hash
	}
	return nameHash(e.Key)
}

// KeepNames takes what a source has; see ledger.Names. What did not change is read, and not written.
func (s *Store) KeepNames(ctx context.Context, at time.Time, of names.Source, now []names.Entry) (int, error) {
	known, err := s.named(ctx, hashes(now), namesBySource, sourceArgs(of)...)
	if err != nil {
		return 0, err
	}
	turn := names.Compare(known, now, at)
	return turn.Len(), s.turnNames(ctx, of, turn)
}

func hashes(all []names.Entry) map[int64]names.Key {
	by := make(map[int64]names.Key, len(all))
	for _, e := range all {
		by[nameHash(e.Key)] = e.Key
	}
	return by
}

// turnNames writes what changed of a source, some lines at once. What was lost with the power is found by the next read.
func (s *Store) turnNames(ctx context.Context, of names.Source, turn names.Turn) error {
	for some := range slices.Chunk(turn.Drop, ledger.NamesAtOnce) {
		if err := s.changeSoon(ctx, func(t *tx) error { return t.dropNames(of, some) }); err != nil {
			return err
		}
	}
	for some := range slices.Chunk(turn.Put, ledger.NamesAtOnce) {
		if err := s.changeSoon(ctx, func(t *tx) error { return t.putNames(of, some) }); err != nil {
			return err
		}
	}
	return nil
}

// nameSource is the number of a source, which it gets where it has none.
func (t *tx) nameSource(of names.Source) (n int64, err error) {
	err = t.row(nameSourceNo, sourceArgs(of)...).Scan(&n)
	if errors.Is(err, sql.ErrNoRows) {
		err = t.row(addNameSource, sourceArgs(of)...).Scan(&n)
	}
	return n, err
}

func (t *tx) putNames(of names.Source, some []names.Entry) error {
	source, err := t.nameSource(of)
	if err != nil {
		return err
	}
	for _, e := range some {
		var shape, gone int64
		key := sql.NullString{String: e.Key.String(), Valid: !e.Points}
		if e.Points {
			shape = namePoints
		}
		if e.Private {
			shape |= namePrivate
		}
		if !e.Gone.IsZero() {
			gone = e.Gone.Unix()
		}
		if _, err := t.exec(dropName, source, idIn(of, e), hashOf(e), shape&namePoints); err != nil {
			return err
		}
		if _, err := t.exec(setName, source, idIn(of, e), hashOf(e), shape, e.Since.Unix(), gone, key); err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) dropNames(of names.Source, some []names.Entry) error {
	source, err := t.nameSource(of)
	if err != nil {
		return err
	}
	for _, e := range some {
		points := 0
		if e.Points {
			points = namePoints
		}
		if _, err := t.exec(dropName, source, idIn(of, e), hashOf(e), points); err != nil {
			return err
		}
	}
	return nil
}

// idIn is what of the resource's id the source does not say.
func idIn(of names.Source, e names.Entry) string {
	if of.Zone == "" {
		return e.Resource.ID
	}
	return strings.TrimPrefix(e.Resource.ID, of.Zone+"/")
}

// LearnNames takes what events show; see ledger.Names.
func (s *Store) LearnNames(ctx context.Context, changes []names.Change) error {
	for _, c := range changes {
		of := names.Entry{Resource: c.Resource}.Source()
		known, err := s.named(ctx, hashes(c.Now), namesBySource+` AND n.id = ?`, append(sourceArgs(of), idIn(of, names.Entry{Resource: c.Resource}))...)
		if err != nil {
			return err
		}
		if err := s.turnNames(ctx, of, c.Turn(known)); err != nil {
			return err
		}
	}
	return nil
}

// NamesOf are the entries of a key; see ledger.Names.
func (s *Store) NamesOf(ctx context.Context, of names.Key) ([]names.Entry, error) {
	return s.named(ctx, map[int64]names.Key{nameHash(of): of}, namesByKey, nameHash(of))
}

// NamesHad are the entries of a resource that has them, or had; see ledger.Names.
func (s *Store) NamesHad(ctx context.Context, of event.Resource) ([]names.Entry, error) {
	e := names.Entry{Resource: of}
	source := e.Source()
	return s.named(ctx, nil, namesBySource+` AND n.id = ? AND n.shape & 1 = 0`, append(sourceArgs(source), idIn(source, e))...)
}

// NameSources are the sources of a kind in a place; see ledger.Names.
func (s *Store) NameSources(ctx context.Context, at event.Place, kind string) (all []names.Source, err error) {
	err = s.rows(ctx, func(r *sql.Rows) error {
		of := names.Source{Place: at, Kind: kind}
		err := r.Scan(&of.Zone)
		all = append(all, of)
		return err
	}, `SELECT zone FROM name_sources s WHERE partition = ? AND account = ? AND region = ? AND kind = ? AND EXISTS (SELECT 1 FROM names n WHERE n.source = s.n) ORDER BY zone`,
		at.Partition, at.Account, at.Region, kind)
	return all, s.explain(err)
}
