package desk

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"strings"
	"time"

	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/notify"
)

const (
	lease   = time.Minute      // longer than all that one attempt may take
	reading = 30 * time.Second // how long the ledger may take to tell what a letter is about

	apart      = 30 * time.Second // between two edits of a message
	mailsApart = 10 * time.Minute // between two mails about a matter

	noticesApart = 10 * time.Minute // between two notices of the same sort about a matter
	closedApart  = time.Minute      // before the one that says that all of it is over

	firstRetry   = 5 * time.Second
	longestRetry = 15 * time.Minute
	soonestRetry = time.Second // whatever a channel wishes
	latestRetry  = time.Hour

	// differs is how long replicas may have different configurations: each looks every minute for whether its own is another.
	differs      = 5 * time.Minute
	differsAgain = 30 * time.Second // until a letter of another configuration is taken again, by whomever
)

// Patience is how long a channel may take. What it has then is sent, or not: nobody knows.
const Patience = 15 * time.Second

// Step takes the letter that goes first and sends it. Where none is due, worked is false, and next is when one will be, zero for never.
func (d *Desk) Step(ctx context.Context) (worked bool, next time.Time, err error) {
	defer func() {
		if p := recover(); p != nil { // the caller waits before the next step, as after any error
			d.Log.Error("panic recovered", "in", "letters", "what", fmt.Sprint(p), "stack", string(debug.Stack()))
			worked, next, err = false, time.Time{}, fmt.Errorf("panic: %v", p)
		}
	}()
	if err := d.look(ctx); err != nil { // what is owed is sent all the same
		d.Log.Warn("exceptions that end, surges, or what is still open, are not told yet", "error", err)
	}
	now := d.Now()
	defer d.hand.done()
	l, is := d.hand.next(now)
	if is {
		d.joined(ctx, l.Letter)
	} else {
		taken, err := d.Store.TakeLetter(ctx, now, d.Holder, lease)
		if err != nil {
			return false, time.Time{}, fmt.Errorf("take a letter: %w", err)
		}
		l = held{taken, now.Add(lease)}
	}
	if l.Letter == nil {
		next, err := d.Store.NextLetter(ctx)
		if err != nil {
			return false, time.Time{}, fmt.Errorf("next letter: %w", err)
		}
		return false, next, nil
	}
	err = d.deal(ctx, l.Letter, l.until)
	if errors.Is(err, ledger.ErrStale) { // another replica has it
		err = nil
	}
	return true, time.Time{}, err
}

// deal does what is to be done about one letter, which is held until a moment, whatever is wrong with it.
func (d *Desk) deal(ctx context.Context, l *ledger.Letter, until time.Time) (err error) {
	defer func() {
		if p := recover(); p != nil {
			d.Log.Error("panic recovered", "letter", l.ID, "what", fmt.Sprint(p), "stack", string(debug.Stack()))
			err = d.retry(ctx, l, errors.New("a letter could not be written"))
		}
	}()
	to, there := d.People.recipient(l.LetterKey)
	channel := d.Channels[l.Channel]
	if !there || channel == nil {
		if now := d.Now(); now.Sub(l.Due) < differs { // a replica that has a newer configuration may know it
			return d.putBack(ctx, l, now.Add(differsAgain))
		}
		return d.elsewhere(ctx, l, "it is not configured any more, or not for this recipient")
	}
	switch moved, err := d.tooMany(ctx, l); {
	case moved:
		return err
	case err != nil:
		return d.troubled(ctx, l, err, "the ledger does not tell how many went before it")
	}
	now := d.Now()
	s, err := d.sheet(ctx, l, now)
	if err != nil {
		return d.troubled(ctx, l, err, "the ledger does not tell what it is about")
	}
	switch {
	case !s.wait.IsZero():
		return d.putBack(ctx, l, s.wait)
	case s.empty || isAgain(l.Matter) && !s.alarm:
		return d.done(ctx, l, s)
	case s.digest == l.Saw:
		d.Meter.Sent(l.Channel, unchanged)
		return d.accepted(ctx, l, s)
	}
	worth, soonest := notice(l, s)
	if !edits(l.Channel) && !worth {
		return d.done(ctx, l, s) // a mail can't be changed, and another would be no news
	}
	if worth && soonest.After(now) && (s.binding || !edits(l.Channel)) {
		return d.putBack(ctx, l, soonest) // what silence decides is told so that people notice it
	}
	if until.Sub(d.Now()) < Patience+slotPatience { // another may take it while the channel has it
		return fmt.Errorf("letter %s: too late to send it: %w", l.ID, ledger.ErrStale)
	}
	wait, may := d.pauses.enter(l.Channel, now)
	if !may {
		return d.putBack(ctx, l, wait)
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lease) // what a channel may have is kept, also where the process is told to stop
	defer cancel()
	return d.send(ctx, l, s, channel, letter(l, to, s, worth && !soonest.After(now)))
}

