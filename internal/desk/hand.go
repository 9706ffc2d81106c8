package desk

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/ripostehq/riposte/internal/ledger"
)

// hand is what this process has taken as it was posted, and not begun to send: one write of the ledger instead of two. No more is taken so than there
// are hands free to send it at once, and nothing by a process whose desk does not look: what is taken is kept from other replicas until the lease ends.
type hand struct {
	mu      sync.Mutex
	looked  time.Time // when the desk last looked for work; zero where it looks no more
	busy    int       // letters being dealt with, and those that are being posted to be taken
	letters []held
}

// held is a letter, and when its lease ends.
type held struct {
	*ledger.Letter
	until time.Time
}

// looksOn is how long a desk that has looked is believed to look again: longer than it rests.
const looksOn = longestRest

// reserve reports whether so many letters may be taken as they are posted.
func (h *hand) reserve(n int, now time.Time) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	age := now.Sub(h.looked)
	if h.looked.IsZero() || age < 0 || age > looksOn || h.busy+len(h.letters)+n > hands {
		return false
	}
	h.busy += n
	return true
}

// took ends a reservation with what came of it.
func (h *hand) took(n int, letters []*ledger.Letter, until time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.busy -= n
	for _, l := range letters {
		h.letters = append(h.letters, held{l, until})
	}
}

// next is the letter that goes first of those in hand, the urgent ones before; none where there is none. Its caller calls done.
func (h *hand) next(now time.Time) (l held, is bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.looked = now
	h.letters = slices.DeleteFunc(h.letters, func(l held) bool { return !l.until.After(now) }) // others may have them
	h.busy++
	if len(h.letters) == 0 {
		return held{}, false
	}
	i := max(0, slices.IndexFunc(h.letters, func(l held) bool { return l.Urgent }))
	l = h.letters[i]
	h.letters = slices.Delete(h.letters, i, i+1)
	return l, true
}

func (h *hand) done() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.busy--
}

// drop empties the hand, and takes no more until the desk looks again.
func (h *hand) drop() (all []held) {
	h.mu.Lock()
	defer h.mu.Unlock()
	all, h.letters, h.looked = h.letters, nil, time.Time{}
	return all
}

// postInHand posts lines, and takes what this process can send at once.
func (d *Desk) postInHand(ctx context.Context, lines []ledger.Line) error {
	now, n := d.Now(), len(ledger.ByLetter(lines))
	if !d.hand.reserve(n, now) {
		return d.Store.Post(ctx, now, lines...)
	}
	var taken []*ledger.Letter
	defer func() { d.hand.took(n, taken, now.Add(lease)) }()
	var err error
	taken, err = d.Store.PostAndTake(ctx, now, ledger.FirstClaim{Holder: d.Holder, Lease: lease}, lines...)
	return err
}

// joined adds what was posted since the letter was taken, so that it tells of all. It stays owed for that: the next look finds that people know. Where the
// ledger does not answer, it is told by that.
func (d *Desk) joined(ctx context.Context, l *ledger.Letter) {
	ctx, cancel := context.WithTimeout(ctx, reading)
	defer cancel()
	if now, err := d.Store.Letter(ctx, l.ID); err == nil {
		l.Cases = now.Cases
	}
}

// Release gives back what is in hand: another replica can send it at once.
func (d *Desk) Release(ctx context.Context) error {
	var failed error
	for _, l := range d.hand.drop() {
		if err := d.putBack(ctx, l.Letter, d.Now()); err != nil && !errors.Is(err, ledger.ErrStale) {
			failed = errors.Join(failed, err)
		}
	}
	return failed
}
