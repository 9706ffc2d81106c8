package desk

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/notify"
)

// office is two replicas that die at random moments, and others that take their place.
type office struct {
	*world
	dice     *rand.Rand
	one      int
	people   Directory
	channels []*channel
	desks    []*Desk
	lives    []*life
	now      int // whose turn it is
	deaths   int
}

func newOffice(w *world, dice *rand.Rand, one int, p Directory) *office {
	o := &office{world: w, dice: dice, one: one, people: p, desks: make([]*Desk, 2), lives: make([]*life, 2)}
	for range 3 {
		c := w.channel()
		c.life = func() *life { return o.lives[o.now] }
		o.channels = append(o.channels, c)
	}
	o.channels[1].nonces = false // mail forgets
	for i := range o.desks {
		o.hire(i)
	}
	return o
}

func (o *office) hire(i int) {
	o.lives[i] = &life{dice: o.dice, one: o.one}
	o.desks[i] = o.desk(o.lives[i], o.people, all(o.channels[0], o.channels[1], o.channels[2]))
}

// at has one of the replicas do something; where it dies of it, another takes its place, and false is returned.
func (o *office) at(i int, do func(*Desk) error) bool {
	o.Helper()
	o.now = i
	err := do(o.desks[i])
	if o.lives[i].dead {
		o.deaths++
		o.hire(i)
		return false
	}
	if err != nil && !errors.Is(err, errDead) {
		o.Fatal(err)
	}
	return true
}

// tells has the engine report a case, again and again where the process dies of it.
func (o *office) tells(c *ledger.Case) {
	o.Helper()
	o.posts(c)
	for !o.at(o.dice.IntN(2), func(d *Desk) error { return d.Report(o.Context(), c) }) {
	}
	c.Report.Wanted++
	c.Report.Sent = c.Report.Wanted
}

// passes lets time pass until a moment.
func (o *office) passes(end time.Time, each func()) {
	o.Helper()
	for range 1_000_000 {
		next := o.next()
		if next.IsZero() || next.After(end) {
			o.world.now = end
			return
		}
		if next.After(o.world.now) {
			o.world.now = next
		}
		o.at(o.dice.IntN(2), func(d *Desk) error { _, _, err := d.Step(o.Context()); return err })
		o.take()
		if each != nil {
			each()
		}
	}
	o.Fatal("letters never come to an end")
}

// Figures to reach: 1,000 cases of one actor in ten minutes are one message, at most 25 edits, and one page; also where processes die.
func TestAThousandCasesOfOneActorAreOneMessage(t *testing.T) {
	for _, one := range []int{1 << 30, 300} {
		w := newWorld(t)
		o := newOffice(w, rand.New(rand.NewPCG(1, 2)), one, company())
		for i := range 1000 {
			o.passes(monday.Add(time.Duration(i)*600*time.Millisecond), nil)
			id := fmt.Sprintf("c_%04d", i)
			c := w.add(id, ledger.Contained, stops(id), ledger.Step{State: ledger.Done, Verdict: "act"})
			c.Incident = "c_0000"
			o.tells(c)
			if verified := i - 150; verified >= 0 { // after 90 seconds
				old := w.cases[fmt.Sprintf("c_%04d", verified)]
				old.State = ledger.Verified
				o.tells(old)
			}
		}
		for i := range 150 {
			old := w.cases[fmt.Sprintf("c_%04d", 850+i)]
			old.State = ledger.Verified
			o.tells(old)
		}
		o.passes(monday.Add(24*time.Hour), nil)
		slack, mail, pager := o.channels[0], o.channels[1], o.channels[2]
		t.Logf("one death in %d: %d deaths, %d messages, %d edits, %d of them noticed, %d pages", one, o.deaths, slack.messages(), slack.edits, slack.replies, pager.messages())
		if slack.messages() != 1 || slack.edits > 25 || slack.replies > 2 || pager.messages() != 1 || mail.messages() != 0 {
			t.Errorf("%d messages, %d edits, %d noticed, %d pages, %d mails", slack.messages(), slack.edits, slack.replies, pager.messages(), mail.messages())
		}
		if one < 1<<30 && o.deaths < 10 {
			t.Errorf("only %d deaths: they prove nothing", o.deaths)
		}
		last := slack.last["nonce-1"].Content
		if last.State != "1000 cases: 1000 verified" || len(last.Cases) != notify.MostItems || last.More != 980 || !last.Closed {
			t.Errorf("at last: %q, %d shown, %d more, closed %v", last.State, len(last.Cases), last.More, last.Closed)
		}
	}
}

