package engine

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/gate"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/playbook"
)

// surged is what is remembered of a playbook that surged.
const surged = "surged"

// surgesEvery is how often the sweeps of a month are read for it, at most: of four hundred accounts they are twelve thousand rows.
const surgesEvery = 5 * time.Minute

// Surges holds what mends and destroys of each playbook whose sweeps suddenly find more (see ledger.Surges), until a person releases it, and
// returns those that it holds since now, with why: people are to be told. It does nothing where it looked within the last minutes; what failed is
// looked at again at once. What was released is not held again for the same day. An error is the ledger's; what is held by then is returned
// beside it.
func (e *Engine) Surges(ctx context.Context) (held map[string]string, err error) {
	return e.stages.surges.look(ctx, e.Now())
}

// surges knows of which sweeps it was judged whether they found suddenly more. What it knows is this process's alone: another one, or the next,
// reads the same duties and comes to the same brakes.
type surges struct {
	store ledger.Store
	log   *slog.Logger

	mu    sync.Mutex
	last  time.Time       // when the duties were read
	ended map[string]bool // by name: duties that had ended by then
}

// judged reports whether a sweep has ended and was held against the days before. One that is older than a surge lasts holds nothing any more; one
// that the ledger does not have, or whose name names no day, is not known to have ended.
func (s *surges) judged(ctx context.Context, duty string, now time.Time) (bool, error) {
	of, _, _ := strings.Cut(duty, "/")
	begun, err := time.Parse(time.DateOnly, of)
	if err != nil {
		return false, nil
	}
	if now.Sub(begun) > ledger.SurgeLasts+2*day { // a day is as long as its zone says
		return true, nil
	}
	if s.knows(duty) {
		return true, nil
	}
	_, err = s.look(ctx, now)
	return err == nil && s.knows(duty), err
}

func (s *surges) knows(duty string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.ended[duty]
}

// look reads the duties and holds what surges; see Engine.Surges. A sweep counts as judged once all that is to be held by it is.
func (s *surges) look(ctx context.Context, now time.Time) (held map[string]string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if since := now.Sub(s.last); since >= 0 && since < surgesEvery { // a clock may have been set back
		return nil, nil
	}
	duties, err := s.store.Duties(ctx, now.UTC().Add(-ledger.SurgeReaches).Format(time.DateOnly))
	if err != nil {
		return nil, fmt.Errorf("read the sweeps of the last days: %w", err)
	}
	held = map[string]string{}
	for _, x := range ledger.Surges(duties, now) {
		fresh, err := s.hold(ctx, x, now)
		if err != nil {
			return held, err
		}
		if fresh {
			held[x.Playbook] = x.Why
		}
	}
	s.last, s.ended = now, map[string]bool{}
	for _, d := range duties {
		if !d.Ended.IsZero() {
			s.ended[d.Name()] = true
		}
	}
	return held, nil
}

// hold puts the brake on a playbook that surges; false where it was put for this day before.
func (s *surges) hold(ctx context.Context, x ledger.Surge, now time.Time) (bool, error) {
	known := event.Resource{Type: "playbook", ID: x.Playbook} // no resource of AWS's has such a type
	was, err := s.store.Recall(ctx, known, surged, now)
	if err != nil {
		return false, fmt.Errorf("whether %s surged before: %w", x.Playbook, err)
	}
	if was != nil && was.Value >= x.Day {
		return false, nil
	}
	if err := s.store.Halt(ctx, ledger.Brake{Scope: gate.SurgeOf(x.Playbook), By: "riposte", At: now, Reason: x.Why}); err != nil {
		return false, fmt.Errorf("hold %s, which surges: %w", x.Playbook, err)
	}
	seen := playbook.Observation{Resource: known, Of: surged, On: true, Value: x.Day, At: now, Event: x.Day}
	if err := s.store.Remember(ctx, []playbook.Observation{seen}); err != nil {
		return false, fmt.Errorf("remember that %s surged: %w", x.Playbook, err)
	}
	s.log.Warn("a playbook's sweeps suddenly find more: what it mends and destroys is held", "playbook", x.Playbook, "why", x.Why)
	return true, nil
}
