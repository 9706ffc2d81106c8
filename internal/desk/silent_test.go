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

// A person who reads mail alone hears what silence did, once, with the next daily letter; of what a person answered no mail tells.
func TestMailTellsWhatSilenceDid(t *testing.T) {
	for _, x := range []struct {
		story string
		state ledger.State
		step  ledger.Step
		says  string
	}{
		{"it was done", ledger.Verified, ledger.Step{State: ledger.Done, Reason: "silence: nobody answered"}, "Nobody answered in time: of 1 case what was asked was done."},
		{"it was let be", ledger.Expired, ledger.Step{State: ledger.Dropped}, "Nobody answered in time: 1 case let be."},
		{"somebody approved it", ledger.Verified, ledger.Step{State: ledger.Done, Reason: "approval: olga"}, ""},
	} {
		t.Run(x.story, func(t *testing.T) {
			w := newWorld(t)
			mail := w.channel()
			p := company()
			p.Channels = []string{Mail}
			d := w.desk(&life{}, p, map[string]notify.Channel{Mail: mail})
			c := w.add("c_1", ledger.Asked, starts("1"), asksMode)
			c.Origin.Actor.Session = "owner olga@example.com"
			w.report(d, c)
			w.until(d, w.now.Add(26*time.Hour))
			before := mail.messages()
			told := c.Revisions[0].Steps[0].Told
			c.State, c.Revisions[0].Steps[0] = x.state, x.step
			c.Revisions[0].Steps[0].Told = told
			w.report(d, c)
			w.until(d, w.now.Add(72*time.Hour))
			more := mail.messages() - before
			if (more == 1) != (x.says != "") || more > 1 || before != 1 {
				t.Fatalf("%d mails, then %d: %v", before, more, w.keys())
			}
			last := mail.last[w.letters[w.order[len(w.order)-1]].Nonce].Content
			if x.says != "" && (!slices.Contains(last.Says, x.says) || len(last.Cases) != 1 || last.Cases[0].Ask != nil || strings.Contains(last.State, "ask")) {
				t.Errorf("it says %q, %q", last.State, last.Says)
			}
		})
	}
}

// What is to be let be is asked once more, with a daily letter that goes when the time is up: from then on people have four hours.
func TestPeopleAreRemindedBeforeItIsLetBe(t *testing.T) {
	w := newWorld(t)
	slack := w.channel()
	d := w.desk(&life{}, company(), all(slack, w.channel(), w.channel()))
	d.Policy.Approval.Answer = func(string, gate.Deed) gate.Answer {
		return gate.Answer{After: 48 * time.Hour, Silence: ledger.Expires}
	}
	c := w.add("c_1", ledger.Asked, starts("1"), asksMode)
	c.Origin.Actor.Session = "owner olga@example.com"
	w.report(d, c)
	w.until(d, monday.Add(24*time.Hour))
	first := *c.Revisions[0].Steps[0].Told
	w.now = first.Remind
	w.report(d, c)
	w.until(d, first.Until)
	told := c.Revisions[0].Steps[0].Told
	if slack.messages() != 2 || told.Reminded.IsZero() || told.Until.Sub(told.Reminded) < ledger.Notice {
		t.Errorf("%d messages, told %+v", slack.messages(), told)
	}
}

// What waits for ever is told again each week, to whom it was told, with a daily letter and as what is asked again; nobody is flooded in between.
func TestWhatWaitsForEverIsToldAgainEachWeek(t *testing.T) {
	const week = 7 * 24 * time.Hour
	w := newWorld(t)
	mail := w.channel()
	p := company()
	p.Channels = []string{Mail}
	d := w.desk(&life{}, p, map[string]notify.Channel{Mail: mail})
	weekly := func(string, gate.Deed) gate.Answer { return gate.Answer{After: week, Silence: ledger.Reminds} }
	d.Policy.Approval.Answer = weekly
	var cases []*ledger.Case
	for _, id := range []string{"c_1", "c_2", "c_3"} {
		c := w.add(id, ledger.Asked, starts(id), asksMode)
		c.Origin.Actor.Session = "owner olga@example.com"
		cases = append(cases, c)
		w.report(d, c)
	}
	w.until(d, monday.Add(24*time.Hour))
	for n := range 3 {
		told := cases[0].Revisions[0].Steps[0].Told
		if mail.messages() != n+1 || told == nil || told.Silence != ledger.Reminds {
			t.Fatalf("%d mails after %d weeks, told %+v", mail.messages(), n, told)
		}
		w.until(d, told.Remind)
		for _, c := range cases {
			w.report(d, c)
		}
		w.until(d, told.Remind.Add(24*time.Hour))
		last := mail.last[w.letters[w.order[len(w.order)-1]].Nonce].Content
		if !slices.Contains(last.Says, "Nobody has answered yet: 3 questions, asked again.") || len(last.Cases) != 3 {
			t.Errorf("it says %q of %d cases", last.Says, len(last.Cases))
		}
	}
}
