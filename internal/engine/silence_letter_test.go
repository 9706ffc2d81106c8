package engine_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/gate"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/world"
	"github.com/ripostehq/riposte/playbook"
)

// letters are what a case had written. Where the channel answers, what they told is handed in at once.
type letters struct {
	*stage
	down  bool
	clock time.Duration // how far the desk's clock is behind
	sent  []ledger.Message
	of    string          // the case
	in    map[string]bool // questions whose letters were accepted
}

// lettered is asked, where letters tell.
func lettered(t *testing.T, means ledger.Silence, books ...playbook.Definition) *letters {
	if len(books) == 0 {
		books = append(books, shrinks())
	}
	s := set(t, world.Options{}, books...)
	l := &letters{stage: s}
	s.desk = l.write
	s.policy.Mode, s.policy.Approval.Tells = asks, gate.ByLetter
	s.silenceMeans(means, twoDays)
	version(s, mallory)
	return l
}

func (l *letters) write(c *ledger.Case) {
	now := l.w.Now().Add(-l.clock)
	all, err := l.policy.Promises(c, action.NewCodec(action.Kinds()...).Open, now)
	l.must(err)
	for _, p := range all {
		if l.of = c.ID; !p.Told.Reminded.IsZero() {
			p.Told.Reminded = now // when it was sent
		}
		if l.in == nil {
			l.in = map[string]bool{}
		}
		l.in[p.Told.Of] = l.in[p.Told.Of] || !l.down
		key := fmt.Sprintf("told|l_1|%s|%d", p.Told.Of, p.Told.Reminded.Unix())
		l.sent = append(l.sent, ledger.Tell(key, []ledger.Told{p.Told}))
		if !l.down {
			l.accepted(len(l.sent) - 1)
		}
	}
}

// accepted hands in what a letter told.
func (l *letters) accepted(n int) {
	_, err := l.store.Send(l.Context(), l.w.Now(), l.of, l.sent[n])
	l.must(err)
}

func (l *letters) step1() *ledger.Step {
	c := l.only("test.shrinks")
	return &c.Revisions[len(c.Revisions)-1].Steps[0]
}

// The deadline begins when the channel has accepted the letter, and a letter is written for each news, once.
func TestToldByLetterSilenceActs(t *testing.T) {
	l := lettered(t, ledger.Acts)
	l.pass(twoDays - time.Hour)
	c := l.only("test.shrinks")
	l.stands(c, ledger.Asked, false)
	if l.told() != 2 || len(l.sent) != 2 || c.Schema != 2 || c.Paged != "" {
		t.Errorf("reported %d times, %d letters, schema %d, paged for %q\n%s", l.told(), len(l.sent), c.Schema, c.Paged, l.history(c))
	}
	l.pass(2 * time.Hour)
	c = l.only("test.shrinks")
	l.stands(c, ledger.Verified, true)
	if !strings.HasPrefix(c.Revisions[0].Steps[0].Reason, "silence: nobody answered from 2030-01-07T09:00:") {
		t.Errorf("it is done because of %q", c.Revisions[0].Steps[0].Reason)
	}
	l.whole()
}

// No channel accepts the letter: nobody is silent, however long that takes. A day and an hour later people are paged, once.
func TestALetterThatIsNeverAcceptedTellsNobody(t *testing.T) {
	l := lettered(t, ledger.Acts)
	l.down = true
	l.pass(24 * time.Hour)
	if c := l.only("test.shrinks"); c.Paged != "" {
		t.Errorf("paged after a day: %s", c.Paged)
	}
	l.pass(176 * time.Hour)
	c := l.only("test.shrinks")
	l.stands(c, ledger.Asked, false)
	if step := l.step1(); step.Told != nil || !step.Untold() || !strings.Contains(c.Paged, "nobody could be told") || l.told() != 2 {
		t.Errorf("told %+v, paged for %q, reported %d times\n%s", step.Told, c.Paged, l.told(), l.history(c))
	}
	l.down = false
	l.accepted(0) // the two days begin when it is: it was dated when it was written
	l.sent[0].Told[0].At = l.w.Now()
	l.pass(time.Minute)
	if step := l.step1(); step.Told == nil || step.Untold() || l.only("test.shrinks").Paged != "" {
		t.Errorf("told: %+v", step.Told)
	}
	l.whole()
}

