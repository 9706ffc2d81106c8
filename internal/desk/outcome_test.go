package desk

import (
	"context"
	"testing"
	"time"

	"github.com/ripostehq/riposte/internal/ledger"
)

// handed is a store that remembers what was handed into cases.
type handed struct {
	mortal
	all *[]ledger.Message
}

func (h handed) Send(ctx context.Context, now time.Time, id string, m ledger.Message) (bool, error) {
	*h.all = append(*h.all, m)
	return h.mortal.Send(ctx, now, id, m)
}

func (h handed) SaveAndSend(ctx context.Context, now time.Time, l *ledger.Letter, id string, m ledger.Message) error {
	*h.all = append(*h.all, m)
	return h.mortal.SaveAndSend(ctx, now, l, id, m)
}

// What letters told makes no case urgent, which would go before attacks; the case knows it before a letter about it is written again.
func TestWhatALetterToldMakesNoCaseUrgent(t *testing.T) {
	w := newWorld(t)
	d := w.desk(&life{}, company(), all(w.channel(), w.channel(), w.channel()))
	var got []ledger.Message
	d.Store = handed{mortal{w, &life{}}, &got}
	w.report(d, w.add("c_1", ledger.Asked, stops("1"), asksMode))
	w.settle(d)
	if len(got) == 0 {
		t.Error("nothing was handed in")
	}
	for _, m := range got {
		if len(m.Told) != 1 || !m.Due.After(w.now) || m.Due.After(w.now.Add(apart)) {
			t.Errorf("at %s it was handed in: %+v", w.now, m)
		}
	}
}
