package desk

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/notify"
)

// accepted hands what people were told into the cases, until it is in, and closes the letter: of one case in one transaction, else step by step. That
// a mail was sent is kept first then, since a mail can't be found again: after a worker that died in between the next one finds a letter that is
// owed, sees that nothing has changed, and hands in the rest. Any other message is found, and the write is spared.
func (d *Desk) accepted(ctx context.Context, l *ledger.Letter, s sheet) error {
	now := d.Now()
	words := d.words(l, s.told)
	for _, w := range words {
		for i := range w.told {
			w.told[i] = counted(w.told[i], l.SentAt)
		}
	}
	follows := slices.Concat(d.again(l, s, now), d.missed(l, s, now), d.later(l, s, now))
	if len(words) == 1 && (edits(l.Channel) || len(follows) == 0) {
		if saved, err := d.together(ctx, *l, s, words[0], follows); saved {
			return err
		}
	}
	if len(words) > 0 && !edits(l.Channel) {
		l.KeepsLease = true
		if err := d.save(ctx, l); err != nil {
			return err
		}
		l.KeepsLease = false
	}
	var failed error
	for _, w := range words {
		_, err := d.Store.Send(ctx, d.Now(), w.caseID, handedIn(w, d.Now()))
		if err != nil && !errors.Is(err, ledger.ErrNotFound) { // one case that takes no more keeps no other from knowing
			failed = errors.Join(failed, fmt.Errorf("case %s: %w", w.caseID, err))
		}
	}
	if failed != nil {
		return d.troubled(ctx, l, failed, "it was sent; a case could not be told so")
	}
	return d.close(ctx, l, s, true, follows)
}

// together closes a letter and hands in what it told of one case, in one transaction. Whatever is in the way of that changes nothing, and is
// met again step by step, but that the letter is another replica's by now.
func (d *Desk) together(ctx context.Context, l ledger.Letter, s sheet, w word, follows []ledger.Line) (saved bool, err error) {
	now := d.Now()
	if err := d.Store.Post(ctx, now, follows...); err != nil {
		return false, err
	}
	closed(&l, s, true, now)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), Patience) // what was sent was sent; see save
	defer cancel()
	err = d.Store.SaveAndSend(ctx, now, &l, w.caseID, handedIn(w, now))
	return err == nil || errors.Is(err, ledger.ErrStale), err
}

// knows is how soon a case is to know what its people were told: before a letter about it can be written again, which shows what the case knows.
const knows = 10 * time.Second

// handedIn is the message by which a case comes to know. It makes no case urgent: what letters tell comes behind what attacks.
func handedIn(w word, now time.Time) ledger.Message {
	m := ledger.Tell(w.key, w.told)
	if soon := now.Add(knows); m.Due.IsZero() || m.Due.After(soon) {
		m.Due = soon
	}
	return m
}

// counted is what people were told, from the moment at which a channel accepted it.
func counted(t ledger.Told, at time.Time) ledger.Told {
	late := max(0, at.Sub(t.At)) // what was sent earlier than it is handed in ends no earlier than people read
	if t.Reminded.IsZero() {     // the first time
		t.At, t.Until = at, t.Until.Add(late)
		if !t.Remind.IsZero() {
			t.Remind = t.Remind.Add(late)
		}
		return t
	}
	t.Reminded = at
	if soonest := at.Add(ledger.Notice); t.Silence != ledger.Reminds && t.Until.Before(soonest) {
		t.Until = soonest
	}
	return t
}

// done closes a letter of which nobody was told anything as it stands, and posts what follows from it.
func (d *Desk) done(ctx context.Context, l *ledger.Letter, s sheet) error {
	return d.close(ctx, l, s, false, d.missed(l, s, d.Now()))
}

// close closes a letter as it stands, and posts what follows from it.
func (d *Desk) close(ctx context.Context, l *ledger.Letter, s sheet, told bool, follows []ledger.Line) error {
	now := d.Now()
	if err := d.Store.Post(ctx, now, follows...); err != nil {
		return d.troubled(ctx, l, err, "what follows from it could not be posted")
	}
	closed(l, s, told, now)
	return d.save(ctx, l)
}