// What people were told stands, also where it was handed in by a process of another configuration.
func TestWhatALetterPromisedStands(t *testing.T) {
	l := lettered(t, ledger.Acts)
	l.pass(time.Hour)
	l.silenceMeans(ledger.Acts, 8*time.Hour)
	again := l.sent[0]
	again.Key, again.Told = "another letter", []ledger.Told{{Of: again.Told[0].Of, At: l.w.Now(), Until: l.w.Now().Add(8 * time.Hour), Silence: ledger.Expires}}
	_, err := l.store.Send(l.Context(), l.w.Now(), l.of, again)
	l.must(err)
	l.pass(twoDays - 2*time.Hour)
	l.stands(l.only("test.shrinks"), ledger.Asked, false)
	if told := l.step1().Told; told.Silence != ledger.Acts || told.Reminded.IsZero() {
		t.Errorf("told: %+v", told)
	}
	l.pass(2 * time.Hour)
	l.stands(l.only("test.shrinks"), ledger.Verified, true)
}

// The desk died when the channel had accepted the letter: the next one hands in what was told. Twice is once.
func TestADeskThatDiesBeforeItSaysWhatItTold(t *testing.T) {
	l := lettered(t, ledger.Acts)
	l.down = true
	l.pass(10 * time.Hour)
	l.stands(l.only("test.shrinks"), ledger.Asked, false)
	l.accepted(0)
	l.accepted(0)
	l.down = false
	l.pass(twoDays - 10*time.Hour + 30*time.Minute) // it was accepted two days ago, and half an hour
	c := l.only("test.shrinks")
	l.stands(c, ledger.Verified, true)
	if n := strings.Count(l.history(c), "people are told; no answer"); n != 2 {
		t.Errorf("told %d times\n%s", n, l.history(c))
	}
}

// Nobody could be reminded: it is not done, and people are paged.
func TestWithoutAReminderThatWasAcceptedNothingIsDone(t *testing.T) {
	l := lettered(t, ledger.Acts)
	l.pass(time.Hour)
	l.down = true
	l.pass(4 * twoDays)
	c := l.only("test.shrinks")
	l.stands(c, ledger.Asked, false)
	if !l.step1().Untold() || c.Paged == "" {
		t.Errorf("paged for %q\n%s", c.Paged, l.history(c))
	}
	now := l.w.Now()
	reminder := *l.step1().Told
	reminder.Reminded, reminder.Remind = now, time.Time{} // that the end moves is left to the engine
	_, err := l.store.Send(l.Context(), now, l.of, ledger.Tell("at last", []ledger.Told{reminder}))
	l.must(err)
	l.pass(ledger.Notice - time.Minute)
	l.stands(l.only("test.shrinks"), ledger.Asked, false)
	l.pass(5 * time.Minute)
	l.stands(l.only("test.shrinks"), ledger.Verified, true)
}

// A letter about what is not asked any more promises nothing about what is asked now.
func TestWhatWasToldOfAnotherQuestion(t *testing.T) {
	l := lettered(t, ledger.Acts)
	l.down = true
	l.pass(time.Hour)
	l.policy.Mode = func(string, string, action.Class) (gate.Decision, string) { return gate.Ask, "another file says ask" }
	l.restart()
	l.pass(2 * time.Hour)
	l.accepted(0)
	l.pass(2 * twoDays)
	c := l.only("test.shrinks")
	l.stands(c, ledger.Asked, false)
	if told := l.step1().Told; told != nil || len(l.sent) < 2 || !strings.Contains(l.history(c), "not asked any more") {
		t.Errorf("told %+v, in %d letters\n%s", told, len(l.sent), l.history(c))
	}
}

// A desk whose clock is three days behind has told people just now, whatever it says. And riposte's own, set back, makes nothing sooner.
func TestClocksThatAreWrongMakeNoSilence(t *testing.T) {
	l := lettered(t, ledger.Acts)
	l.clock = 72 * time.Hour
	l.pass(twoDays - time.Hour)
	l.stands(l.only("test.shrinks"), ledger.Asked, false)
	if told := l.step1().Told; told == nil || told.At.Format(time.RFC3339) != "2030-01-07T09:00:05Z" || told.Until.Sub(told.At) != twoDays {
		t.Errorf("told: %+v", told)
	}
	if told := l.step1().Told; told.Reminded.Format(time.RFC3339) != "2030-01-08T21:00:05Z" {
		t.Errorf("reminded: %+v", told)
	}
	l.behind = 12 * time.Hour
	l.restart()
	for range 12 {
		l.must(l.w.AdvanceTo(l.w.Now().Add(time.Hour)))
		l.step()
	}
	l.stands(l.only("test.shrinks"), ledger.Asked, false)
	l.must(l.w.AdvanceTo(l.w.Now().Add(2 * time.Hour)))
	l.step()
	if !shrunk(l.stage) {
		t.Errorf("it is not done when its time has come by riposte's own clock\n%s", l.history(l.only("test.shrinks")))
	}
}

