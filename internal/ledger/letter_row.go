package ledger

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
)

// LetterRow is a letter as a store keeps it. What was posted since it was taken stands apart until it is taken or saved, so that who
// saves it writes over none of that. Its methods are what any store does to it, in one transaction each.
type LetterRow struct {
	Letter
	Since  Posted    `json:"since,omitzero"`
	Last   time.Time `json:"last,omitzero"` // when a line was last added
	Holder string    `json:"holder,omitempty"`
	Mark   string    `json:"mark,omitempty"` // of the claim: by it one whose answer was lost is known
	Lease  time.Time `json:"lease,omitzero"`
	Saved  string    `json:"saved,omitempty"` // digest of what the last holder saved, until it is taken again
	Fence  int64     `json:"version"`         // Letter.Version
}

// Posted are lines that no holder of the letter knows of.
type Posted struct {
	Lines   int       `json:"lines,omitempty"`
	Notices int       `json:"notices,omitempty"`
	Due     time.Time `json:"due,omitzero"` // the soonest
	Urgent  bool      `json:"urgent,omitempty"`
}

// Name is the key in one text, which no other key has.
func (k LetterKey) Name() string { return fmt.Sprintf("%q %q %q", k.To, k.Channel, k.Matter) }

// ByLetter sorts lines by their letters, in the order in which these come.
func ByLetter(lines []Line) (out [][]Line) {
	at := map[LetterKey]int{}
	for _, l := range lines {
		i, known := at[l.LetterKey]
		if !known {
			i = len(out)
			at[l.LetterKey], out = i, append(out, nil)
		}
		out[i] = append(out[i], l)
	}
	return out
}

// NewLetter is a letter that nothing was posted to yet. The unique part is a ULID.
func NewLetter(k LetterKey, unique, nonce string, now time.Time) *LetterRow {
	return &LetterRow{Letter: Letter{ID: "l_" + strings.ToLower(unique), LetterKey: k, Opened: now, Nonce: nonce}, Fence: 1}
}

// Post adds lines; it returns the cases that the letter names from now on.
func (r *LetterRow) Post(now time.Time, lines ...Line) (fresh []string) {
	for _, l := range lines {
		switch {
		case l.Case == "" || slices.Contains(r.Cases, l.Case):
		case len(r.Cases) < MostLetterCases:
			r.Cases, fresh = append(r.Cases, l.Case), append(fresh, l.Case)
		default:
			r.More++
		}
		due := l.Due
		if due.IsZero() {
			due = now
		}
		if r.Since.Lines == 0 || due.Before(r.Since.Due) {
			r.Since.Due = due
		}
		r.Since.Lines++
		r.Since.Urgent = r.Since.Urgent || l.Urgent
		if l.Notice {
			r.Since.Notices++
		}
	}
	r.Last = now
	return fresh
}

// Present is the letter with all that was posted to it.
func (r *LetterRow) Present() *Letter {
	l, s := r.Letter, r.Since
	l.Cases, l.Version = slices.Clone(r.Cases), r.Fence
	if s.Lines == 0 {
		return &l
	}
	if !l.Owed() {
		l.Due, l.Attempts, l.Failed, l.Error = s.Due, 0, false, ""
	} else if s.Due.Before(l.Due) {
		l.Due = s.Due
	}
	l.Wanted += s.Lines
	l.Notices += s.Notices
	l.Urgent = l.Urgent || s.Urgent
	return &l
}

// Ready is when the letter is to be sent; zero where it is not owed.
func (l *Letter) Ready() time.Time {
	switch {
	case !l.Owed():
		return time.Time{}
	case l.NotBefore.After(l.Due):
		return l.NotBefore
	}
	return l.Due
}

// Wake is when the letter can be taken; zero where it is not owed.
func (r *LetterRow) Wake() time.Time {
	at := r.Present().Ready()
	if !at.IsZero() && r.Lease.After(at) {
		return r.Lease
	}
	return at
}

// Take gives the letter to a holder, unless it is not due, or another has it. See Astray.
func (r *LetterRow) Take(now time.Time, holder, mark string, lease time.Duration) bool {
	at := r.Present().Ready()
	leased := r.Lease.After(now) && !r.Lease.After(Astray(now, lease))
	if at.IsZero() || at.After(now) || leased {
		return false
	}
	r.fold()
	r.Attempts++
	r.Holder, r.Mark, r.Lease, r.Saved = holder, mark, now.Add(lease), ""
	r.Fence++
	return true
}

// Save takes what became of the letter: ErrStale where another holder has it.
func (r *LetterRow) Save(l *Letter) error {
	b, err := json.Marshal(l)
	if err != nil {
		return fmt.Errorf("save letter %s: %w", l.ID, err)
	}
	saved := Sum(fmt.Appendf(b, " %d %t", l.Version, l.KeepsLease))
	switch {
	case r.Fence == l.Version+1 && r.Saved == saved: // the answer was lost
		return nil
	case r.Fence != l.Version:
		return fmt.Errorf("letter %s: %w", l.ID, ErrStale)
	}
	own := r.Letter
	r.Letter = *l
	r.ID, r.LetterKey, r.Opened, r.Nonce = own.ID, own.LetterKey, own.Opened, own.Nonce
	r.Cases, r.More, r.Wanted, r.Sent = own.Cases, own.More, own.Wanted, min(l.Sent, own.Wanted)
	r.Saved = saved
	r.Fence++
	if !l.KeepsLease {
		r.fold()
		r.Holder, r.Mark, r.Lease = "", "", time.Time{}
	}
	return nil
}

// fold makes what was posted a part of the letter.
func (r *LetterRow) fold() { r.Letter, r.Since = *r.Present(), Posted{} }

// Ends is when the letter is of no use any more; zero while it is owed.
func (r *LetterRow) Ends() time.Time {
	if r.Present().Owed() {
		return time.Time{}
	}
	last := r.Last
	for _, at := range []time.Time{r.SentAt, r.Opened} {
		if at.After(last) {
			last = at
		}
	}
	return last.Add(LetterKept)
}

// Fits reports whether a letter is what a filter selects.
func (f LetterFilter) Fits(l *Letter) bool {
	return (f.Matter == "" || l.Matter == f.Matter) && (f.Case == "" || slices.Contains(l.Cases, f.Case)) &&
		(!f.Failed || l.Troubled()) && (!f.Owed || l.Owed())
}

// Troubled reports whether the letter was rejected, or its last attempt failed.
func (l *Letter) Troubled() bool { return l.Failed || l.Error != "" }

// missing is an ErrNotFound of a letter.
type missing string

// NoLetter is ErrNotFound: there is no letter of this id.
func NoLetter(id string) error { return missing(id) }

func (m missing) Error() string        { return fmt.Sprintf("letter %q: no such letter", string(m)) }
func (m missing) Is(target error) bool { return target == ErrNotFound }

// Most is how many letters a filter selects at most.
func (f LetterFilter) Most() int {
	if f.Limit <= 0 {
		return 200
	}
	return f.Limit
}
