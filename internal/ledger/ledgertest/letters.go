package ledgertest

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ripostehq/riposte/internal/ledger"
)

// toSam is a line to one person by mail about one matter.
func toSam(matter, caseID string) ledger.Line {
	return ledger.Line{LetterKey: ledger.LetterKey{To: "sam@example.com", Channel: "mail", Matter: matter}, Case: caseID}
}

func (s *stage) post(lines ...ledger.Line) {
	s.Helper()
	s.must(s.Post(s.Context(), s.now, lines...))
}

func (s *stage) take(holder string) *ledger.Letter {
	s.Helper()
	l, err := s.TakeLetter(s.Context(), s.now, holder, time.Minute)
	s.must(err)
	return l
}

// takes insists on the letter of a matter.
func (s *stage) takes(holder, matter string) *ledger.Letter {
	s.Helper()
	l := s.take(holder)
	if l == nil || l.Matter != matter {
		s.Fatalf("%s took %+v, not the letter of %s", holder, l, matter)
	}
	return l
}

func (s *stage) takesNothing(holder string) {
	s.Helper()
	if l := s.take(holder); l != nil {
		s.Fatalf("%s took %+v, and nothing is due", holder, l)
	}
}

// sent saves a letter as one that its channel has accepted.
func (s *stage) sent(l *ledger.Letter) {
	s.Helper()
	l.Sent, l.Notices, l.Urgent, l.Attempts, l.Error, l.Ref, l.SentAt = l.Wanted, 0, false, 0, "", "ref", s.now
	s.must(s.SaveLetter(s.Context(), l))
}

func (s *stage) letter(id string) *ledger.Letter {
	s.Helper()
	l, err := s.Letter(s.Context(), id)
	s.must(err)
	return l
}

func (s *stage) nextLetter() time.Time {
	s.Helper()
	at, err := s.NextLetter(s.Context())
	s.must(err)
	return at
}

// letters: what is posted of one matter is one letter, and posted again it does no harm.
func letters(s *stage) {
	s.takesNothing("a")
	if at := s.nextLetter(); !at.IsZero() {
		s.Errorf("the next of no letter is due at %s", at)
	}
	line := toSam("case/c_1", "c_1")
	line.Notice = true
	s.post(line)
	s.post(line)
	l := s.takes("a", "case/c_1")
	want := &ledger.Letter{LetterKey: line.LetterKey, Opened: s.now, Cases: []string{"c_1"}, Wanted: 2, Notices: 2, Due: s.now, Attempts: 1, Version: l.Version}
	want.ID, want.Nonce = l.ID, l.Nonce
	if diff := cmp.Diff(want, l); diff != "" || len(l.Nonce) < 20 || l.ID[:2] != "l_" {
		s.Errorf("%s %s (-want +got):\n%s", l.ID, l.Nonce, diff)
	}
	s.takesNothing("b")
	s.sent(l)
	s.takesNothing("b")
	if at := s.nextLetter(); !at.IsZero() {
		s.Errorf("the next is due at %s, and all are sent", at)
	}
	s.post(line)
	if again := s.takes("b", "case/c_1"); again.ID != l.ID || again.Ref != "ref" || again.Wanted != 3 || again.Sent != 2 || again.Notices != 1 || len(again.Cases) != 1 {
		s.Errorf("posted again: %+v", again)
	}
	other := line
	other.Channel = "slack"
	s.post(other)
	if l := s.takes("a", "case/c_1"); l.Channel != "slack" {
		s.Errorf("another channel's: %+v", l)
	}
	if _, err := s.Letter(s.Context(), "l_none"); !errors.Is(err, ledger.ErrNotFound) {
		s.Errorf("a letter that is not there: %v", err)
	}
	s.mustVerify()
}

// letterCrowd: a letter names the first thousand cases, each once, and counts the lines of others.
func letterCrowd(s *stage) {
	var lines []ledger.Line
	for n := range ledger.MostLetterCases + 3 {
		lines = append(lines, toSam("incident/c_0", fmt.Sprintf("c_%04d", n)))
	}
	for chunk := range slices.Chunk(lines, 90) {
		s.post(chunk...)
	}
	s.post(lines[7], toSam("incident/c_0", ""))
	l := s.takes("a", "incident/c_0")
	if len(l.Cases) != ledger.MostLetterCases || l.Cases[0] != "c_0000" || l.Cases[999] != "c_0999" || l.More != 3 || l.Wanted != len(lines)+2 {
		s.Errorf("%d cases and %d more, in %d lines", len(l.Cases), l.More, l.Wanted)
	}
}

