package sqlite

import (
	"database/sql"
	"encoding/json"
	"errors"

	"github.com/ripostehq/riposte/internal/ledger"
)

// streakWriter changes streaks of one listing, and its digest with them.
type streakWriter struct {
	*tx
	of        *listing
	sweep     int              // of those that begin
	met       map[string]int   // shapes of this transaction, and how many streaks have each
	shapes    map[string]int64 // those that are known by number
	uses      map[int64]int    // how many more streaks have a shape, or fewer
	playbooks map[string]int64
}

func (t *tx) streaks(of *listing, sweep int, changes []ledger.SweptChange) *streakWriter {
	w := &streakWriter{tx: t, of: of, sweep: sweep, met: map[string]int{}, shapes: map[string]int64{}, uses: map[int64]int{}, playbooks: map[string]int64{}}
	for _, ch := range changes {
		if ch.Begins {
			w.met[shapeOf(ch.Streak)]++
		}
	}
	return w
}

// change begins, ends or rewrites one. What is new, as in a first sweep all are, is not looked for before.
func (w *streakWriter) change(ch ledger.SweptChange) error {
	s := ch.Streak
	if ch.Begins && !ch.Ends {
		s.Sweep = w.sweep
		if added, err := w.add(s); added || err != nil {
			return err
		}
	}
	stood, err := w.drop(s)
	if err != nil || !ch.Begins {
		return err
	}
	switch {
	case stood != nil && !ch.Ends:
		s = s.Over(*stood)
	default:
		s.Sweep = w.sweep
	}
	_, err = w.add(s)
	return err
}

// add is false where one stands already.
func (w *streakWriter) add(s ledger.Streak) (bool, error) {
	of, err := w.playbook(s.Playbook)
	if err != nil {
		return false, err
	}
	shape, more, err := w.rest(s)
	if err != nil {
		return false, err
	}
	first := s.First.UnixMilli()
	n, err := w.exec(addStreak, w.of.n, of, s.KeyIn(w.of.Listing), first, first-s.Since.UnixMilli(), s.Sweep, shape, more)
	if n == 0 || err != nil {
		return false, err
	}
	w.uses[shape]++
	row, err := s.Row()
	if err != nil {
		return false, err
	}
	return true, w.of.Streaks.Add(row)
}

// rest is what of a streak has no column: the number of its shape, and JSON of what few have.
func (w *streakWriter) rest(s ledger.Streak) (shape int64, more []byte, err error) {
	x := rest{Told: s.Told, Case: s.Case, Kept: s.Kept, KeepTags: s.KeepTags, KeepSeen: s.KeepSeen}
	key := s.KeyIn(w.of.Listing)
	if key != s.Resource.ID {
		x.Resource = &s.Resource
	}
	if shape, err = w.shape(shapeOf(s)); err != nil {
		return 0, nil, err
	}
	if shape == 0 {
		x.Own = &own{s.Title, s.Severity, s.Facts}
	}
	if x == (rest{}) {
		return shape, nil, nil
	}
	more, err = json.Marshal(x)
	return shape, more, err
}

// shape is the number of a text that is known, or that several have; 0: it is alone.
func (w *streakWriter) shape(text string) (n int64, err error) {
	n, known := w.shapes[text]
	if known || text == "" {
		return n, nil
	}
	err = w.row(shapeNo, []byte(text)).Scan(&n)
	if errors.Is(err, sql.ErrNoRows) {
		if err = nil; w.met[text] > 1 {
			err = w.row(addShape, []byte(text)).Scan(&n)
		}
	}
	w.shapes[text] = n
	return n, err
}

func (w *streakWriter) playbook(id string) (n int64, err error) {
	if n, known := w.playbooks[id]; known {
		return n, nil
	}
	err = w.row(playbookNo, id).Scan(&n)
	if errors.Is(err, sql.ErrNoRows) {
		err = w.row(`INSERT INTO streak_playbooks (id) VALUES (?) RETURNING n`, id).Scan(&n)
	}
	w.playbooks[id] = n
	return n, err
}

// drop ends the one that stands, and returns it; nil where there is none.
func (w *streakWriter) drop(s ledger.Streak) (*ledger.Streak, error) {
	of, err := w.playbook(s.Playbook)
	if err != nil {
		return nil, err
	}
	key := s.KeyIn(w.of.Listing)
	var shape int64
	stood, err := scanStreak(behind{w.row(streakAt, w.of.n, of, key), []any{&shape}}, func() (ledger.Listing, error) { return w.of.Listing, nil })
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	row, err := stood.Row()
	if err != nil {
		return nil, err
	}
	w.uses[shape]--
	if err := w.of.Streaks.Remove(row); err != nil {
		return nil, err
	}
	return stood, one(w.exec(dropStreak, w.of.n, of, key))
}

// flush counts what the streaks have in common, and lets go of what none has any more.
func (w *streakWriter) flush() error {
	for shape, n := range w.uses {
		if shape == 0 || n == 0 {
			continue
		}
		if _, err := w.exec(useShape, n, shape); err != nil {
			return err
		}
		if _, err := w.exec(endShape, shape); err != nil {
			return err
		}
	}
	return nil
}
