package sqlite

import (
	"cmp"
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/oklog/ulid/v2"

	"github.com/ripostehq/riposte/internal/ledger"
)

const (
	letterOf  = `SELECT n, body FROM letters WHERE key = ?`
	letterBy  = `SELECT n, body FROM letters WHERE id = ?`
	letterDue = `SELECT n, body FROM letters WHERE wake <= ? ORDER BY urgent DESC, wake LIMIT 1`
	// A lease of a wrong clock would keep a letter for good.
	letterAstray = `SELECT n, body FROM letters WHERE lease > ? LIMIT 1`
	anyLetter    = `SELECT EXISTS (SELECT 1 FROM letters WHERE wake <= ?1) OR EXISTS (SELECT 1 FROM letters WHERE lease > ?2)`
	addLetter    = `INSERT INTO letters (id, key, matter, body) VALUES (?, ?, ?, x'7b7d') ON CONFLICT (id) DO NOTHING`
	setLetter    = `UPDATE letters SET body = ?, urgent = ?, failed = ?, wake = ?, lease = ?, ends = ? WHERE n = ?`
	putOff       = `UPDATE letters SET wake = ? WHERE n = ?`
	addNamed     = `INSERT INTO letter_cases (case_id, n) VALUES (?, ?) ON CONFLICT DO NOTHING`
	nextLetter   = `SELECT min(wake) FROM letters WHERE wake IS NOT NULL`
	// What is posted makes room for itself.
	oldLetters = `SELECT n FROM letters WHERE ends < ? ORDER BY ends LIMIT 2`
	dropNamed  = `DELETE FROM letter_cases WHERE n = ?`
	dropLetter = `DELETE FROM letters WHERE n = ?`
)

// Post adds lines to letters; see ledger.Letters. It does not wait for the disk: what says that the lines were posted is committed later.
func (s *Store) Post(ctx context.Context, now time.Time, lines ...ledger.Line) error {
	_, err := s.PostAndTake(ctx, now, ledger.FirstClaim{}, lines...)
	return err
}

// PostAndTake adds lines to letters, and takes those that are due; see ledger.Letters.
func (s *Store) PostAndTake(ctx context.Context, now time.Time, by ledger.FirstClaim, lines ...ledger.Line) (taken []*ledger.Letter, err error) {
	for _, of := range ledger.ByLetter(lines) {
		var mine *ledger.Letter
		err := s.changeSoon(ctx, func(t *tx) error {
			n, r, err := t.letter(letterOf, of[0].Name())
			if errors.Is(err, sql.ErrNoRows) {
				n, r, err = s.openLetter(t, now, of[0].LetterKey)
			}
			if err != nil {
				return fmt.Errorf("post to the letter %s: %w", of[0].Name(), err)
			}
			for _, caseID := range r.Post(now, of...) {
				if _, err := t.exec(addNamed, caseID, n); err != nil {
					return err
				}
			}
			if mine = nil; by.Holder != "" && r.Take(now, by.Holder, "", by.Lease) {
				mine = r.Present()
			}
			if err := t.setLetter(n, r); err != nil {
				return err
			}
			return t.tidyLetters(now)
		})
		if err != nil {
			return taken, err
		}
		if mine != nil {
			taken = append(taken, mine)
		}
	}
	return taken, nil
}

// openLetter makes a letter that nothing was posted to yet.
func (s *Store) openLetter(t *tx, now time.Time, k ledger.LetterKey) (n int64, r *ledger.LetterRow, err error) {
	for free := int64(0); free == 0; { // entropy that repeats itself after a restart must not stop it
		id, err := ulid.New(ulid.Timestamp(now), s.ids)
		if err != nil {
			return 0, nil, fmt.Errorf("make an id at %s: %w", now, err)
		}
		r = ledger.NewLetter(k, id.String(), rand.Text(), now)
		if free, err = t.exec(addLetter, r.ID, k.Name(), k.Matter); err != nil {
			return 0, nil, err
		}
	}
	return n, r, t.row(`SELECT n FROM letters WHERE id = ?`, r.ID).Scan(&n)
}

func (t *tx) letter(query string, args ...any) (n int64, r *ledger.LetterRow, err error) {
	var body []byte
	if err := t.row(query, args...).Scan(&n, &body); err != nil {
		return 0, nil, err
	}
	r = &ledger.LetterRow{}
	if err := json.Unmarshal(body, r); err != nil {
		return n, nil, fmt.Errorf("read letter %d: %w", n, err)
	}
	return n, r, nil
}

func (t *tx) setLetter(n int64, r *ledger.LetterRow) error {
	body, err := json.Marshal(r)
	if err != nil {
		return err
	}
	l := r.Present()
	return one(t.exec(setLetter, body, l.Urgent, l.Troubled(), nanos(r.Wake()), nanos(r.Lease), nanos(r.Ends()), n))
}