// sheet is a letter as it is written now.
func (d *Desk) sheet(ctx context.Context, l *ledger.Letter, now time.Time) (sheet, error) {
	ctx, cancel := context.WithTimeout(ctx, reading)
	defer cancel()
	if strings.HasPrefix(l.Matter, alone) {
		return d.writeEnding(ctx, l)
	}
	if strings.HasPrefix(l.Matter, surge) {
		return d.writeSurge(ctx, l)
	}
	if isList(l.Matter) {
		return d.writeList(ctx, l, now)
	}
	cases, err := d.read(ctx, l, now)
	if err != nil {
		return sheet{}, err
	}
	return d.write(l, cases, d.detail(ctx, l)), nil
}

// letter is what a channel is given. An attempt before this one whose end is not known may have been sent.
func letter(l *ledger.Letter, to notify.Recipient, s sheet, notice bool) notify.Letter {
	return notify.Letter{
		ID: l.ID, To: to, Matter: matterOf(l.Matter), Nonce: l.Nonce, Ref: l.Ref, Tried: l.Attempts > 1, Notice: notice, Urgent: l.Urgent,
		Content: s.content,
	}
}

// notice reports whether this version is worth a person's notice, and from when on. A case of many that was verified is not: that the last
// was is. Further questions about a matter that asks already come with the next notice, or stand in the message.
func notice(l *ledger.Letter, s sheet) (worth bool, soonest time.Time) {
	apart := noticesApart
	switch {
	case l.Ref == "":
		return true, time.Time{}
	case isDigest(l.Matter):
		return s.asks && !edits(l.Channel), l.SentAt.Add(mailsApart) // a worker died while that was handed in; what is new is in the next letter
	case s.asksAny() && !s.asked:
		apart = 0
	case isAgain(l.Matter), l.Notices > 0 && aboutException(l.Matter):
		apart = 0
	case s.asks, l.Notices > 0 && (s.wrong || s.asksAny()):
	case l.Notices > 0 && s.content.Closed:
		apart = closedApart
	default:
		return false, time.Time{}
	}
	if !edits(l.Channel) {
		return true, l.SentAt.Add(mailsApart)
	}
	return true, l.NoticeAt.Add(apart)
}

// send gives the letter to its channel, and keeps what became of it.
func (d *Desk) send(ctx context.Context, l *ledger.Letter, s sheet, by notify.Channel, out notify.Letter) error {
	ref, err := attempt(ctx, by, out)
	now := d.Now()
	var wait *notify.Throttled
	var never *notify.Rejected
	switch {
	case err == nil:
		d.pauses.leave(l.Channel, now, false, 0)
		d.Meter.Sent(l.Channel, sent)
		if l.Ref == "" {
			d.sentOne(l.LetterKey)
		}
		l.Ref, l.Saw, l.SentAt = ref, s.digest, now
		if out.Notice {
			l.NoticeAt, l.Notices = now, 0
		}
		return d.accepted(ctx, l, s)
	case errors.As(err, &never):
		d.pauses.leave(l.Channel, now, false, 0)
		d.Meter.Sent(l.Channel, rejected)
		return d.elsewhere(ctx, l, never.Why)
	case errors.As(err, &wait):
		after := min(max(wait.After, soonestRetry), latestRetry)
		d.pauses.leave(l.Channel, now, false, after)
		d.Meter.Sent(l.Channel, throttled)
		l.Error, l.NotBefore = notify.Cut(wait.Error(), mostError), now.Add(after)
		l.Attempts-- // a channel that does not take it has not sent it
		return d.save(ctx, l)
	}
	d.pauses.leave(l.Channel, now, errors.Is(err, context.DeadlineExceeded), 0)
	d.Meter.Sent(l.Channel, failed)
	return d.retry(ctx, l, err)
}

// attempt cuts off a channel that hangs, and catches one that panics.
func attempt(ctx context.Context, by notify.Channel, out notify.Letter) (ref string, err error) {
	ctx, cancel := context.WithTimeout(ctx, Patience)
	defer cancel()
	type answer struct {
		ref string
		err error
	}
	answers := make(chan answer, 1)
	go func() {
		defer func() {
			if p := recover(); p != nil {
				answers <- answer{err: errors.New("the channel failed badly")}
			}
		}()
		ref, err := by.Send(ctx, out)
		answers <- answer{ref, err}
	}()
	select {
	case a := <-answers:
		return a.ref, a.err
	case <-ctx.Done():
		return "", fmt.Errorf("no answer: %w", ctx.Err())
	}
}
