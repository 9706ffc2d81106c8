package demo

import (
	"context"
	"encoding/json"
	"time"

	"github.com/ripostehq/riposte/internal/ledger"
)

// Line is one line of the timeline. Riposte's are read from its ledger, nobody else writes them.
type Line struct {
	At      time.Time     // world time
	Since   time.Duration // from the attack's beginning
	Attack  string
	Who     string // Narrator, Riposte, Trail, or the name of who calls
	Text    string // of the narrator: a title and, in a second line, the story
	Case    string
	State   ledger.State // of the case, after what is told
	Refused bool         // AWS said no
}

// The voices that are nobody's name.
const (
	Narrator = "narrator"
	Riposte  = "riposte"
	Trail    = "trail"
)

// tell tells what riposte wrote into its ledger since it was asked last.
func (s *Stage) tell(ctx context.Context) error {
	cases, err := s.Store.Cases(ctx, ledger.Filter{})
	if err != nil {
		return err
	}
	for _, c := range cases {
		entries, err := s.Store.History(ctx, c.ID)
		if err != nil {
			return err
		}
		for _, e := range entries[min(s.told[c.ID], len(entries)):] {
			for _, n := range e.Notes {
				if text, ok := told(n); ok {
					s.line(Line{At: e.At, Who: Riposte, Case: c.ID, Text: text, State: e.State})
				}
			}
		}
		s.told[c.ID] = len(entries)
	}
	return nil
}

// arrived tells that a record which made something suspicious was delivered.
func (s *Stage) arrived(body []byte, ads []ledger.Admission) {
	var envelope struct {
		Detail struct{ EventName, EventTime string }
	}
	if json.Unmarshal(body, &envelope) != nil {
		return
	}
	text := envelope.Detail.EventName + " arrives"
	if at, err := time.Parse(time.RFC3339, envelope.Detail.EventTime); err == nil {
		text += " " + s.World.Now().Sub(at).Round(time.Second).String() + " after it happened"
	}
	s.line(Line{At: s.World.Now(), Who: Trail, Case: ads[0].Case, Text: text})
}

func (s *Stage) line(l Line) {
	l.Attack, l.Since = s.attack, l.At.Sub(s.begun)
	s.emit(l)
}