// 5,000 findings of 40 owners are 40 letters on the first day, and at most two each in the week; also where processes die.
func TestFiveThousandFindingsAreFortyLetters(t *testing.T) {
	for _, c := range []struct {
		story string
		one   int
		does  func(string) action.Action
	}{{"what mends", 2000, starts}, {noLink, 2000, ends}} {
		t.Run(c.story, func(t *testing.T) {
			w := newWorld(t)
			w.unlinked = c.story == noLink
			o := newOffice(w, rand.New(rand.NewPCG(3, 4)), c.one, company())
			for i := range 5000 {
				id := fmt.Sprintf("c_%04d", i)
				x := w.add(id, ledger.Asked, c.does(id), asksMode)
				x.Origin.Actor.Session = fmt.Sprintf("owner owner%d@example.com", i%40)
				o.tells(x)
			}
			slack := o.channels[0]
			o.passes(monday.Add(24*time.Hour), nil)
			if slack.messages() != 40 {
				t.Fatalf("%d letters on the first day", slack.messages())
			}
			for hour := range 24 * 6 {
				o.passes(monday.Add(time.Duration(25+hour)*time.Hour), nil)
				o.engine(t)
			}
			each := map[string]int{}
			for nonce, n := range slack.posts {
				each[slack.last[nonce].To.Address] += n
			}
			for who, n := range each {
				if n > 2 {
					t.Fatalf("%s got %d letters in the week: %v", who, n, o.of(who))
				}
			}
			t.Logf("%d deaths, %d letters, %d edits, %d of them noticed", o.deaths, slack.messages(), slack.edits, slack.replies)
			done := 0
			for _, x := range w.cases {
				if x.State == ledger.Verified {
					done++
				}
			}
			if want := 40 * notify.MostItems; done != want { // with a page to look at as well: a letter that leads there has not named them
				t.Errorf("%d were done, want %d: what people could read of, and were reminded of", done, want)
			}
			if len(each) != 40 || slack.replies > 0 {
				t.Errorf("%d owners, %d noticed edits", len(each), slack.replies)
			}
		})
	}
}

// noLink is the story in which letters lead nowhere: what does not fit one was not told.
const noLink = "without a page to look at"

// of are the letters to somebody.
func (w *world) of(who string) (out []string) {
	for _, k := range w.keys() {
		if strings.HasPrefix(k, who+" ") {
			out = append(out, k)
		}
	}
	return out
}

// engine reminds, and does what silence lets it do: of nothing that people were not told, and told again in time.
func (o *office) engine(t *testing.T) {
	t.Helper()
	for _, c := range o.cases {
		s := &c.Revisions[0].Steps[0]
		if c.State != ledger.Asked || s.Told == nil {
			continue
		}
		switch told := s.Told; {
		case !told.Remind.IsZero() && !told.Remind.After(o.world.now):
			o.tells(c)
		case !told.Until.After(o.world.now) && !told.Reminded.IsZero():
			if told.Until.Sub(told.Reminded) < ledger.Notice {
				t.Fatalf("case %s: the reminder came %s before", c.ID, told.Until.Sub(told.Reminded))
			}
			c.State, *s = ledger.Verified, ledger.Step{State: ledger.Done, Told: told}
			o.tells(c)
		}
	}
}

// Two replicas that are killed at random moments, each between any two commits, channels that lose answers: every question is asked,
// nothing counts as told that was not, nobody reads a message twice by a channel that knows its messages, and by mail no more often than
// somebody died.
func TestKilledBetweenAnyTwoCommits(t *testing.T) {
	for seed := range uint64(40) {
		w := newWorld(t)
		p := company()
		if seed%2 == 1 {
			p.Channels = []string{Mail}
		}
		o := newOffice(w, rand.New(rand.NewPCG(seed, 7)), 12, p)
		for i := range 25 {
			id := fmt.Sprintf("c_%02d", i)
			x := w.add(id, ledger.Asked, map[bool]action.Action{true: stops(id), false: starts(id)}[i%2 == 0], asksMode)
			x.Origin.Actor.Session = fmt.Sprintf("owner owner%d@example.com", i%3)
			if i%4 == 0 {
				x.Incident = "c_00"
			}
			o.tells(x)
			o.passes(o.world.now.Add(time.Duration(o.dice.IntN(90))*time.Second), func() { o.nothingUntold(t) })
		}
		o.passes(monday.Add(30*time.Hour), func() { o.nothingUntold(t) })
		for id, c := range w.cases {
			if c.Revisions[0].Steps[0].Told == nil {
				t.Errorf("seed %d: the question of %s was never told", seed, id)
			}
		}
		for i, ch := range o.channels {
			twice := 0
			for _, n := range ch.posts {
				twice += n - 1
			}
			if ch.nonces && twice > 0 || twice > o.deaths {
				t.Errorf("seed %d: %d messages too many by channel %d, %d deaths", seed, twice, i, o.deaths)
			}
		}
		if o.deaths == 0 {
			t.Errorf("seed %d: nobody died", seed)
		}
	}
}