// tidyLetters lets go of two whose time is over.
func (t *tx) tidyLetters(now time.Time) error {
	var old []int64
	err := t.rows(func(r *sql.Rows) error {
		var n int64
		err := r.Scan(&n)
		old = append(old, n)
		return err
	}, oldLetters, now.UnixNano())
	for _, n := range old {
		for _, query := range []string{dropNamed, dropLetter} {
			if err == nil {
				_, err = t.exec(query, n)
			}
		}
	}
	return err
}

// TakeLetter takes the owed letter that goes first; see ledger.Letters.
func (s *Store) TakeLetter(ctx context.Context, now time.Time, holder string, lease time.Duration) (l *ledger.Letter, err error) {
	var any bool
	if err := s.row(ctx, anyLetter, now.UnixNano(), ledger.Astray(now, lease).UnixNano()).Scan(&any); err != nil || !any {
		return nil, s.explain(err) // a desk that waits writes nothing
	}
	var broken error
	err = s.changeSoon(ctx, func(t *tx) error {
		n, r, err := t.letter(letterDue, now.UnixNano())
		if errors.Is(err, sql.ErrNoRows) {
			n, r, err = t.letter(letterAstray, ledger.Astray(now, lease).UnixNano())
		}
		switch {
		case errors.Is(err, sql.ErrNoRows):
			return nil
		case err != nil && n != 0: // what can't be read keeps no other waiting
			broken = err
			return one(t.exec(putOff, now.Add(time.Hour).UnixNano(), n))
		case err != nil || !r.Take(now, holder, "", lease):
			return err
		}
		l = r.Present()
		return t.setLetter(n, r)
	})
	if err = cmp.Or(err, s.explain(broken)); err != nil {
		return nil, fmt.Errorf("take a letter: %w", err)
	}
	return l, nil
}

// SaveLetter writes what became of a letter; see ledger.Letters.
func (s *Store) SaveLetter(ctx context.Context, l *ledger.Letter) error {
	return s.saveLetter(ctx, l, func(*tx) error { return nil })
}

// SaveAndSend writes what became of a letter, and tells a case; see ledger.Letters.
func (s *Store) SaveAndSend(ctx context.Context, now time.Time, l *ledger.Letter, caseID string, m ledger.Message) error {
	return s.saveLetter(ctx, l, func(t *tx) error {
		if _, err := t.deliver(now, caseID, m); err != nil {
			return fmt.Errorf("send to case %s: %w", caseID, err)
		}
		return nil
	})
}

// saveLetter writes what became of a letter, and something else with it.
func (s *Store) saveLetter(ctx context.Context, l *ledger.Letter, with func(*tx) error) error {
	var version int64
	err := s.change(ctx, func(t *tx) error {
		n, r, err := t.letter(letterBy, l.ID)
		if errors.Is(err, sql.ErrNoRows) {
			err = ledger.NoLetter(l.ID)
		}
		if err == nil {
			err = r.Save(l)
		}
		if err == nil {
			err = with(t)
		}
		if err != nil {
			return err
		}
		version = r.Fence
		return t.setLetter(n, r)
	})
	if err == nil {
		l.Version = version
	}
	return err
}

// NextLetter returns when the next letter can be taken; see ledger.Letters.
func (s *Store) NextLetter(ctx context.Context) (time.Time, error) {
	var at sql.NullInt64
	err := s.row(ctx, nextLetter).Scan(&at)
	return moment(at), s.explain(err)
}

// Letter reads one letter.
func (s *Store) Letter(ctx context.Context, id string) (*ledger.Letter, error) {
	r, err := scanJSON[ledger.LetterRow](s.row(ctx, `SELECT body FROM letters WHERE id = ?`, id))
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return nil, s.explain(ledger.NoLetter(id))
	case err != nil:
		return nil, s.explain(err)
	}
	return r.Present(), nil
}

// Letters lists, the newest first.
func (s *Store) Letters(ctx context.Context, f ledger.LetterFilter) ([]*ledger.Letter, error) {
	query, args := `SELECT body FROM letters WHERE true`, []any{}
	for _, w := range []struct {
		set bool
		is  string
		arg []any
	}{
		{f.Matter != "", "matter = ?", []any{f.Matter}}, {f.Case != "", "n IN (SELECT n FROM letter_cases WHERE case_id = ?)", []any{f.Case}},
		{f.Failed, "failed = 1", nil}, {f.Owed, "wake IS NOT NULL", nil},
	} {
		if w.set {
			query, args = query+" AND "+w.is, append(args, w.arg...)
		}
	}
	var out []*ledger.Letter
	err := s.rows(ctx, func(rows *sql.Rows) error {
		r, err := scanJSON[ledger.LetterRow](rows)
		if err == nil {
			out = append(out, r.Present())
		}
		return err
	}, query+` ORDER BY n DESC LIMIT ?`, append(args, f.Most())...)
	return out, s.explain(err)
}
