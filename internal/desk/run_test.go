package desk

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/notify"
)

// A channel that hangs is cut off, and holds up no other, however many of its letters are owed.
func TestAChannelThatHangsHoldsUpNoOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		slack, mail := w.channel(), w.channel()
		slack.inFlight = make(chan struct{}, 1000)
		d := w.desk(&life{}, company(), all(slack, mail, w.channel()))
		d.Now = time.Now
		for i := range 50 {
			id := fmt.Sprintf("c_%d", i)
			w.report(d, w.add(id, ledger.Acting, stops(id), ledger.Step{State: ledger.Done}))
		}
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() { d.Run(ctx); close(ended) }()
		time.Sleep(3 * time.Second) // in the bubble's time: both of Slack's hands hang by now
		begun := time.Now()
		w.mu.Lock()
		w.post(time.Now(), ledger.Line{LetterKey: ledger.LetterKey{To: "group:platform", Channel: Mail, Matter: "case/c_1"}, Case: "c_1"})
		w.mu.Unlock()
		d.Wake()
		for range 100 {
			time.Sleep(100 * time.Millisecond)
			w.mu.Lock()
			n := mail.messages()
			w.mu.Unlock()
			if n == 1 {
				break
			}
		}
		if took := time.Since(begun); took > 2*time.Second {
			t.Errorf("a mail waited %s for Slack", took)
		}
		time.Sleep(time.Minute)
		if n := len(slack.inFlight); n < 3 || n > 20 {
			t.Errorf("%d attempts with a channel that hangs, in a minute", n)
		}
		cancel()
		<-ended
	})
}

// A channel that fails badly takes nothing with it, and what it says of itself is cut and cleared before it is kept.
func TestAChannelThatPanics(t *testing.T) {
	w := newWorld(t)
	slack := w.channel()
	slack.fails = func(notify.Letter) error { panic("xoxb-secret") }
	d := w.desk(&life{}, company(), all(slack, w.channel(), w.channel()))
	w.report(d, w.add("c_1", ledger.Acting, stops("1"), ledger.Step{State: ledger.Done}))
	if _, _, err := d.Step(t.Context()); err != nil {
		t.Fatal(err)
	}
	l := w.letters[ledger.LetterKey{To: "group:security", Channel: Slack, Matter: "case/c_1"}].Present()
	if !l.Owed() || l.Error != "the channel failed badly" {
		t.Errorf("letter %+v", l)
	}
}

// A letter that another replica has taken over is left to it.
func TestALetterThatWasTakenOver(t *testing.T) {
	w := newWorld(t)
	slack := w.channel()
	one, two := w.desk(&life{}, company(), all(slack, w.channel(), w.channel())), w.desk(&life{}, company(), all(slack, w.channel(), w.channel()))
	c := w.add("c_1", ledger.Asked, stops("1"), asksMode)
	w.report(one, c)
	slack.fails = func(notify.Letter) error { // the first hangs beyond its lease, while the second takes the letter
		slack.fails = nil
		w.now = w.now.Add(2 * lease)
		w.mu.Unlock()
		defer w.mu.Lock()
		w.settle(two)
		return errors.New("too late")
	}
	for range 10 {
		if worked, _, err := one.Step(t.Context()); err != nil || !worked {
			break
		}
	}
	if n := slack.messages(); n != 1 {
		t.Errorf("%d messages", n)
	}
	l := w.letters[ledger.LetterKey{To: "group:security", Channel: Slack, Matter: "case/c_1"}].Present()
	if l.Owed() || l.Error != "" {
		t.Errorf("the late one has spoiled the letter: %+v", l)
	}
}

func TestDailyLetters(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	quiet := func(t time.Time) time.Time { // at weekends, and until ten
		for {
			switch l := t.In(berlin); {
			case l.Weekday() == time.Saturday, l.Weekday() == time.Sunday:
				t = time.Date(l.Year(), l.Month(), l.Day()+1, 0, 0, 0, 0, berlin)
			case l.Hour() < 10:
				return time.Date(l.Year(), l.Month(), l.Day(), 10, 0, 0, 0, berlin)
			default:
				return t
			}
		}
	}
	for _, c := range []struct{ story, from, want string }{
		{"before nine", "2026-11-30T07:00:00Z", "2026-11-30T08:00:00Z"},
		{"at nine", "2026-11-30T08:00:00Z", "2026-11-30T08:00:00Z"},
		{"after it", "2026-11-30T08:00:01Z", "2026-12-01T08:00:00Z"},
		{"the night in which clocks go forward", "2026-03-28T20:00:00Z", "2026-03-29T07:00:00Z"},
	} {
		from, _ := time.Parse(time.RFC3339, c.from)
		d := New(Options{Zone: berlin})
		if at, day := d.daily(from); at.UTC().Format(time.RFC3339) != c.want || day != at.In(berlin).Format(time.DateOnly) {
			t.Errorf("%s: %s, %s", c.story, at.UTC(), day)
		}
	}
	d := New(Options{Zone: berlin, Awake: quiet})
	friday := time.Date(2026, 12, 4, 12, 0, 0, 0, berlin)
	if at, _ := d.daily(friday); !at.Equal(time.Date(2026, 12, 7, 10, 0, 0, 0, berlin)) {
		t.Errorf("over a quiet weekend: %s", at)
	}
	never := New(Options{Awake: func(t time.Time) time.Time { return t.Add(48 * time.Hour) }})
	never.daily(friday) // comes to an end
	if at, _ := d.weekly(friday); at.In(berlin).Weekday() != time.Monday {
		t.Errorf("weekly: %s", at)
	}
}

// poisonous is a ledger over which the desk panics when it looks for letters.
type poisonous struct {
	mortal
	asked *int
}

func (p poisonous) TakeLetter(context.Context, time.Time, string, time.Duration) (*ledger.Letter, error) {
	*p.asked++
	panic("nobody foresaw this")
}

// A panic of the desk's ends neither the process nor the desk, which tries again, and not without end.
func TestADeskThatPanicsGoesOnPatiently(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, asked := newWorld(t), 0
		d := w.desk(&life{}, company(), all(w.channel(), w.channel(), w.channel()))
		d.Now, d.Store = time.Now, poisonous{mortal{w, &life{}}, &asked}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		d.work(ctx)
		if asked < 3 || asked > 10 {
			t.Errorf("it was tried %d times in a minute", asked)
		}
	})
}