// letterOrder: urgent ones go first, then what can be taken since longest; nothing goes before it is due.
func letterOrder(s *stage) {
	late, soon, urgent := toSam("digest/late", "c_1"), toSam("digest/soon", "c_2"), toSam("incident/c_3", "c_3")
	late.Due, soon.Due, urgent.Due, urgent.Urgent = s.now.Add(2*time.Hour), s.now.Add(time.Hour), s.now.Add(90*time.Minute), true
	s.post(late, soon, urgent)
	if at := s.nextLetter(); !at.Equal(soon.Due) {
		s.Errorf("the next is due at %s, want %s", at, soon.Due)
	}
	s.takesNothing("a")
	s.after(2 * time.Hour)
	for _, want := range []string{"incident/c_3", "digest/soon", "digest/late"} {
		s.takes("a", want)
	}
	s.takesNothing("a")
	if at := s.nextLetter(); !at.Equal(s.now.Add(time.Minute)) {
		s.Errorf("the next can be taken at %s, when the leases end", at)
	}
	sooner := late
	sooner.Due, sooner.Urgent = time.Time{}, true // a line may make a letter that waits urgent
	s.after(time.Minute)
	for range 3 {
		l := s.take("b")
		if l == nil || l.Matter != late.Matter {
			s.sent(l)
			continue
		}
		l.Due = s.now.Add(24 * time.Hour)
		s.must(s.SaveLetter(s.Context(), l))
	}
	s.takesNothing("b")
	s.post(sooner)
	s.takes("b", "digest/late")
}

// letterLeases: a lease that ends is another's, and its holder can't save any more.
func letterLeases(s *stage) {
	s.post(toSam("case/c_1", "c_1"))
	first := s.takes("a", "case/c_1")
	s.after(30 * time.Second)
	s.takesNothing("b")
	first.Ref, first.KeepsLease = "ref", true // more of this attempt follows
	s.must(s.SaveLetter(s.Context(), first))
	s.takesNothing("b")
	if l := s.letter(first.ID); l.Ref != "ref" || !l.Owed() {
		s.Errorf("kept between: %+v", l)
	}
	s.after(31 * time.Second)
	second := s.takes("b", "case/c_1")
	if second.Attempts != 2 || second.Ref != "ref" || second.Nonce != first.Nonce || second.Version <= first.Version {
		s.Errorf("taken over: %+v", second)
	}
	first.Sent, first.KeepsLease = first.Wanted, false
	if err := s.SaveLetter(s.Context(), first); !errors.Is(err, ledger.ErrStale) {
		s.Errorf("saved by who has lost it: %v", err)
	}
	second.Error, second.NotBefore = "no such host", s.now.Add(time.Minute)
	s.must(s.SaveLetter(s.Context(), second))
	s.post(toSam("case/c_1", "c_1")) // a further line does not end the pause
	s.takesNothing("a")
	if at := s.nextLetter(); !at.Equal(second.NotBefore) {
		s.Errorf("the next is due at %s, want %s", at, second.NotBefore)
	}
	s.after(time.Minute)
	third := s.takes("a", "case/c_1")
	s.sent(third)
	s.sent(third) // by who has it still, with the version that it was given
	if l := s.letter(third.ID); l.Owed() || l.Error != "" || l.Wanted != 2 {
		s.Errorf("sent: %+v", l)
	}
}

// letterAstray: a lease of a clock that runs a day ahead keeps a letter from nobody.
func letterAstray(s *stage) {
	s.post(toSam("case/c_1", "c_1"))
	_, err := s.TakeLetter(s.Context(), s.now.Add(24*time.Hour), "ahead", time.Minute)
	s.must(err)
	l := s.takes("a", "case/c_1")
	s.sent(l)
}

// letterMeanwhile: what is posted while a letter is written is told by the next version.
func letterMeanwhile(s *stage) {
	s.post(toSam("incident/c_1", "c_1"))
	l := s.takes("a", "incident/c_1")
	late := toSam("incident/c_1", "c_2")
	late.Notice, late.Urgent = true, true
	s.post(late)
	l.KeepsLease = true
	s.must(s.SaveLetter(s.Context(), l))
	s.post(toSam("incident/c_1", "c_3"))
	s.takesNothing("b")
	l.KeepsLease = false
	s.sent(l)
	again := s.takes("b", "incident/c_1")
	if again.Sent != 1 || again.Wanted != 3 || again.Notices != 1 || !again.Urgent || !slices.Equal(again.Cases, []string{"c_1", "c_2", "c_3"}) {
		s.Errorf("posted meanwhile: %+v", again)
	}
	s.sent(again)
	s.takesNothing("b")
}