// Each change of what is asked makes it another question. With the third people are told that somebody may be putting the answer off.
func TestWhoChangesTheQuestionAgainAndAgainIsSeen(t *testing.T) {
	l := lettered(t, ledger.Acts)
	for n := range 3 {
		l.policy.Mode = func(string, string, action.Class) (gate.Decision, string) { return gate.Ask, fmt.Sprint("file ", n) }
		l.restart()
		if c := l.all(); n < 2 && len(c) > 0 && c[0].Paged != "" {
			t.Errorf("paged after %d questions: %s", n, c[0].Paged)
		}
		l.pass(2 * time.Hour)
	}
	c := l.only("test.shrinks")
	l.stands(c, ledger.Asked, false)
	if !strings.Contains(c.Paged, "again and again") || strings.Count(l.history(c), "the third question") != 1 {
		t.Errorf("paged for %q\n%s", c.Paged, l.history(c))
	}
}

// On a Friday evening the two days end on Monday, and people have half of that day after the reminder.
func TestSilenceDoesNothingWhilePeopleAreAtRest(t *testing.T) {
	l := lettered(t, ledger.Acts)
	l.policy.Approval.Calendar = gate.Calendar{
		Hours: gate.Hours{From: 18 * time.Hour, To: 9 * time.Hour}, Days: []time.Weekday{time.Saturday, time.Sunday},
	}
	l.silenceMeans(ledger.Acts, 36*time.Hour) // from Monday, nine o'clock, until Tuesday, nine in the evening
	l.pass(twoDays + 3*time.Hour)
	c := l.only("test.shrinks")
	l.stands(c, ledger.Asked, false)
	if told := l.step1().Told; told.Until.Format(time.RFC3339)[:16] != "2030-01-09T13:00" || told.Reminded.IsZero() {
		t.Errorf("told: %+v", told)
	}
	l.pass(2 * time.Hour)
	l.stands(l.only("test.shrinks"), ledger.Verified, true)
}

// counts is a playbook that finds a number, and has the group's maximum of 4 set to 3 whatever that is.
func counts(found *int) playbook.Definition {
	type facts struct{ N int }
	d := shrinks()
	return playbook.Define(playbook.Spec[struct{}, facts]{
		ID: d.ID, On: d.On, Severity: playbook.Low,
		Suspect: func(e event.Event, _ struct{}) []playbook.Suspect[facts] {
			return []playbook.Suspect[facts]{{Resource: e.Place().In(event.Group, "web"), Title: "a large group"}}
		},
		Check: func(_ context.Context, _ playbook.In, s playbook.Suspect[facts], _ struct{}) ([]playbook.Suspect[facts], error) {
			s.Facts.N = *found
			return []playbook.Suspect[facts]{s}, nil
		},
		Plan: func(s playbook.Suspect[facts], _ struct{}) action.Plan {
			sizes := action.SetSizes{Group: s.Resource, From: action.Sizes{Max: aws.Int32(4)}, To: action.Sizes{Max: aws.Int32(3)}}
			return action.Plan{Steps: []action.Step{action.Try(sizes)}}
		},
	})
}

// Where the same plan comes out of other facts, what people were told of it stands: who changes facts puts nothing off.
func TestTheSamePlanOfOtherFactsIsNoOtherQuestion(t *testing.T) {
	found := 1
	l := lettered(t, ledger.Acts, counts(&found))
	l.pass(twoDays - time.Hour)
	l.stands(l.only("test.shrinks"), ledger.Asked, false)
	found = 2
	l.pass(2 * time.Hour)
	c := l.only("test.shrinks")
	l.stands(c, ledger.Verified, true)
	if len(c.Revisions) != 2 || len(l.sent) != 2 || c.Paged != "" {
		t.Errorf("%d revisions, %d letters, paged for %q\n%s", len(c.Revisions), len(l.sent), c.Paged, l.history(c))
	}
	l.whole()
}
