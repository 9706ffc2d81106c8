package engine

import (
	"sync"
	"time"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/ledger"
)

const (
	// mostLooksAgain is how often a history that did not answer is asked again, each time four times as long after: who has AWS throttle it, to
	// stay unnamed, must go on for five hours, in sight.
	mostLooksAgain = 5
	firstLookAgain = time.Minute
	// silentFor is how long a place that did not answer is not asked: each question may hold a worker for as long as patience lasts.
	silentFor = time.Minute
)

// lookedUp ends the look at who called, or has it made again where the history did not answer.
func (t *attempt) lookedUp(unanswered string) {
	times := 1
	if t.c.LookAgain != nil {
		times += t.c.LookAgain.Times
	}
	if unanswered == "" || times > mostLooksAgain {
		t.c.LookedUp, t.c.LookAgain = true, nil
		return
	}
	t.c.LookAgain = &ledger.Trouble{Times: times, Due: t.Now().Add(firstLookAgain << (2 * (times - 1))), Error: unanswered}
	t.note("who called is looked up again at %s: %s", t.c.LookAgain.Due.UTC().Format(time.TimeOnly), unanswered)
}

// silent are the places whose event history did not answer a moment ago. They are not asked for a while, whatever the case: an attacker who has
// them throttled, and brings many cases, holds up no more than one worker.
type silent struct {
	mu    sync.Mutex
	until map[event.Place]time.Time
}

func (s *silent) note(p event.Place, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.until == nil {
		s.until = map[event.Place]time.Time{}
	}
	s.until[p] = now.Add(silentFor)
}

func (s *silent) is(p event.Place, now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.until[p].After(now)
}