// nothingUntold fails where a case knows of a telling that no channel has shown.
func (o *office) nothingUntold(t *testing.T) {
	t.Helper()
	for id, c := range o.cases {
		shown := false
		for _, ch := range o.channels {
			shown = shown || ch.shown[id+c.Shown(0)]
		}
		if c.Revisions[0].Steps[0].Told != nil && !shown {
			t.Fatalf("case %s counts as told, and nobody was", id)
		}
	}
}

// What others chose goes through whole and raw: each channel shows it as text. However much of it there is, a letter has an end.
func TestHostileTextsAreData(t *testing.T) {
	hostile := []string{
		"<!channel>", "*x* _y_ ~z~ `q`", "<http://evil.test|click>", "@here <@U123>", "<b>x</b></script><script>alert(1)</script>", "{{.Title}} {{template \"x\"}} %s %d",
		"login \u202etxt.exe", "a\r\nBcc: x@evil.test\r\n\r\n.", "a\x00b", "\xff\xfe", strings.Repeat("x", 10<<10), strings.Repeat("\U0001F600", 1000), "javascript:alert(1)",
	}
	for _, text := range hostile {
		w := newWorld(t)
		slack := w.channel()
		d := w.desk(&life{}, company(), all(slack, w.channel(), w.channel()))
		c := w.add("c_1", ledger.Asked, stops(text), ledger.Step{Verdict: "ask", Reason: "mode: " + text})
		c.Title, c.Origin.Actor.ARN, c.Paged = text, text, text
		w.report(d, c)
		w.settle(d)
		if slack.messages() != 1 {
			t.Fatalf("%.40q: %d messages", text, slack.messages())
		}
		l := slack.last["nonce-1"].Content
		if l.Title != text || l.Cases[0].Title != text || utf8.ValidString(text) && !strings.Contains(l.Cases[0].Ask.Steps[0], text) || l.Cases[0].Ask.Why[0] != "mode: "+text {
			t.Errorf("%.40q became %.80q", text, l.Title)
		}
	}
}

func TestALetterHasAnEnd(t *testing.T) {
	w := newWorld(t)
	slack := w.channel()
	d := w.desk(&life{}, company(), all(slack, w.channel(), w.channel()))
	long := strings.Repeat("long ", 1<<16)
	for i := range 30 {
		c := w.add(fmt.Sprintf("c_%d", i), ledger.Asked, stops("1"), asksMode)
		c.Incident, c.Title = "c_0", long
		plan := action.Plan{}
		for range 200 {
			plan.Steps = append(plan.Steps, action.Try(stops(long[:500])))
			c.Revisions[0].Steps = append(c.Revisions[0].Steps, asksMode)
		}
		sealed, err := codec().Seal(plan)
		if err != nil {
			t.Fatal(err)
		}
		c.Revisions[0].Plan = sealed
		for j := range 1000 {
			s := ledger.Suspect{Key: fmt.Sprint(j)}
			s.Title = long[:1000]
			c.Suspects = append(c.Suspects, s)
		}
		w.report(d, c)
	}
	w.settle(d)
	l := slack.last["nonce-1"].Content
	size := len(l.Title) + len(fmt.Sprint(l.Cases))
	if len(l.Cases) != notify.MostItems || l.More != 10 || len(l.Cases[0].Ask.Steps) != mostSteps+1 || size > notify.MostItems*(2*mostSteps+mostFacts)*mostText {
		t.Errorf("%d cases, %d more, %d steps, %d bytes", len(l.Cases), l.More, len(l.Cases[0].Ask.Steps), size)
	}
}

// A case that no reader understands spoils no letter, and no other case.
func TestABrokenCaseSpoilsNothing(t *testing.T) {
	w := newWorld(t)
	slack := w.channel()
	d := w.desk(&life{}, company(), all(slack, w.channel(), w.channel()))
	broken := w.add("c_1", ledger.Acting, stops("1"), ledger.Step{State: ledger.Done})
	broken.Incident, broken.Revisions[0].Plan.Bytes = "c_1", []byte(`[{"ladder":[{"kind":"of.tomorrow","v":9}]}]`)
	w.report(d, broken)
	sound := w.add("c_2", ledger.Asked, stops("2"), asksMode)
	sound.Incident = "c_1"
	w.report(d, sound)
	gone := w.add("c_3", ledger.Asked, stops("3"), asksMode)
	gone.Incident = "c_1"
	w.report(d, gone)
	delete(w.cases, "c_3")
	w.settle(d)
	if l := slack.last["nonce-1"].Content; len(l.Cases) != 2 || l.Cases[0].Case != "c_2" || l.Cases[1].Case != "c_1" || sound.Revisions[0].Steps[0].Told == nil {
		t.Errorf("letter %+v", l)
	}
}