// letterRejected: nothing is owed of it until there is something new to tell.
func letterRejected(s *stage) {
	s.post(toSam("case/c_1", "c_1"))
	l := s.takes("a", "case/c_1")
	l.Failed, l.Error = true, "no such user"
	s.must(s.SaveLetter(s.Context(), l))
	s.after(time.Hour)
	s.takesNothing("a")
	s.post(toSam("case/c_1", "c_1"))
	if l := s.takes("a", "case/c_1"); l.Failed || l.Attempts != 1 {
		s.Errorf("taken again: %+v", l)
	}
}

// letterRace: of many holders one gets each letter, while others post to them.
func letterRace(s *stage) {
	const matters, holders = 6, 4
	var lines []ledger.Line
	for n := range matters {
		lines = append(lines, toSam(fmt.Sprint("case/c_", n), fmt.Sprint("c_", n)))
	}
	s.post(lines...)
	var turn sync.Mutex
	var all sync.WaitGroup
	got := map[string]int{}
	for n := range holders {
		all.Go(func() {
			for {
				l, err := s.TakeLetter(s.Context(), s.now, fmt.Sprint("holder ", n), time.Minute)
				if err != nil {
					s.Error(err)
				}
				if l == nil || err != nil {
					return
				}
				turn.Lock()
				got[l.ID]++
				turn.Unlock()
			}
		})
	}
	all.Go(func() {
		for _, l := range lines {
			if err := s.Post(s.Context(), s.now, l); err != nil {
				s.Error(err)
			}
		}
	})
	all.Wait()
	for id, n := range got {
		if n != 1 {
			s.Errorf("letter %s was taken %d times", id, n)
		}
	}
	if len(got) != matters {
		s.Errorf("%d of %d letters were taken", len(got), matters)
	}
	s.after(2 * time.Minute)
	for range matters { // what was taken and never saved is owed again, with all lines
		l := s.take("after")
		if l == nil || l.Wanted != 2 || l.Attempts != 2 {
			s.Fatalf("taken after the deaths: %+v", l)
		}
		s.sent(l)
	}
	s.takesNothing("after")
	s.mustVerify()
}

// letterList: letters are listed by what they are about and how they stand, the newest first.
func letterList(s *stage) {
	var ids []string
	for n := range 5 {
		s.post(toSam(fmt.Sprint("case/c_", n), fmt.Sprint("c_", n)), toSam(fmt.Sprint("case/c_", n), "c_9"))
		l := s.takes("a", fmt.Sprint("case/c_", n))
		ids = append(ids, l.ID)
		switch n {
		case 1:
			l.Failed, l.Error = true, "no such user"
			s.must(s.SaveLetter(s.Context(), l))
		case 2:
			l.Error, l.Due = "timeout", s.now.Add(24*time.Hour)
			s.must(s.SaveLetter(s.Context(), l))
		default:
			s.sent(l)
		}
		s.after(time.Second)
	}
	for _, x := range []struct {
		f    ledger.LetterFilter
		want []int
	}{
		{ledger.LetterFilter{}, []int{4, 3, 2, 1, 0}},
		{ledger.LetterFilter{Limit: 2}, []int{4, 3}},
		{ledger.LetterFilter{Matter: "case/c_3"}, []int{3}},
		{ledger.LetterFilter{Matter: "case/c_none"}, nil},
		{ledger.LetterFilter{Case: "c_2"}, []int{2}},
		{ledger.LetterFilter{Case: "c_9", Limit: 3}, []int{4, 3, 2}},
		{ledger.LetterFilter{Failed: true}, []int{2, 1}},
		{ledger.LetterFilter{Owed: true}, []int{2}},
		{ledger.LetterFilter{Case: "c_9", Failed: true, Limit: 1}, []int{2}},
	} {
		all, err := s.Letters(s.Context(), x.f)
		s.must(err)
		var got []int
		for _, l := range all {
			got = append(got, slices.Index(ids, l.ID))
		}
		if !slices.Equal(got, x.want) {
			s.Errorf("%+v: %v, want %v", x.f, got, x.want)
		}
	}
	s.mustVerify()
}
