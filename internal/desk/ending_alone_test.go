package desk

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ripostehq/riposte/internal/gate"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/notify"
)

// Who gave an exception from no case hears of its end a week and a day before, once each, whatever is written in it; of a short one, of one from a
// case, and of one that was ended meanwhile, nobody does.
func TestPeopleAreToldThatAnExceptionGivenAloneEnds(t *testing.T) {
	const day = 24 * time.Hour
	w := newWorld(t)
	slack := w.channel()
	d := w.desk(&life{}, company(), map[string]notify.Channel{Slack: slack})
	give := func(by string, d time.Duration) ledger.Exception {
		return ledger.Alone("launch.by-hand", "account:111122223333", ledger.Order{Verb: ledger.Except, By: by, At: w.now, Except: d, Found: []string{"<!channel> *x*"}, Reason: "ours"})
	}
	long, strangers, ended := give("ann@example.com", 30*day), give("root", 29*day), give("ann@example.com", 31*day)
	ofCase := ledger.Exception{Playbook: "launch.by-hand", Root: "i-1", Until: w.now.Add(30 * day), Case: "c_1", Found: []string{"x"}}
	w.excepted = []ledger.Exception{give("ann@example.com", 20*time.Hour), long, strangers, ended, ofCase}
	told := func() (out []string) {
		for _, key := range w.keys() {
			who, matter, _ := strings.Cut(key, " slack "+alone)
			id, n, _ := strings.Cut(matter, "/")
			name := map[string]string{long.ID(): "long", strangers.ID(): "strangers", ended.ID(): "ended"}[id]
			out = append(out, who+" "+name+" "+n)
		}
		slices.Sort(out)
		return out
	}
	for _, x := range []struct {
		at   time.Duration
		want string
	}{
		{0, ""}, {22 * day, "group:security strangers 1"}, {22*day + 2*time.Hour, "group:security strangers 1"},
		{23*day + 2*time.Hour, "ann@example.com long 1, group:security strangers 1"},
		{29*day - time.Hour, "ann@example.com long 1, group:security strangers 1, group:security strangers 2"},
		{40 * day, "ann@example.com long 1, group:security strangers 1, group:security strangers 2"}, // nobody looked on its last day
	} {
		if x.at > 23*day { // by then a person has ended one
			w.excepted = slices.DeleteFunc(w.excepted, func(x ledger.Exception) bool { return x.ID() == ended.ID() })
		}
		w.now = monday.Add(x.at)
		w.settle(d)
		w.settle(d)
		if got := strings.Join(told(), ", "); got != x.want {
			t.Errorf("after %s: %s", x.at, got)
		}
	}
	if n := slack.messages(); n != 3 {
		t.Errorf("%d messages", n)
	}
	for _, l := range slack.last {
		if l.Content.Title != "An exception ends: launch.by-hand" || len(l.Content.Cases) != 1 || l.Content.Cases[0].Facts[0].Value != "<!channel> *x*" || l.Urgent {
			t.Errorf("%+v", l)
		}
	}
}

// A letter about an exception that was ended before it went out is not sent.
func TestAnExceptionThatWasEndedIsNotTold(t *testing.T) {
	w := newWorld(t)
	slack := w.channel()
	x := ledger.Alone("launch.by-hand", "account:1", ledger.Order{Verb: ledger.Except, By: "ann@example.com", At: w.now, Except: 8 * 24 * time.Hour, Any: true})
	w.excepted = []ledger.Exception{x}
	d := w.desk(&life{}, company(), map[string]notify.Channel{Slack: slack})
	w.now = monday.Add(25 * time.Hour)
	if err := d.endings(t.Context()); err != nil || len(w.keys()) != 1 {
		t.Fatal(err, w.keys())
	}
	w.excepted = nil
	w.settle(d)
	if slack.messages() != 0 || w.letters[w.order[0]].Present().Owed() {
		t.Errorf("%d messages, owed %t", slack.messages(), w.letters[w.order[0]].Present().Owed())
	}
}

// What ends on a Monday before people are at work, or within a freeze, is told before it ends.
func TestAnEndWhilePeopleRestIsTold(t *testing.T) {
	night := gate.Calendar{Days: []time.Weekday{time.Saturday, time.Sunday}, Hours: gate.Hours{From: 18 * time.Hour, To: 9 * time.Hour}}
	freeze := gate.Calendar{Freezes: []gate.Freeze{{First: "2026-12-20", Last: "2027-01-04"}}}
	for _, x := range []struct {
		story string
		rests gate.Calendar
		until time.Time
	}{
		{"a Monday at eight", night, time.Date(2026, 12, 7, 8, 0, 0, 0, time.UTC)},
		{"within a freeze", freeze, time.Date(2026, 12, 31, 12, 0, 0, 0, time.UTC)},
	} {
		t.Run(x.story, func(t *testing.T) {
			given := time.Date(2026, 12, 4, 8, 0, 0, 0, time.UTC)
			w := newWorld(t)
			slack := w.channel()
			d := w.desk(&life{}, company(), all(slack, w.channel(), w.channel()))
			d.Awake = func(t time.Time) time.Time { n, _ := x.rests.Next(t); return n }
			c := w.add("c_1", ledger.Excepted, starts("1"), ledger.Step{State: ledger.StepUndone})
			c.Origin.Actor.Session = "owner olga@example.com"
			c.Grant(ledger.Exception{Playbook: c.Playbook, Root: c.Root.String(), Until: x.until, By: "olga@example.com", Case: c.ID, Found: []string{"it"}})
			c.Reminds(given)
			w.now = x.until.Add(-24 * time.Hour)
			w.report(d, c)
			c.Reminded = w.now
			w.until(d, x.until.Add(-time.Second))
			if slack.messages() != 1 {
				t.Errorf("of a case: %d messages", slack.messages())
			}
			w.excepted = []ledger.Exception{ledger.Alone("launch.by-hand", "account:1", ledger.Order{Verb: ledger.Except, By: "ann@example.com", At: given, Except: x.until.Sub(given), Any: true})}
			d.looked, w.now = time.Time{}, x.until.Add(-23*time.Hour)
			w.settle(d)
			w.until(d, x.until.Add(-time.Second))
			if slack.messages() != 2 {
				t.Errorf("of none: %d messages: %v", slack.messages()-1, w.keys())
			}
		})
	}
}

// Slack refuses such a letter for good: whoever gave the exception is told by mail.
func TestPeopleAreToldElsewhereThatAnExceptionEnds(t *testing.T) {
	w := newWorld(t)
	slack, mail := w.channel(), w.channel()
	slack.fails = func(notify.Letter) error { return &notify.Rejected{Why: "account deactivated"} }
	d := w.desk(&life{}, company(), all(slack, mail, w.channel()))
	given := ledger.Order{Verb: ledger.Except, By: "ann@example.com", At: monday.Add(-30 * 24 * time.Hour), Except: 33 * 24 * time.Hour, Reason: "ours"}
	w.excepted = []ledger.Exception{ledger.Alone("launch.by-hand", "account:111122223333", given)}
	w.settle(d)
	if slack.messages() != 0 || mail.messages() != 1 || len(w.notes) > 0 {
		t.Errorf("%d messages, %d mails, letters %v, notes %v", slack.messages(), mail.messages(), w.keys(), w.notes)
	}
}
