package desk

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/notify"
)

func all(slack, mail, pager *channel) map[string]notify.Channel {
	return map[string]notify.Channel{Slack: slack, Mail: mail, PagerDuty: pager}
}

// keys are the letters that there are, as TO CHANNEL MATTER.
func (w *world) keys() (out []string) {
	for _, k := range w.order {
		out = append(out, k.To+" "+k.Channel+" "+k.Matter)
	}
	return out
}

func TestWhoIsTold(t *testing.T) {
	owned := func(c *ledger.Case) *ledger.Case { c.Origin.Actor.Session = "owner olga@example.com"; return c }
	for _, c := range []struct {
		story string
		made  func(*world) *ledger.Case
		with  func(*Directory)
		want  []string
	}{
		{"what contains: security, and its pager", func(w *world) *ledger.Case {
			return w.add("c_1", ledger.Acting, stops("1"), ledger.Step{State: ledger.Done})
		}, nil,
			[]string{"group:security slack case/c_1", "group:security pagerduty case/c_1"}},
		{"cases of one actor: one matter", func(w *world) *ledger.Case {
			x := w.add("c_2", ledger.Acting, stops("1"), ledger.Step{State: ledger.Done})
			x.Incident = "c_1"
			return x
		}, nil, []string{"group:security slack incident/c_1", "group:security pagerduty incident/c_1"}},
		{"what mends and asks: the owner, in the daily letter", func(w *world) *ledger.Case { return owned(w.add("c_1", ledger.Asked, starts("1"), asksMode)) }, nil,
			[]string{"olga@example.com slack digest/2026-12-01"}},
		{"without Slack: by mail", func(w *world) *ledger.Case { return owned(w.add("c_1", ledger.Asked, starts("1"), asksMode)) },
			func(p *Directory) { p.Channels = []string{Mail} }, []string{"olga@example.com mail digest/2026-12-01"}},
		{"no owner: approvers", func(w *world) *ledger.Case { return w.add("c_1", ledger.Asked, starts("1"), asksMode) }, nil,
			[]string{"group:security slack digest/2026-12-01"}},
		{"an owner elsewhere is never written to", func(w *world) *ledger.Case {
			x := w.add("c_1", ledger.Asked, starts("1"), asksMode)
			x.Origin.Actor.Session = "owner mallory@example.net"
			return x
		}, nil, []string{"group:security slack digest/2026-12-01"}},
		{"an owner within by look alone", func(w *world) *ledger.Case {
			x := w.add("c_1", ledger.Asked, starts("1"), asksMode)
			x.Origin.Actor.Session = "owner mallory@evil.test,olga@example.com"
			return x
		}, nil, []string{"group:security slack digest/2026-12-01"}},
		{"a group without a place: each member", func(w *world) *ledger.Case {
			return w.add("c_1", ledger.Acting, stops("1"), ledger.Step{State: ledger.Done})
		},
			func(p *Directory) {
				p.Groups = map[string]Group{"security": {Members: []string{"ann@example.com", "bob@example.com"}}}
			}, []string{"ann@example.com slack case/c_1", "bob@example.com slack case/c_1"}},
		{"nobody has a place: the pager", func(w *world) *ledger.Case {
			return w.add("c_1", ledger.Acting, stops("1"), ledger.Step{State: ledger.Done})
		},
			func(p *Directory) { p.Groups = nil }, []string{"everybody pagerduty case/c_1"}},
		{"only watched: security's weekly letter", func(w *world) *ledger.Case {
			return w.add("c_1", ledger.Observed, stops("1"), ledger.Step{Verdict: "observe"})
		}, nil,
			[]string{"group:security slack digest/2026-12-07"}},
		{"what mends, only watched: the owner's weekly one", func(w *world) *ledger.Case {
			return owned(w.add("c_1", ledger.Observed, starts("1"), ledger.Step{Verdict: "observe"}))
		}, nil,
			[]string{"olga@example.com slack digest/2026-12-07"}},
		{"what destroys and is grave: at once, the owner and security", func(w *world) *ledger.Case {
			x := owned(w.add("c_1", ledger.Asked, ends("1"), asksMode))
			x.Severity = "critical"
			return x
		}, nil, []string{"group:security slack case/c_1", "group:security pagerduty case/c_1", "olga@example.com slack case/c_1"}},
		{"two persons destroy in production: the owner, and approvers beside", func(w *world) *ledger.Case {
			at := shop
			at.Account = "999999999999"
			x := w.add("c_1", ledger.Asked, ends("1"), asksMode)
			return owned(inAccount(w, x, at.Account))
		}, nil, []string{"group:security slack case/c_1", "olga@example.com slack digest/2026-12-01"}},
		{"it failed: security too", func(w *world) *ledger.Case {
			return owned(w.add("c_1", ledger.Failed, starts("1"), ledger.Step{State: ledger.StepFailed}))
		}, nil,
			[]string{"group:security slack trouble/2026-11-30", "olga@example.com slack digest/2026-12-01"}},
		{"a program listens", func(w *world) *ledger.Case {
			return w.add("c_1", ledger.Acting, stops("1"), ledger.Step{State: ledger.Done})
		},
			func(p *Directory) { p.Channels = []string{Slack, "webhook/0"} }, []string{"group:security slack case/c_1", "program webhook/0 case/c_1"}},
		{"not confirmed: nobody", func(w *world) *ledger.Case { return &ledger.Case{ID: "c_1", State: ledger.Dismissed} }, nil, nil},
	} {
		t.Run(c.story, func(t *testing.T) {
			w := newWorld(t)
			p := company()
			if c.with != nil {
				c.with(&p)
			}
			d := w.desk(&life{}, p, nil)
			w.report(d, c.made(w))
			if diff := cmp.Diff(c.want, w.keys()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestThatNobodyCanBeToldIsSaid(t *testing.T) {
	w := newWorld(t)
	d := w.desk(&life{}, Directory{Channels: []string{"webhook/0"}}, nil)
	w.report(d, w.add("c_1", ledger.Asked, stops("1"), asksMode))
	if len(w.keys()) != 0 || len(w.notes) != 1 || !strings.Contains(w.notes[0], "no group has a place") {
		t.Errorf("letters %v, notes %v", w.keys(), w.notes)
	}
}

// What a person is asked: what a yes does, what of it is final, what silence means and until when; and the deadline that the case gets is
// the one that they read.
func TestAQuestionIsTold(t *testing.T) {
	w := newWorld(t)
	slack, mail := w.channel(), w.channel()
	d := w.desk(&life{}, company(), all(slack, mail, w.channel()))
	c := w.add("c_1", ledger.Asked, ends("1"), asksMode)
	c.Origin.Actor.Session = "owner olga@example.com"
	w.report(d, c)
	w.settle(d)
	if slack.messages() != 0 {
		t.Fatal("a daily letter went at noon")
	}
	nine := time.Date(2026, 12, 1, 9, 0, 0, 0, time.UTC)
	w.until(d, nine)
	if slack.messages() != 1 {
		t.Fatalf("%d messages at nine", slack.messages())
	}
	l := slack.last["nonce-1"]
	it := l.Content.Cases[0]
	want := &notify.Ask{
		Shown: c.Shown(0), Seen: c.Seen(), Found: []string{"image ami-c_1"}, Steps: []string{"terminate an instance: arn:aws:ec2:eu-west-1:111122223333:instance/i-1 (instance i-1, which is gone for good)"}, Class: "destroy",
		Final: []string{"terminate an instance: arn:aws:ec2:eu-west-1:111122223333:instance/i-1: a terminated instance is gone for good"},
		Why:   []string{"mode: this account asks"}, Silence: "it is done", Until: nine.Add(48 * time.Hour), By: "Thu, 3 Dec 2026 09:00 UTC",
		Refused: "nobody is known behind the call, so that an owner may not approve: an approver must", Except: 31 * 24 * time.Hour,
	}
	if diff := cmp.Diff(want, it.Ask); diff != "" {
		t.Error(diff)
	}
	told := c.Revisions[0].Steps[0].Told
	if told == nil || !told.At.Equal(nine) || !told.Until.Equal(it.Ask.Until) || told.Silence != ledger.Acts {
		t.Errorf("the case has %+v", told)
	}
	if !slices.Contains(it.Facts, notify.Fact{Name: "owner", Value: "olga@example.com (by the tag owner)"}) {
		t.Errorf("how the owner is known is not said: %v", it.Facts)
	}
	if l.To.Address != "olga@example.com" || it.Link != "https://riposte.example.com/cases/c_1" || !l.Notice {
		t.Errorf("letter %+v", l)
	}

	// A day and a half later it is asked again, at nine, and the end moves so that four hours are left.
	w.now = told.Remind
	w.report(d, c)
	w.until(d, time.Date(2026, 12, 3, 9, 0, 0, 0, time.UTC))
	told = c.Revisions[0].Steps[0].Told
	if slack.messages() != 2 || told.Reminded.IsZero() || told.Until.Sub(told.Reminded) < ledger.Notice {
		t.Errorf("%d messages, told %+v", slack.messages(), told)
	}
	if mail.messages() != 0 {
		t.Error("one person is asked on two channels")
	}
}

// The question is the owner's: that approvers are told beside does not begin its time.
func TestTheCopyOfAQuestionBeginsNoDeadline(t *testing.T) {
	w := newWorld(t)
	slack := w.channel()
	d := w.desk(&life{}, company(), all(slack, w.channel(), w.channel()))
	c := w.add("c_1", ledger.Asked, starts("1"), asksMode)
	c.Origin.Actor.Session, c.Paged = "owner olga@example.com", "a person is wanted"
	w.report(d, c)
	w.settle(d)
	if slack.messages() != 1 || c.Revisions[0].Steps[0].Told != nil || !slack.last["nonce-1"].Content.Cases[0].Ask.Until.IsZero() {
		t.Errorf("%d messages, told %+v", slack.messages(), c.Revisions[0].Steps[0].Told)
	}
	w.until(d, time.Date(2026, 12, 1, 9, 0, 0, 0, time.UTC))
	if c.Revisions[0].Steps[0].Told == nil {
		t.Error("the owner was told, and the case does not know")
	}
}

func TestWhatWasPutRightDropsOut(t *testing.T) {
	w := newWorld(t)
	slack := w.channel()
	d := w.desk(&life{}, company(), all(slack, w.channel(), w.channel()))
	for _, id := range []string{"c_1", "c_2"} {
		c := w.add(id, ledger.Asked, starts(id), asksMode)
		c.Origin.Actor.Session = "owner olga@example.com"
		w.report(d, c)
	}
	w.cases["c_1"].State, w.cases["c_1"].Revisions[0].Steps[0] = ledger.Dismissed, ledger.Step{State: ledger.Dropped}
	w.until(d, monday.Add(24*time.Hour))
	if l := slack.last["nonce-1"]; len(l.Content.Cases) != 1 || l.Content.Cases[0].Case != "c_2" {
		t.Errorf("letter %+v", l.Content)
	}
	w.cases["c_2"].State, w.cases["c_2"].Revisions[0].Steps[0] = ledger.Dismissed, ledger.Step{State: ledger.Dropped}
	c := w.add("c_3", ledger.Asked, starts("3"), asksMode)
	c.Origin.Actor.Session = "owner olga@example.com"
	w.report(d, c)
	c.State, c.Revisions[0].Steps[0] = ledger.Dismissed, ledger.Step{State: ledger.Dropped}
	w.until(d, monday.Add(72*time.Hour))
	if slack.messages() != 1 {
		t.Errorf("%d messages: a letter about nothing was sent", slack.messages())
	}
}

func TestALetterThatIsRefusedGoesElsewhere(t *testing.T) {
	w := newWorld(t)
	slack, mail := w.channel(), w.channel()
	slack.fails = func(notify.Letter) error { return &notify.Rejected{Why: "no such channel"} }
	d := w.desk(&life{}, company(), map[string]notify.Channel{Slack: slack, Mail: mail, PagerDuty: w.channel()})
	c := w.add("c_1", ledger.Asked, stops("1"), asksMode)
	w.report(d, c)
	w.settle(d)
	if mail.messages() != 1 || c.Revisions[0].Steps[0].Told == nil {
		t.Errorf("%d mails, told %v", mail.messages(), c.Revisions[0].Steps[0].Told)
	}
	if diff := cmp.Diff([]string{"group:security could not be told by slack: no such channel"}, w.notes); diff != "" {
		t.Error(diff)
	}

	// Also mail refuses it: it is the fallback group itself, so that only the pager is left.
	mail.fails = slack.fails
	w.report(d, w.add("c_2", ledger.Asked, stops("2"), asksMode))
	w.settle(d)
	if !slices.Contains(w.keys(), "everybody pagerduty case/c_2") {
		t.Errorf("letters %v", w.keys())
	}
}

func TestAnOutageHoldsUpNoOtherChannel(t *testing.T) {
	w := newWorld(t)
	slack, mail := w.channel(), w.channel()
	slack.fails = func(notify.Letter) error { return errors.New("down") }
	d := w.desk(&life{}, company(), all(slack, mail, w.channel()))
	c := w.add("c_1", ledger.Asked, stops("1"), asksMode)
	w.report(d, c)
	w.settle(d)
	if c.Revisions[0].Steps[0].Told != nil && slack.messages() == 0 && d.People.has(PagerDuty) == false {
		t.Error("told, and nobody was")
	}
	w.until(d, w.now.Add(time.Hour))
	l := w.letters[ledger.LetterKey{To: "group:security", Channel: Slack, Matter: "case/c_1"}].Present()
	if !l.Owed() || l.Error != "down" || l.Attempts < 5 || l.Attempts > 20 {
		t.Errorf("after an hour: %+v", l)
	}
	slack.fails = nil
	w.until(d, w.now.Add(20*time.Minute))
	if slack.messages() == 0 {
		t.Error("Slack is back, and the letter is not sent")
	}
}

func TestAThrottledChannelIsLeftAlone(t *testing.T) {
	w := newWorld(t)
	slack := w.channel()
	calls := 0
	slack.fails = func(notify.Letter) error {
		calls++
		return &notify.Throttled{After: 90 * time.Second, Err: errors.New("429")}
	}
	d := w.desk(&life{}, company(), all(slack, w.channel(), w.channel()))
	for _, id := range []string{"c_1", "c_2", "c_3"} {
		w.report(d, w.add(id, ledger.Acting, stops(id), ledger.Step{State: ledger.Done}))
	}
	w.until(d, w.now.Add(89*time.Second))
	if calls != 1 {
		t.Errorf("%d calls of a channel that wants to be left alone", calls)
	}
	slack.fails = nil
	w.until(d, w.now.Add(time.Minute))
	if slack.messages() != 3 {
		t.Errorf("%d messages, want 3", slack.messages())
	}
}

func TestTheChainIsAskedOneAfterTheOther(t *testing.T) {
	w := newWorld(t)
	slack, mail, pager := w.channel(), w.channel(), w.channel()
	d := w.desk(&life{}, company(), all(slack, mail, pager))
	c := w.add("c_1", ledger.Asked, stops("1"), asksMode)
	w.report(d, c)
	w.settle(d)
	type heard struct{ slack, mail, pager int }
	for _, x := range []struct {
		after time.Duration
		want  heard
	}{
		{4 * time.Minute, heard{1, 0, 1}},  // at once, security and its pager
		{5 * time.Minute, heard{1, 1, 1}},  // platform
		{15 * time.Minute, heard{1, 1, 2}}, // the pager
		{30 * time.Minute, heard{2, 1, 2}}, // security again
		{60 * time.Minute, heard{2, 2, 2}},
		{120 * time.Minute, heard{2, 2, 3}}, // and then each hour
		{180 * time.Minute, heard{3, 2, 3}},
	} {
		w.until(d, monday.Add(x.after))
		if got := (heard{slack.messages(), mail.messages(), pager.messages()}); got != x.want {
			t.Errorf("after %s: %+v, want %+v", x.after, got, x.want)
		}
	}
	c.State, c.Revisions[0].Steps[0] = ledger.Contained, ledger.Step{State: ledger.Done}
	w.report(d, c)
	w.until(d, monday.Add(48*time.Hour))
	if slack.messages() != 3 || mail.messages() != 2 {
		t.Errorf("answered, and asked again: %d, %d", slack.messages(), mail.messages())
	}
}

func TestAPersonGetsFiveUrgentLettersADay(t *testing.T) {
	w := newWorld(t)
	slack, pager := w.channel(), w.channel()
	p := company()
	p.Groups = map[string]Group{"security": {Members: []string{"ann@example.com"}, Page: true}}
	d := w.desk(&life{}, p, all(slack, w.channel(), pager))
	for i := range 30 {
		id := "c_" + string(rune('a'+i))
		w.report(d, w.add(id, ledger.Contained, stops(id), ledger.Step{State: ledger.Done}))
		w.now = w.now.Add(time.Minute)
		w.settle(d)
	}
	w.until(d, w.now.Add(time.Hour))
	if slack.messages() != 6 {
		t.Fatalf("%d messages", slack.messages())
	}
	last := slack.last[w.letters[ledger.LetterKey{To: "ann@example.com", Channel: Slack, Matter: "more/2026-11-30"}].Nonce]
	if len(last.Content.Cases) != notify.MostItems || last.Content.More != 5 {
		t.Errorf("the sixth has %d cases and %d more: something was dropped", len(last.Content.Cases), last.Content.More)
	}
	if w.letters[ledger.LetterKey{To: everybody, Channel: PagerDuty, Matter: "more/2026-11-30"}] == nil {
		t.Error("the group is not paged")
	}
}

func inAccount(w *world, c *ledger.Case, account string) *ledger.Case {
	at := shop
	at.Account = account
	again := w.add(c.ID, c.State, endsIn(account), c.Revisions[0].Steps[0])
	return again
}

// However many channels refuse, a letter comes to an end: nobody is told in a circle.
func TestRefusalsComeToAnEnd(t *testing.T) {
	for _, channels := range [][]string{{Slack}, {Mail}, {Slack, Mail}, {PagerDuty}, {Slack, Mail, PagerDuty, Webhook(0)}} {
		w := newWorld(t)
		never := w.channel()
		never.fails = func(notify.Letter) error { return &notify.Rejected{Why: "never"} }
		p := company()
		p.Channels, p.Channel = channels, "#riposte"
		d := w.desk(&life{}, p, map[string]notify.Channel{Slack: never, Mail: never, PagerDuty: never, Webhook(0): never})
		c := w.add("c_1", ledger.Asked, starts("1"), asksMode)
		c.Origin.Actor.Session = "owner olga@example.com"
		w.report(d, c)
		w.report(d, w.add("c_2", ledger.Asked, stops("2"), asksMode))
		w.until(d, monday.Add(48*time.Hour))
		if n := len(w.notes); n == 0 || n > 20 {
			t.Errorf("%v: %d notes: %v", channels, n, w.notes)
		}
		for _, r := range w.letters {
			if l := r.Present(); l.Owed() {
				t.Errorf("%v: still owed: %+v", channels, l)
			}
		}
	}
}

// Who makes one incident after the other, each by another name, does not fill a channel.
func TestAChannelGetsFiftyMattersADay(t *testing.T) {
	w := newWorld(t)
	slack, pager := w.channel(), w.channel()
	d := w.desk(&life{}, company(), all(slack, w.channel(), pager))
	for i := range 300 {
		id := fmt.Sprintf("c_%03d", i)
		w.report(d, w.add(id, ledger.Contained, stops(id), ledger.Step{State: ledger.Done}))
		w.now = w.now.Add(10 * time.Second)
		w.settle(d)
	}
	w.until(d, w.now.Add(2*time.Hour))
	if slack.messages() != mostToGroup+1 || pager.messages() != mostToGroup+1 {
		t.Errorf("%d messages, %d pages", slack.messages(), pager.messages())
	}
	last := slack.last[w.letters[ledger.LetterKey{To: "group:security", Channel: Slack, Matter: "more/2026-11-30"}].Nonce]
	if n := len(last.Content.Cases) + last.Content.More; n != 300-mostToGroup {
		t.Errorf("the last one tells of %d", n)
	}
}

// An exception ends: whoever owns the thing is told a week before, and a day before; who has ended it is not.
func TestAnExceptionEnds(t *testing.T) {
	w := newWorld(t)
	slack := w.channel()
	d := w.desk(&life{}, company(), all(slack, w.channel(), w.channel()))
	c := w.add("c_1", ledger.Undone, starts("1"), ledger.Step{State: ledger.StepUndone})
	c.Origin.Actor.Session = "owner olga@example.com"
	until := monday.Add(31 * 24 * time.Hour)
	c.Grant(ledger.Exception{Playbook: c.Playbook, Root: c.Root.String(), Until: until, By: "olga@example.com", Case: c.ID, Found: []string{"it"}})
	c.Reminds(monday)
	for _, before := range []time.Duration{7 * 24 * time.Hour, 24 * time.Hour} {
		w.now = until.Add(-before)
		w.report(d, c)
		c.Reminded = w.now
		w.until(d, w.now.Add(22*time.Hour))
	}
	if slack.messages() != 1 || slack.replies != 1 {
		t.Fatalf("%d messages, %d replies: %v", slack.messages(), slack.replies, w.keys())
	}
	l := slack.last["nonce-1"]
	if l.To.Address != "olga@example.com" || l.Content.State != "an exception ends" || !strings.Contains(l.Content.Says[0], "in 1 day, from Thu, 31 Dec 2026 12:00 UTC on") {
		t.Errorf("letter %+v", l)
	}
	other := w.add("c_2", ledger.Undone, starts("2"), ledger.Step{State: ledger.StepUndone})
	other.Grant(ledger.Exception{Playbook: other.Playbook, Root: other.Root.String(), Until: w.now.Add(24 * time.Hour), By: "olga@example.com", Case: other.ID, Found: []string{"it"}})
	other.Reminded = w.now.Add(-24 * time.Hour)
	w.report(d, other)
	other.Granted = nil // before the letter goes
	w.until(d, w.now.Add(48*time.Hour))
	if slack.messages()+slack.replies > 2 || len(w.keys()) != 2 {
		t.Errorf("it was ended, and told of: %v", w.keys())
	}
}

func TestWhoMayBeWrittenTo(t *testing.T) {
	open := Directory{Groups: map[string]Group{"security": {Members: []string{"ann@example.com"}, Mail: "security@lists.example.org"}}, Named: []string{"olga@example.com"}}
	for _, c := range []struct {
		address      string
		within, open bool
	}{
		{"ann@example.com", true, true},
		{"Ann@Example.com", true, true},
		{"olga@example.com", true, true},
		{"eve@example.com", true, false},
		{"security@lists.example.org", false, true},
		{"eve@example.net", false, false},
		{"eve@example.com.evil.test", false, false},
		{"eve@evil.test@example.com", false, false},
		{"eve@evil.test,ann@example.com", false, false},
		{"<eve@example.com>", false, false},
		{"eve@example.com\r\nBcc: x@evil.test", false, false},
		{"example.com", false, false},
		{"", false, false},
	} {
		if got := company().Within(c.address); got != c.within {
			t.Errorf("%q within example.com: %v", c.address, got)
		}
		if got := open.Within(c.address); got != c.open {
			t.Errorf("%q without domains: %v", c.address, got)
		}
	}
}

// A case that takes no more messages keeps no other from knowing, and no letter from being sent; it knows once it takes some again.
func TestACaseThatIsFull(t *testing.T) {
	w := newWorld(t)
	slack := w.channel()
	d := w.desk(&life{}, company(), all(slack, w.channel(), w.channel()))
	for _, id := range []string{"c_1", "c_2"} {
		c := w.add(id, ledger.Asked, stops(id), asksMode)
		c.Incident = "c_1"
		w.report(d, c)
	}
	w.full = map[string]bool{"c_1": true}
	w.settle(d)
	if w.cases["c_2"].Revisions[0].Steps[0].Told == nil || slack.messages() != 1 {
		t.Errorf("%d messages; the other case does not know", slack.messages())
	}
	at := w.now
	w.now = w.now.Add(30 * time.Second)
	w.full = nil
	w.until(d, w.now.Add(time.Minute))
	told := w.cases["c_1"].Revisions[0].Steps[0].Told
	if told == nil || !told.At.Equal(at) || slack.messages() != 1 {
		t.Errorf("%d messages, told %+v, sent at %s", slack.messages(), told, at)
	}
}

// A letter is written for one case's sake while another's question is not posted yet: the engine would not take the word of that, and the
// question is told once it is posted.
func TestAQuestionThatIsNotPostedYet(t *testing.T) {
	w := newWorld(t)
	slack := w.channel()
	p := company()
	p.Channels = []string{Slack}
	d := w.desk(&life{}, p, all(slack, w.channel(), w.channel()))
	for _, id := range []string{"c_1", "c_2"} {
		w.add(id, ledger.Acting, stops(id), ledger.Step{State: ledger.Done}).Incident = "c_1"
		w.report(d, w.cases[id])
	}
	w.settle(d)
	late := &w.cases["c_2"].Revisions[0].Steps[0]
	*late, w.cases["c_2"].State = asksMode, ledger.Asked // committed, and not reported yet
	w.now = w.now.Add(time.Minute)
	w.report(d, w.cases["c_1"])
	w.settle(d)
	if late.Told != nil || len(w.ever) > 0 {
		t.Errorf("told %+v, handed in %v", late.Told, w.ever)
	}
	w.now = w.now.Add(time.Minute)
	w.report(d, w.cases["c_2"])
	w.settle(d)
	if late.Told == nil || !late.Told.Until.Equal(slack.last["nonce-1"].Content.Cases[0].Ask.Until) {
		t.Errorf("told %+v", late.Told)
	}
}

// What waits for ever is asked once, and stays in the message: nobody is noticed again because something else in it moves.
func TestAQuestionThatWaitsForEver(t *testing.T) {
	w := newWorld(t)
	slack := w.channel()
	d := w.desk(&life{}, company(), all(slack, w.channel(), w.channel()))
	d.Policy.Approval.Answer = nil
	for _, id := range []string{"c_1", "c_2", "c_3"} {
		c := w.add(id, ledger.Asked, starts(id), asksMode)
		c.Origin.Actor.Session = "owner olga@example.com"
		c.Report.Sent = 0
		if err := d.Report(t.Context(), c); err != nil {
			t.Fatal(err)
		}
	}
	w.until(d, monday.Add(24*time.Hour))
	key := w.order[0]
	w.cases["c_1"].State, w.cases["c_1"].Revisions[0].Steps[0] = ledger.Dismissed, ledger.Step{State: ledger.Dropped}
	w.post(w.now, ledger.Line{LetterKey: key, Case: "c_1"})
	w.until(d, monday.Add(48*time.Hour))
	l := slack.last["nonce-1"].Content
	if slack.messages() != 1 || slack.edits != 1 || slack.replies != 0 || len(l.Cases) != 2 || l.Cases[0].Ask == nil {
		t.Errorf("%d messages, %d edits, %d noticed: %+v", slack.messages(), slack.edits, slack.replies, l)
	}
}

// A further case, behind the link, asks something else than people were told: the message goes again before that counts as told.
func TestAnotherQuestionBehindTheLink(t *testing.T) {
	w := newWorld(t)
	slack := w.channel()
	p := company()
	p.Channels = []string{Slack}
	d := w.desk(&life{}, p, all(slack, w.channel(), w.channel()))
	for i := range 25 {
		id := fmt.Sprintf("c_%02d", i)
		w.add(id, ledger.Asked, stops(id), asksMode).Incident = "c_00"
		w.report(d, w.cases[id])
	}
	w.until(d, w.now.Add(2*time.Minute))
	last := &w.cases["c_24"].Revisions[0].Steps[0]
	if last.Told == nil {
		t.Fatal("it was not told by the link")
	}
	edits, was := slack.edits, last.Told.Of
	last.Reason = "limit: as many as may be"
	w.report(d, w.cases["c_24"])
	w.until(d, w.now.Add(2*time.Minute))
	if last.Told.Of == was || slack.edits == edits {
		t.Errorf("%d edits more, told %+v", slack.edits-edits, last.Told)
	}
}

// Mallory has tagged what he changed as his own. He is written to, as the tag says, and has no word: whose the account is is told as well, and time for an
// answer begins with that letter, not with his. So it does where nobody knows who did it.
func TestWhoTagsAThingIsNotTheOnlyOneToHear(t *testing.T) {
	for _, x := range []struct {
		story, actor string
		alone        bool
	}{{"he did it", "mallory", false}, {"somebody unknown did", "", false}, {"another did", "eve", true}} {
		w := newWorld(t)
		mail := w.channel()
		p := company()
		p.Channels = []string{Mail}
		d := w.desk(&life{}, p, map[string]notify.Channel{Mail: mail})
		d.Policy.Approval.People.Template = "{session}@example.com"
		d.Policy.Approval.People.Issuers = []string{"arn:aws:iam::*:role/aws-reserved/sso.amazonaws.com/*"}
		d.Policy.Approval.Owner = func(*ledger.Case) ([]string, bool) { return []string{"mallory@example.com"}, true }
		d.Owner = func(context.Context, *ledger.Case) (Owner, error) {
			return Owner{Address: "mallory@example.com", Beside: &Owner{Group: "platform"}}, nil
		}
		c := w.add("c_1", ledger.Asked, starts("1"), asksMode)
		if x.actor != "" {
			c.Origin.Actor = event.Actor{Kind: event.RoleActor, Session: x.actor, Issuer: "arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/dev"}
		}
		down := true
		mail.fails = func(l notify.Letter) error {
			if down && l.To.Group == "platform" {
				return errDead
			}
			return nil
		}
		w.report(d, c)
		w.until(d, monday.Add(22*time.Hour))
		told := &c.Revisions[0].Steps[0]
		if x.alone {
			if told.Told == nil || len(w.keys()) != 1 {
				t.Errorf("%s: %v, told %v", x.story, w.keys(), told.Told)
			}
			continue
		}
		if mail.messages() != 1 || told.Told != nil || len(w.keys()) != 2 {
			t.Errorf("%s: %d mails, %v; it counts as told: %v", x.story, mail.messages(), w.keys(), told.Told)
		}
		down = false
		w.until(d, monday.Add(23*time.Hour))
		if told.Told == nil {
			t.Errorf("%s: the account's owner was told, and it does not count", x.story)
		}
	}
}
