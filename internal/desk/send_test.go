package desk

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/notify"
)

// Of two replicas one has read a minute ago that there is mail, and the other not yet: it takes the letter first, and leaves it to the one that
// knows. What neither knows goes to others once both must have read.
func TestALetterThatAnOlderConfigurationDoesNotKnow(t *testing.T) {
	for _, known := range []bool{true, false} {
		w := newWorld(t)
		slack, mail := w.channel(), w.channel()
		before := company()
		before.Channels = []string{Slack, PagerDuty}
		newer, older := w.desk(&life{}, company(), all(slack, mail, w.channel())), w.desk(&life{}, before, all(slack, mail, w.channel()))
		newer.Owner = func(context.Context, *ledger.Case) (Owner, error) { return Owner{Group: "platform"}, nil } // told by mail alone
		c := w.add("c_1", ledger.Asked, starts("1"), asksMode)
		w.report(newer, c)
		w.now = time.Date(2026, 12, 1, 9, 0, 0, 0, time.UTC)
		w.settle(older)
		if slack.messages() > 0 || len(w.notes) > 0 {
			t.Fatalf("others were told at once: %v", w.notes)
		}
		if !known {
			newer = older
		}
		w.until(newer, w.now.Add(time.Minute))
		if known != (mail.messages() == 1) {
			t.Errorf("known to the other: %t; %d mails", known, mail.messages())
		}
		w.until(newer, w.now.Add(differs))
		if told := c.Told(c.Asks(0)[0]); known != (slack.messages() == 0) || known != (len(w.notes) == 0) || told == nil {
			t.Errorf("known to the other: %t; %d messages, %v, told %+v", known, slack.messages(), w.notes, told)
		}
	}
}

// slow is a channel that has a letter at once, and takes a second to say so.
type slow struct{ got int }

func (s *slow) Send(ctx context.Context, _ notify.Letter) (string, error) {
	s.got++
	select {
	case <-time.After(time.Second):
		return "ref", nil
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

// A process is told to stop, or reads its configuration again, while a mail is in hand: the next does not send it again.
func TestALetterInHandIsSentOnceWhereTheProcessStops(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, mail, p := newWorld(t), &slow{}, company()
		p.Channels = []string{Mail}
		works := func(d time.Duration) {
			one := w.desk(&life{}, p, map[string]notify.Channel{Mail: mail})
			one.Now = time.Now
			if mail.got == 0 {
				w.report(one, w.add("c_1", ledger.Acting, stops("1"), ledger.Step{State: ledger.Done}))
			}
			ctx, cancel := context.WithCancel(t.Context())
			ended := make(chan struct{})
			go func() { one.Run(ctx); close(ended) }()
			time.Sleep(d)
			cancel()
			<-ended
		}
		works(500 * time.Millisecond)
		works(2 * time.Minute)
		if mail.got != 1 {
			t.Errorf("the mail was sent %d times", mail.got)
		}
	})
}

// late is a ledger that takes long to tell a case.
type late struct {
	mortal
	load func(context.Context) error
}

func (s late) Load(ctx context.Context, id string) (*ledger.Case, error) {
	if err := s.load(ctx); err != nil {
		return nil, err
	}
	return s.mortal.Load(ctx, id)
}

// The ledger takes longer than the lease to tell what a letter is about, and another replica has sent it meanwhile.
func TestALetterIsNotSentWhenItsLeaseIsOver(t *testing.T) {
	w := newWorld(t)
	slack := w.channel()
	one, two := w.desk(&life{}, company(), all(slack, w.channel(), w.channel())), w.desk(&life{}, company(), all(slack, w.channel(), w.channel()))
	w.report(one, w.add("c_1", ledger.Asked, stops("1"), asksMode))
	first := true
	one.Store = late{mortal{w, &life{}}, func(context.Context) error {
		if first {
			first = false
			w.now = w.now.Add(lease + time.Second)
			w.settle(two)
		}
		return nil
	}}
	w.settle(one)
	if slack.messages() != 1 || slack.edits != 0 {
		t.Errorf("%d messages, %d edits", slack.messages(), slack.edits)
	}
}

// A ledger that hangs does not keep a letter in hand until its lease is over: it is tried again.
func TestALedgerThatHangsIsGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		d := w.desk(&life{}, company(), all(w.channel(), w.channel(), w.channel()))
		d.Now = time.Now
		w.report(d, w.add("c_1", ledger.Asked, stops("1"), asksMode))
		d.Store = late{mortal{w, &life{}}, func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }}
		began := time.Now()
		_, _, err := d.Step(t.Context())
		if l := w.letters[w.order[0]].Present(); err != nil || time.Since(began) >= lease || l.Error == "" || !l.NotBefore.After(began) {
			t.Errorf("after %s: %v, %+v", time.Since(began), err, l)
		}
	})
}
