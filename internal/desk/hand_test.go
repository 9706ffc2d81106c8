package desk

import (
	"testing"
	"time"

	"github.com/ripostehq/riposte/internal/ledger"
)

// What a desk has posted and not begun is no other's, until its lease ends or it gives it back.
func TestADeskKeepsWhatItPostedInHand(t *testing.T) {
	w := newWorld(t)
	slack := w.channel()
	channels := all(slack, w.channel(), w.channel())
	one, other := w.desk(&life{}, company(), channels), w.desk(&life{}, company(), channels)
	w.settle(one) // it looks
	w.report(one, w.add("c_1", ledger.Asked, stops("1"), asksMode))
	w.settle(other)
	if slack.messages() != 0 {
		t.Error("another desk has sent it too")
	}
	if err := one.Release(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.settle(other)
	w.settle(one)
	if slack.messages() != 1 || w.cases["c_1"].Revisions[0].Steps[0].Told == nil {
		t.Errorf("given back, it was sent %d times", slack.messages())
	}

	w.report(one, w.add("c_2", ledger.Asked, stops("2"), asksMode)) // and dies
	w.now = w.now.Add(lease)
	w.settle(other)
	if slack.messages() != 2 {
		t.Errorf("%d messages, a minute after the death", slack.messages())
	}
}

// A desk that has not looked for long, or whose hands are full, leaves what it posts to others.
func TestADeskThatDoesNotLookTakesNothing(t *testing.T) {
	w := newWorld(t)
	slack := w.channel()
	channels := all(slack, w.channel(), w.channel())
	one, other := w.desk(&life{}, company(), channels), w.desk(&life{}, company(), channels)
	w.settle(one)
	w.now = w.now.Add(looksOn + time.Second)
	w.report(one, w.add("c_1", ledger.Asked, stops("1"), asksMode))
	w.settle(other)
	if slack.messages() != 1 {
		t.Errorf("asleep: %d messages by the other", slack.messages())
	}
	for n := range hands + 1 {
		if got, want := one.hand.reserve(1, w.now), false; n == 0 && got != want {
			t.Error("taken by a desk that is asleep")
		}
	}
	w.settle(one)
	for n := range hands + 1 {
		if got := one.hand.reserve(1, w.now); got != (n < hands) {
			t.Errorf("letter %d taken: %v, of %d hands", n, got, hands)
		}
	}
}

// What is posted while a letter is in hand stands in the message that goes.
func TestWhatJoinsALetterInHandIsTold(t *testing.T) {
	w := newWorld(t)
	slack := w.channel()
	d := w.desk(&life{}, company(), all(slack, w.channel(), w.channel()))
	w.settle(d)
	for _, id := range []string{"c_1", "c_2", "c_3"} {
		c := w.add(id, ledger.Asked, stops(id), asksMode)
		c.Incident = "c_1"
		w.report(d, c)
	}
	w.settle(d)
	for id, c := range w.cases {
		if c.Revisions[0].Steps[0].Told == nil {
			t.Errorf("nobody was told of %s by the first message", id)
		}
	}
	w.until(d, w.now.Add(2*time.Minute))
	if slack.messages() != 1 {
		t.Errorf("%d messages", slack.messages())
	}
}