// closed is a letter of which nothing is owed.
func closed(l *ledger.Letter, s sheet, told bool, now time.Time) {
	l.Sent, l.Attempts, l.Error = l.Wanted, 0, ""
	if told && edits(l.Channel) {
		l.NotBefore = now.Add(max(apart, now.Sub(l.Opened)/stretch))
		if s.alarm {
			l.NotBefore = now.Add(apart)
		}
	}
}

// stretch is the part of its age that a message is left alone for after an edit: what goes on for hours is not edited every half minute.
const stretch = 12

// mostError is how much of an error a letter keeps, in bytes.
const mostError = 500

// retry keeps a letter owed, for later: ever more slowly, and never at the same time as others.
func (d *Desk) retry(ctx context.Context, l *ledger.Letter, err error) error {
	pause := min(firstRetry<<min(max(l.Attempts-1, 0), 10), longestRetry)
	pause = pause/2 + time.Duration(d.Random()*float64(pause/2))
	l.KeepsLease = false
	l.Error, l.NotBefore = notify.Cut(notify.Plain(err.Error()), mostError), d.Now().Add(pause)
	d.Log.Warn("a letter is not sent, and is tried again", "letter", l.ID, "channel", l.Channel, "again_in", pause.String(), "error", l.Error)
	return d.save(ctx, l)
}

// troubled is retry where the ledger is in the way: the log says why, and the letter in a few words.
func (d *Desk) troubled(ctx context.Context, l *ledger.Letter, err error, says string) error {
	if errors.Is(ctx.Err(), context.Canceled) { // the process is told to stop
		return d.putBack(ctx, l, d.Now())
	}
	d.Log.Error("the ledger is in the way of a letter", "letter", l.ID, "error", err)
	return d.retry(ctx, l, errors.New(says))
}

// putBack gives back a letter that was not tried.
func (d *Desk) putBack(ctx context.Context, l *ledger.Letter, until time.Time) error {
	l.Attempts--
	l.NotBefore = until
	return d.save(ctx, l)
}

// elsewhere gives up a recipient that a channel can't reach: the next channel, or the fallback group, is told in their place.
func (d *Desk) elsewhere(ctx context.Context, l *ledger.Letter, why string) error {
	now := d.Now()
	places := d.People.instead(l.LetterKey)
	d.Log.Error("a letter can't be delivered", "letter", l.ID, "channel", l.Channel, "instead", len(places), "error", notify.Plain(why))
	var lines []ledger.Line
	about := l.Cases
	if len(about) == 0 { // an exception that was given alone, or a surge
		about = []string{""}
	}
	for _, p := range places {
		for _, id := range about {
			lines = append(lines, ledger.Line{
				LetterKey: ledger.LetterKey{To: p.to, Channel: p.channel, Matter: l.Matter}, Case: id, Due: now, Notice: true, Urgent: l.Urgent || p.page,
			})
		}
	}
	if err := d.Store.Post(ctx, now, lines...); err != nil {
		return d.troubled(ctx, l, err, "it was refused; nobody else could be told yet")
	}
	for _, id := range about {
		if strings.HasPrefix(l.Channel, webhook) {
			break // people are told beside
		}
		if len(places) == 0 {
			d.Meter.Nobody()
		}
		if id == "" {
			break
		}
		if err := d.note(ctx, id, "untold|"+l.ID, fmt.Sprintf("%s could not be told by %s: %s", l.To, l.Channel, why)); err != nil && !errors.Is(err, ledger.ErrNotFound) {
			return d.troubled(ctx, l, err, "it was refused; the ledger does not take that")
		}
	}
	l.Failed, l.Error = true, notify.Cut(notify.Plain(why), mostError)
	return d.save(ctx, l)
}

func (d *Desk) save(ctx context.Context, l *ledger.Letter) error {
	// What was sent was sent: that is kept also where the process is told to stop.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), Patience)
	defer cancel()
	if err := d.Store.SaveLetter(ctx, l); err != nil {
		return fmt.Errorf("save letter %s: %w", l.ID, err)
	}
	return nil
}
