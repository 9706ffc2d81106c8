package sqlite

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/ledger"
)

const (
	streakColumns = `p.id, s.id, s.first, s.age, s.sweep, h.text, s.more`
	streakTables  = ` FROM streaks s JOIN streak_playbooks p ON p.n = s.playbook LEFT JOIN streak_shapes h ON h.n = s.shape `
	streakAt      = `SELECT s.shape, ` + streakColumns + streakTables + `WHERE s.listing = ? AND s.playbook = ? AND s.id = ?`
	streaksOf     = `SELECT ` + streakColumns + streakTables + `WHERE s.listing = (SELECT n FROM listings WHERE account = ? AND region = ? AND kind = ?)`
	// A resource may have been suspected by the listing of another: each of the account's is asked for it.
	anyStreak = `SELECT l.n, l.body, ` + streakColumns + ` FROM listings l CROSS JOIN streak_playbooks p CROSS JOIN streaks s
		LEFT JOIN streak_shapes h ON h.n = s.shape
		WHERE l.account = ?1 AND p.id = ?2 AND s.listing = l.n AND s.playbook = p.n AND s.id IN (?3, ?4)`

	addStreak  = `INSERT INTO streaks (listing, playbook, id, first, age, sweep, shape, more) VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`
	dropStreak = `DELETE FROM streaks WHERE listing = ? AND playbook = ? AND id = ?`
	playbookNo = `SELECT n FROM streak_playbooks WHERE id = ?`
	shapeNo    = `SELECT n FROM streak_shapes WHERE text = ?`
	// Where most streaks are alone with their facts, a shape each would only cost room: it takes two to have one.
	addShape = `INSERT INTO streak_shapes (text, uses) VALUES (?, 0) RETURNING n`
	useShape = `UPDATE streak_shapes SET uses = uses + ? WHERE n = ?`
	endShape = `DELETE FROM streak_shapes WHERE n = ? AND uses <= 0`
)

// rest is what most streaks do not have.
type rest struct {
	Told     time.Time       `json:"told,omitzero"`
	Case     string          `json:"case,omitempty"`
	Kept     time.Time       `json:"kept,omitzero"`
	KeepTags string          `json:"keep_tags,omitempty"`
	KeepSeen time.Time       `json:"keep_seen,omitzero"`
	Resource *event.Resource `json:"resource,omitempty"` // where it is not the listed one
	Own      *own            `json:"own,omitempty"`      // where it has no shape
}

type own struct {
	Title    string `json:"title"`
	Severity string `json:"severity"`
	Facts    []byte `json:"facts"`
}

const (
	between = "\x01" // the parts of a shape; neither JSON nor a title has one
	theID   = "\x02"
)

// shapeOf is what a streak has in common with others; "" where it can't be told apart from what stands between.
func shapeOf(s ledger.Streak) string {
	if len(s.Facts) == 0 || strings.ContainsAny(s.Severity+s.Title, between+theID) || bytes.ContainsAny(s.Facts, between+theID) || len(s.Resource.ID) < 4 {
		return ""
	}
	shape := strings.Join([]string{s.Severity, s.Title, string(s.Facts)}, between)
	return strings.ReplaceAll(shape, s.Resource.ID, theID)
}

// unshape is the way back.
func unshape(shape string, s *ledger.Streak) error {
	parts := strings.Split(strings.ReplaceAll(shape, theID, s.Resource.ID), between)
	if len(parts) != 3 {
		return fmt.Errorf("the streak of %s has a shape of %d parts", s.Resource, len(parts))
	}
	s.Severity, s.Title, s.Facts = parts[0], parts[1], []byte(parts[2])
	return nil
}

// scanStreak reads a row of the listing that is known once it is scanned.
func scanStreak(r scanner, in func() (ledger.Listing, error)) (*ledger.Streak, error) {
	s := &ledger.Streak{}
	var id string
	var first, age int64
	var shape, more []byte
	if err := r.Scan(&s.Playbook, &id, &first, &age, &s.Sweep, &shape, &more); err != nil {
		return nil, err
	}
	of, err := in()
	if err != nil {
		return nil, err
	}
	s.Kind = of.Kind
	s.First, s.Since = time.UnixMilli(first).UTC(), time.UnixMilli(first-age).UTC()
	s.Resource = of.Place.In(of.Kind, id)
	var x rest
	if more != nil {
		if err := json.Unmarshal(more, &x); err != nil {
			return nil, fmt.Errorf("read the streak of %s: %w", id, err)
		}
	}
	if x.Resource != nil {
		s.Resource = *x.Resource
	}
	s.Told, s.Case, s.Kept, s.KeepTags, s.KeepSeen = x.Told, x.Case, x.Kept, x.KeepTags, x.KeepSeen
	if x.Own != nil {
		s.Title, s.Severity, s.Facts = x.Own.Title, x.Own.Severity, x.Own.Facts
		return s, nil
	}
	return s, unshape(string(shape), s)
}

// Streaks of one listing; see ledger.Sweeps.
func (s *Store) Streaks(ctx context.Context, of ledger.Listing) (out []ledger.Streak, err error) {
	err = s.rows(ctx, func(r *sql.Rows) error {
		one, err := scanStreak(r, func() (ledger.Listing, error) { return of, nil })
		if err == nil {
			out = append(out, *one)
		}
		return err
	}, streaksOf, of.Place.Account, of.Place.Region, of.Kind)
	ledger.SortStreaks(out)
	return out, s.explain(err)
}

// Streak of one resource and playbook; see ledger.Sweeps.
func (s *Store) Streak(ctx context.Context, playbookID string, of event.Resource) (*ledger.Streak, error) {
	f := finder{of: of}
	here, elsewhere := keys(of)
	err := s.rows(ctx, f.scan, anyStreak, of.Account, playbookID, here, elsewhere)
	return f.found, s.explain(err)
}

// finder looks for a resource's streak in whichever listing has it.
type finder struct {
	of      event.Resource
	found   *ledger.Streak
	listing int64
}

func (f *finder) scan(r *sql.Rows) error {
	var n int64
	var body []byte
	row := behind{r, []any{&n, &body}}
	var of ledger.Listing
	s, err := scanStreak(row, func() (ledger.Listing, error) { return of, json.Unmarshal(body, &of) })
	if err == nil && s.Resource == f.of {
		f.found, f.listing = s, n
	}
	return err
}

// behind is a row whose first columns are scanned beside the others.
type behind struct {
	scanner
	first []any
}

func (b behind) Scan(into ...any) error { return b.scanner.Scan(append(b.first, into...)...) }

// keys are those that the resource may have: where it was listed itself, and elsewhere.
func keys(of event.Resource) (here, elsewhere string) {
	return of.ID, ledger.Streak{Resource: of}.KeyIn(ledger.Listing{})
}

// find is the streak as it stands, with its listing; nil where there is none.
func (t *tx) find(playbookID string, of event.Resource) (int64, *ledger.Streak, error) {
	f := finder{of: of}
	here, elsewhere := keys(of)
	err := t.rows(f.scan, anyStreak, of.Account, playbookID, here, elsewhere)
	return f.listing, f.found, err
}
