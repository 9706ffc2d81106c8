package demo

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/aws/smithy-go"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/playbook"
)

// everywhere has all accounts of the scene swept.
const everywhere = "*"

// longest is how far one attack is followed, beyond its last move where that is late.
const longest = 20 * time.Minute

// Attack is a script of calls, each made in a name of its own.
type Attack struct {
	Name  string
	Title string
	Story string                                                    // what to know before watching, in a sentence or two
	about string                                                    // the playbook that answers it
	stake int                                                       // instances that the attacker goes for
	swept string                                                    // account that is swept each night while it is played, or everywhere; "": none is
	held  string                                                    // id of a record whose case is held in the end, which is as it should be; "": of none
	scene func([]playbook.Definition, []action.Kind) (Scene, error) // a world of its own; nil: that of the others
	moves []move
}

// move is one call or order of a player, at its time from the attack's beginning. What AWS refuses is part of the story;
// any other error ends the demo.
type move struct {
	at   time.Duration
	who  string
	does string
	do   func(context.Context, *Stage) (result string, err error)
}

// Play runs the attacks in their order, each to the end of what follows from it. An attack that was begun in an earlier
// run is carried on where its script stood.
func (s *Stage) Play(ctx context.Context, attacks []Attack) error {
	if err := s.recall(ctx); err != nil {
		return err
	}
	for _, a := range attacks {
		if s.World.Noted(a.Name) == "over" {
			continue
		}
		if err := s.play(ctx, a); err != nil {
			return fmt.Errorf("attack %s: %w", a.Name, err)
		}
	}
	return nil
}

func (s *Stage) play(ctx context.Context, a Attack) error {
	next, err := s.begin(a)
	if err != nil {
		return err
	}
	s.line(Line{At: s.World.Now(), Who: Narrator, Text: a.Title + "\n" + a.Story})
	for ctx.Err() == nil {
		swept, err := s.sweeps(ctx, a)
		if err == nil {
			err = s.deliver(ctx)
		}
		if err != nil {
			return err
		}
		if next < len(a.moves) && !s.begun.Add(a.moves[next].at).After(s.World.Now()) {
			if err := s.move(ctx, a, next); err != nil {
				return err
			}
			next++
			continue
		}
		more, err := s.advance(ctx, a, next, swept)
		if err != nil {
			return err
		}
		if !more {
			s.tally(a)
			return s.World.Note(a.Name, "over")
		}
	}
	return ctx.Err()
}

// begin finds where the script stands: its beginning and its next move are noted in the world.
func (s *Stage) begin(a Attack) (next int, err error) {
	s.attack, s.theme, s.begun = a.Name, theme(a.about), s.World.Now()
	if at := s.World.Noted(a.Name + " began"); at != "" {
		if s.begun, err = time.Parse(time.RFC3339Nano, at); err != nil {
			return 0, err
		}
		return strconv.Atoi(s.World.Noted(a.Name))
	}
	if err := s.World.Note(a.Name, "0"); err != nil {
		return 0, err
	}
	return 0, s.World.Note(a.Name+" began", s.begun.Format(time.RFC3339Nano))
}

// move makes one move. It is noted as made with the change that it makes in the world, which is one at most: a demo that
// is killed neither skips a move nor makes it twice. What it changes in the ledger can be done twice.
func (s *Stage) move(ctx context.Context, a Attack, i int) error {
	m := a.moves[i]
	s.World.Remember(a.Name, strconv.Itoa(i+1))
	result, err := m.do(ctx, s)
	var refused smithy.APIError
	switch {
	case errors.As(err, &refused):
		result = "refused: " + refused.ErrorCode()
	case err != nil:
		return fmt.Errorf("%s: %w", m.does, err)
	}
	if result != silently {
		text := m.does
		if result != "" {
			text += ": " + result
		}
		s.line(Line{At: s.World.Now(), Who: m.who, Text: text, Refused: refused != nil})
	}
	return s.World.Note(a.Name, strconv.Itoa(i+1))
}

// silently is the result of a move that did nothing worth telling.
const silently = "\x00"

// advance moves the clock to whatever comes next, the sweep at its time among it; false once nothing that matters is left.
func (s *Stage) advance(ctx context.Context, a Attack, next int, swept time.Time) (bool, error) {
	var to time.Time
	sooner := func(t time.Time) {
		if !t.IsZero() && (to.IsZero() || t.Before(to)) {
			to = t
		}
	}
	busy := next < len(a.moves)
	if busy {
		sooner(s.begun.Add(a.moves[next].at))
	}
	due, err := s.Store.Next(ctx)
	if err != nil {
		return false, err
	}
	sooner(due)
	sooner(swept)
	if at, ok := s.World.Next(); ok {
		sooner(at)
		busy = busy || at.Sub(s.World.Now()) < 2*time.Minute
	}
	open, err := s.Store.Cases(ctx, ledger.Filter{Open: true})
	if err != nil {
		return false, err
	}
	brakes, err := s.Store.Brakes(ctx)
	if err != nil {
		return false, err
	}
	busy = busy || slices.ContainsFunc(open, func(c *ledger.Case) bool { // one that waits for time, not for a person
		return c.State != ledger.Asked && c.State != ledger.Held && (c.State != ledger.Undoing || len(brakes) == 0)
	})
	followed := longest
	if n := len(a.moves); n > 0 {
		followed = max(longest, a.moves[n-1].at+longest)
	}
	if !busy || to.IsZero() || to.Sub(s.begun) > followed {
		return false, nil
	}
	if !to.After(s.World.Now()) {
		return true, nil
	}
	return true, s.World.AdvanceTo(to)
}

// Settle lets riposte work until nothing is due: after a person's order on a demo that is kept.
func (s *Stage) Settle(ctx context.Context) error {
	s.begun, s.attack = s.World.Now(), "after"
	if err := s.recall(ctx); err != nil {
		return err
	}
	for ctx.Err() == nil {
		if err := s.deliver(ctx); err != nil {
			return err
		}
		if more, err := s.advance(ctx, Attack{}, 0, time.Time{}); err != nil || !more {
			return err
		}
	}
	return ctx.Err()
}
