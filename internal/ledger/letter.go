package ledger

import (
	"context"
	"time"
)

// Letters are owed messages to people, a row for each recipient, channel and matter. They are no part of the chains: a letter is written
// from the present when it is sent, and what people were told of a question is in the case's own chain (Message.Told).
type Letters interface {
	// Post adds lines to letters, each to that of its recipient, channel and matter, which it opens where there is none. A case that a
	// letter has already is there once. It is one transaction for each letter, not for all: posted again, a line does no harm. A letter
	// that was rejected is owed again with the next line: what it would tell of is new.
	Post(ctx context.Context, now time.Time, lines ...Line) error
	// PostAndTake is Post, and takes in the same write each of the letters that TakeLetter would give the holder now: a desk that has a hand free
	// need not write each twice. With an error come those that were taken before it.
	PostAndTake(ctx context.Context, now time.Time, by FirstClaim, lines ...Line) (taken []*Letter, err error)
	// TakeLetter takes the owed letter that goes first (urgent ones, then by the time since when they can be taken) until the lease ends,
	// and counts the attempt; nil where none is due. A holder whose lease was taken over can't save any more. A lease of a wrong clock
	// counts as ended, as that of a case does (see Leases). What another process posted a moment ago may not be seen yet.
	TakeLetter(ctx context.Context, now time.Time, holder string, lease time.Duration) (*Letter, error)
	// SaveLetter writes what became of a letter and ends its lease, unless KeepsLease: ErrStale where another holder has it. Lines that were
	// posted meanwhile stay owed. The letter's version is brought up to date in place. Saved again after an error, it is saved once.
	SaveLetter(ctx context.Context, l *Letter) error
	// SaveAndSend is SaveLetter and Send in one transaction: of what a channel has accepted the case knows as soon as the letter does. An error of
	// either leaves both as they were. A message that was sent before is not sent again, and no error.
	SaveAndSend(ctx context.Context, now time.Time, l *Letter, caseID string, m Message) error
	// NextLetter returns when the next letter is due and not leased. Zero where none is owed.
	NextLetter(ctx context.Context) (time.Time, error)
	// Letter returns one by its id: ErrNotFound.
	Letter(ctx context.Context, id string) (*Letter, error)
	// Letters lists, the newest first. Letters of which nothing is owed are kept for LetterKept.
	Letters(ctx context.Context, f LetterFilter) ([]*Letter, error)
}

// LetterKey is what a letter is one of.
type LetterKey struct {
	To      string `json:"to"`      // group:NAME, or an address
	Channel string `json:"channel"` // slack, mail, pagerduty, webhook/N
	Matter  string `json:"matter"`  // incident/c_..., case/c_..., digest/2026-11-29, exception/x_...
}

// Line is a reason to write a letter, or to write it again.
type Line struct {
	LetterKey
	Case   string    // that it is about, "" where it is about none
	Due    time.Time // not before; zero: at once
	Notice bool      // worth a person's notice, not only an edit
	Urgent bool
}

// MostLetterCases is how many cases a letter names. Further ones are counted.
const MostLetterCases = 1000

// Letter is a row.
type Letter struct {
	ID string `json:"id"` // l_ULID
	LetterKey
	Opened  time.Time `json:"opened"`
	Cases   []string  `json:"cases,omitempty"` // in the order in which they came, at most MostLetterCases
	More    int       `json:"more,omitempty"`  // lines of cases beyond these
	Wanted  int       `json:"wanted"`
	Sent    int       `json:"sent"`
	Notices int       `json:"notices,omitempty"` // lines worth a notice that no sent version has
	Urgent  bool      `json:"urgent,omitempty"`
	Due     time.Time `json:"due,omitzero"` // when it is to be sent, where it is owed; a further line may make it sooner
	// NotBefore holds whatever lines come meanwhile: the end of a pause between two edits, or after a failure.
	NotBefore time.Time `json:"not_before,omitzero"`
	Attempts  int       `json:"attempts,omitempty"`
	Error     string    `json:"error,omitempty"`  // of the last attempt
	Failed    bool      `json:"failed,omitempty"` // rejected for good: it is owed no more
	Nonce     string    `json:"nonce"`
	Ref       string    `json:"ref,omitempty"`      // the channel's name of the message
	Saw       string    `json:"saw,omitempty"`      // digest of what was shown: the same is not sent again
	SentAt    time.Time `json:"sent_at,omitzero"`   // when the channel last accepted it
	NoticeAt  time.Time `json:"notice_at,omitzero"` // when it last was worth a notice

	Version    int64 `json:"-"`
	KeepsLease bool  `json:"-"` // SaveLetter leaves the lease as it is: more of the same attempt follows
}

// LetterKept is how long a letter is kept of which nothing is owed, from when it was last sent or added to.
const LetterKept = 90 * 24 * time.Hour

// Owed reports whether the letter is to be sent, or brought up to date.
func (l *Letter) Owed() bool { return l.Wanted > l.Sent && !l.Failed }

// LetterFilter selects letters.
type LetterFilter struct {
	Matter string
	Case   string
	Failed bool // only those that were rejected, or whose last attempt failed
	Owed   bool
	Limit  int // 0: 200
}
