package desk

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/notify"
)

// ofOlga has a case be olga's.
func ofOlga(c *ledger.Case) *ledger.Case {
	c.Origin.Actor.Session = "owner olga@example.com"
	return c
}

// works is until, where the desk looks now and then for what comes from no case.
func (w *world) works(d *Desk, end time.Time) {
	w.Helper()
	for w.now.Before(end) {
		w.settle(d)
		w.until(d, w.now.Add(3*time.Hour))
	}
}

// lists are the week's lists that a channel brought.
func (c *channel) lists() (out []notify.Letter) {
	for _, l := range c.last {
		if isList(l.Matter) {
			out = append(out, l)
		}
	}
	return out
}

// Two of olga's cases wait for months, and a third for her answer. She was asked once; each Monday she reads what is still open, with until when, and
// without a button. What is put right stands in no further list, and where nothing is open none comes.
func TestOwnersReadEachWeekWhatIsStillOpen(t *testing.T) {
	w := newWorld(t)
	slack := w.channel()
	d := w.desk(&life{}, company(), all(slack, w.channel(), w.channel()))
	held := ofOlga(w.add("c_1", ledger.Held, starts("1"), ledger.Step{Verdict: "hold", Reason: "limit: ten an hour"}))
	asked := ofOlga(w.add("c_2", ledger.Asked, starts("2"), asksMode))
	w.add("c_3", ledger.Held, stops("3"), ledger.Step{Verdict: "hold"}) // which contains: none of an owner's
	w.add("c_4", ledger.Held, starts("4"), ledger.Step{}).Revisions[0].Plan.Bytes = []byte("of tomorrow")
	w.report(d, held)
	w.report(d, asked)
	next := monday.AddDate(0, 0, 7)
	w.works(d, next.Add(-24*time.Hour))
	if n := len(slack.lists()); n > 0 {
		t.Fatalf("%d lists in the first week", n)
	}
	asked.Revisions[0].Steps[0].Told.Until = next.AddDate(0, 1, 0)
	w.works(d, next.Add(12*time.Hour))
	lists := slack.lists()
	if len(lists) != 1 || lists[0].To.Address != "olga@example.com" {
		t.Fatalf("lists: %+v", lists)
	}
	c := lists[0].Content
	if len(c.Cases) != 2 || c.Title != "Still open of yours: 2 findings" || slices.ContainsFunc(c.Cases, func(it notify.Item) bool { return it.Ask != nil || it.Case == "c_3" }) {
		t.Errorf("the list has %+v", c)
	}
	if said := fmt.Sprint(c.Cases); !strings.Contains(said, "for an answer until ") || !strings.Contains(said, "without one it is done") {
		t.Errorf("it does not say until when an answer was asked for: %s", said)
	}
	held.State = ledger.Verified
	w.works(d, next.AddDate(0, 0, 7).Add(12*time.Hour))
	if lists = slack.lists(); len(lists) != 2 {
		t.Fatalf("%d lists after two weeks", len(lists))
	}
	for _, l := range lists {
		if len(l.Content.Cases) == 1 && l.Content.Cases[0].Case != "c_2" {
			t.Errorf("the second list has %+v", l.Content.Cases)
		}
	}
	asked.State = ledger.Dismissed
	w.works(d, next.AddDate(0, 0, 21))
	if n := len(slack.lists()); n != 2 {
		t.Errorf("%d lists, though nothing is open", n)
	}
}

// A list begins no clock: that its reader has it tells no question.
func TestAListTellsNoQuestion(t *testing.T) {
	w := newWorld(t)
	slack := w.channel()
	d := w.desk(&life{}, company(), all(slack, w.channel(), w.channel()))
	c := ofOlga(w.add("c_1", ledger.Asked, starts("1"), asksMode))
	w.posts(c) // it is to be told, and its letter is not posted yet
	w.works(d, monday.AddDate(0, 0, 8))
	if len(slack.lists()) != 1 || c.Revisions[0].Steps[0].Told != nil {
		t.Errorf("%d lists, told %+v", len(slack.lists()), c.Revisions[0].Steps[0].Told)
	}
}

// A playbook acts from a day on. Its findings stand in the list of each week until then, but for what was put right since, as the sweep sees it.
func TestWhatIsAnnouncedStandsInTheListUntilItIsPutRight(t *testing.T) {
	w := newWorld(t)
	w.now = time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)
	from := time.Date(2027, 1, 11, 0, 0, 0, 0, time.UTC)
	slack := w.channel()
	var read []string
	slack.fails = func(l notify.Letter) error {
		if says := strings.Join(l.Content.Says, " "); !strings.Contains(says, "From Monday, 11 January 2027 on") {
			t.Errorf("%s says %q", l.Matter, says)
		}
		read = append(read, fmt.Sprintf("%s %d", w.now.Format(time.DateOnly), len(l.Content.Cases)))
		return nil
	}
	d := w.desk(&life{}, company(), all(slack, w.channel(), w.channel()))
	d.Enforced, d.Announced = func(string) time.Time { return from }, []string{"launch.unapproved-image"}
	for _, id := range []string{"1", "2"} {
		c := ofOlga(w.add("c_"+id, ledger.Observed, starts(id), ledger.Step{Verdict: "observe"}))
		c.Origin.Sweep = "2026-11-30/111122223333"
		w.report(d, c)
	}
	w.works(d, time.Date(2026, 12, 18, 0, 0, 0, 0, time.UTC))
	w.righted = map[string]bool{w.cases["c_1"].Root.String(): true}
	w.works(d, from.AddDate(0, 0, 14))
	want := []string{
		"2026-12-07 2", // found
		"2026-12-08 2", // the list, since another letter went on Monday
		"2026-12-14 2", "2026-12-21 1", "2026-12-28 1",
		"2027-01-04 1", "2027-01-05 1", // a week before, and the list
		"2027-01-10 1", // and a day
	}
	if !slices.Equal(read, want) {
		t.Errorf("read %q, want %q", read, want)
	}
}

// Who had two letters in a week gets no list.
func TestWhoHadLettersEnoughGetsNoList(t *testing.T) {
	w := newWorld(t)
	slack := w.channel()
	d := w.desk(&life{}, company(), all(slack, w.channel(), w.channel()))
	for day := range 3 {
		w.works(d, monday.AddDate(0, 0, 2*day))
		w.report(d, ofOlga(w.add(fmt.Sprintf("c_%d", day), ledger.Asked, starts(fmt.Sprint(day)), asksMode)))
	}
	w.works(d, monday.AddDate(0, 0, 8))
	if n := len(slack.lists()); n != 0 || slack.messages() < 3 {
		t.Errorf("%d lists beside %d letters", n, slack.messages())
	}
}
