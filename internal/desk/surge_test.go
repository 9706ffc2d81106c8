package desk

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ripostehq/riposte/internal/gate"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/notify"
	"github.com/ripostehq/riposte/playbook"
)

// A playbook that surges pages approvers once, with what is held and how it is released; released and held anew, once more. Another brake is no surge.
func TestASurgePagesOnce(t *testing.T) {
	w := newWorld(t)
	slack, pager := w.channel(), w.channel()
	d := w.desk(&life{}, company(), all(slack, w.channel(), pager))
	held := ledger.Brake{Scope: gate.SurgeOf("waste.volume"), By: "riposte", At: w.now, Reason: "11 new suspects on 2026-11-30"}
	w.brakes = []ledger.Brake{{Scope: "all", By: "sam", At: w.now, Reason: "drill"}, held}
	wantEach := func(n int) {
		t.Helper()
		if slack.messages() != n || pager.messages() != n {
			t.Fatalf("%d messages, %d pages, want %d: %v", slack.messages(), pager.messages(), n, w.keys())
		}
	}
	for range 3 { // told at once by the worker that holds it, and found again at the next looks
		if err := d.Surged(t.Context()); err != nil {
			t.Fatal(err)
		}
		w.settle(d)
		w.now = w.now.Add(2 * time.Hour)
	}
	wantEach(1)
	for _, l := range pager.last {
		said := strings.Join(l.Content.Says, " ")
		if !l.Urgent || l.Content.Severity != playbook.High || l.Content.Closed || !strings.Contains(l.Content.Title, "waste.volume") {
			t.Errorf("%+v", l)
		}
		for _, want := range []string{"11 new suspects on 2026-11-30", "mends or destroys", "riposte release surge:waste.volume"} {
			if !strings.Contains(said, want) {
				t.Errorf("%q lacks %q", said, want)
			}
		}
	}
	w.brakes = nil
	w.now = w.now.Add(2 * time.Hour)
	w.settle(d)
	wantEach(1)
	held.At = w.now
	w.brakes = []ledger.Brake{held}
	w.now = w.now.Add(2 * time.Hour)
	w.settle(d) // nobody told at once: the look finds it
	wantEach(2)
}

// A surge that a person released before the letter went out is not told, and one that a channel refuses is told elsewhere.
func TestASurgeIsToldWhereItCanBe(t *testing.T) {
	w := newWorld(t)
	slack, mail := w.channel(), w.channel()
	slack.fails = func(notify.Letter) error { return &notify.Rejected{Why: "no such channel"} }
	d := w.desk(&life{}, company(), map[string]notify.Channel{Slack: slack, Mail: mail})
	d.People.Channels = []string{Slack, Mail}
	w.brakes = []ledger.Brake{{Scope: gate.SurgeOf("waste.volume"), By: "riposte", At: w.now, Reason: "many"}}
	w.settle(d)
	if slack.messages() != 0 || mail.messages() != 1 || len(w.notes) > 0 {
		t.Errorf("%d messages, %d mails, letters %v", slack.messages(), mail.messages(), w.keys())
	}
	w.brakes = []ledger.Brake{{Scope: gate.SurgeOf("waste.address"), By: "riposte", At: w.now, Reason: "many"}}
	if err := d.Surged(t.Context()); err != nil || !slices.ContainsFunc(w.keys(), func(k string) bool { return strings.Contains(k, "waste.address") }) {
		t.Fatal(err, w.keys())
	}
	w.brakes = nil
	w.settle(d)
	if mail.messages() != 1 {
		t.Errorf("%d mails", mail.messages())
	}
}