// Mallory's findings fill the letter; behind them is one that silence has done. Nobody is shown that one: it does
// not count as told, in a daily letter or in one that goes at once, and asks in another.
func TestWhatNoLetterNamesIsNotDone(t *testing.T) {
	for _, incident := range []string{"", "c_first"} {
		w := newWorld(t)
		slack := w.channel()
		d := w.desk(&life{}, company(), all(slack, w.channel(), w.channel()))
		for i := range notify.MostItems + 1 {
			does := ends(fmt.Sprint(i))
			if i == notify.MostItems {
				does = starts("innocent")
			}
			c := w.add(fmt.Sprintf("c_%02d", i), ledger.Asked, does, asksMode)
			c.Origin.Actor.Session = "owner olga@example.com"
			if c.Incident = incident; incident != "" {
				c.Severity = "high" // which can't wait for the daily letter
			}
			w.report(d, c)
		}
		last := &w.cases["c_20"].Revisions[0].Steps[0]
		w.until(d, map[bool]time.Time{true: monday.Add(time.Minute), false: monday.Add(24 * time.Hour)}[incident != ""])
		if slack.messages() == 0 || w.cases["c_00"].Revisions[0].Steps[0].Told == nil || last.Told != nil {
			t.Fatalf("incident %q: %d messages, the last is told %+v", incident, slack.messages(), last.Told)
		}
		w.until(d, monday.AddDate(0, 0, 15))
		if last.Told == nil || !slack.shown["c_20"+w.cases["c_20"].Shown(0)] {
			t.Errorf("incident %q: it is never asked", incident)
		}
	}
}

// Two hundred questions of containment that nobody answers for two days: each is asked again, and nobody gets more than the limits of a day and one
// letter an hour. What is new is told at once all the same.
func TestWhatIsAskedAgainFloodsNobody(t *testing.T) {
	w := newWorld(t)
	slack, mail, pager := w.channel(), w.channel(), w.channel()
	channels := []*channel{slack, mail, pager}
	d := w.desk(&life{}, company(), all(slack, mail, pager))
	for i := range 200 {
		w.report(d, w.add(fmt.Sprintf("c_%03d", i), ledger.Asked, stops(fmt.Sprint(i)), asksMode))
	}
	before := make([]int, len(channels))
	for day := range 2 {
		w.until(d, monday.AddDate(0, 0, day+1))
		for i, c := range channels {
			if n := c.messages() - before[i]; n > mostToGroup+mostAgain+25 {
				t.Errorf("day %d: %d messages by channel %d", day, n, i)
			}
			before[i] = c.messages()
		}
	}
	asked := map[string]bool{}
	for k, row := range w.letters {
		if l := row.Present(); strings.HasPrefix(k.Matter, more) && isAgain(k.Matter) && w.now.Sub(l.SentAt) < 2*time.Hour {
			for _, id := range l.Cases {
				asked[id] = true
			}
		}
	}
	if len(asked) != 200 {
		t.Errorf("in the last two hours %d of 200 were asked again", len(asked))
	}
	c := w.add("c_new", ledger.Asked, stops("new"), asksMode)
	w.report(d, c)
	w.settle(d)
	if !slack.shown["c_new"+c.Shown(0)] {
		t.Error("what is new waits")
	}
}

// Letters to many others push what a group got today out of the thousand that are counted: its limit does not begin anew.
func TestTheLimitOfADayIsNotForgotten(t *testing.T) {
	w := newWorld(t)
	slack := w.channel()
	d := w.desk(&life{}, company(), all(slack, w.channel(), w.channel()))
	grave := func(from int) (messages int) {
		for i := range mostToGroup + 10 {
			w.report(d, w.add(fmt.Sprintf("c_%d", from+i), ledger.Contained, stops(fmt.Sprint(from+i)), ledger.Step{State: ledger.Done}))
		}
		w.settle(d)
		return slack.messages()
	}
	first := grave(0)
	for i := range most + 1 { // each of an owner of its own, by tag: nobody's letter at once, but a letter each
		c := w.add(fmt.Sprintf("c_tagged%d", i), ledger.Asked, starts(fmt.Sprint(i)), asksMode)
		c.Origin.Actor.Session = fmt.Sprintf("owner p%d@example.com", i)
		w.report(d, c)
	}
	w.now = w.now.Add(2 * crowdFresh)
	if again := grave(1000); first != mostToGroup+1 || again != first {
		t.Errorf("%d messages at first, %d by now", first, again)
	}
}
