package demo

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/ripostehq/riposte/internal/ledger"
)

// Line is one line of the timeline. Riposte's are read from its ledger, and written by no other voice.
type Line struct {
	At      time.Time     // world time
	Since   time.Duration // from the attack's beginning
	Attack  string
	Who     string // Narrator, Tally, Riposte, Trail, or the caller's name
	Number  int    // of riposte's case, from 1 in the order of the cases; else 0
	Text    string // of the narrator: a title and, in a second line, the story
	Stage   bool   // the case reached a stage: contained, verified, ...
	Refused bool   // AWS said no
}

// The voices that are no caller's name.
const (
	Narrator = "narrator"
	Tally    = "tally" // what an attack came to
	Riposte  = "riposte"
	Trail    = "trail"
	EC2      = "ec2" // a service that tells of its own accord
)

// tell tells what riposte wrote into its ledger since it was asked last.
func (s *Stage) tell(ctx context.Context) error {
	return s.unheard(ctx, func(c *ledger.Case, number int, entries []ledger.Entry) {
		s.told[c.ID] += len(entries)
		if c.State == ledger.Dismissed && c.Undo == nil && theme(c.Playbook) != s.theme {
			return // another theme's playbook looked, and found no fault: the table of cases has it
		}
		for len(entries) > 0 {
			at, notes := entries[0].At, []string(nil)
			for len(entries) > 0 && entries[0].At.Equal(at) {
				notes, entries = append(notes, entries[0].Notes...), entries[1:]
			}
			for _, one := range sayings(notes) {
				one.text = took(c, one, at)
				s.line(Line{At: at, Who: Riposte, Number: number, Text: one.String(), Stage: one.end})
			}
		}
	})
}

// theme is the part of a playbook's id that it shares with its like.
func theme(playbook string) string {
	theme, _, _ := strings.Cut(playbook, ".")
	return theme
}

// unheard gives each case that has entries which were not told yet, with its number and those entries.
func (s *Stage) unheard(ctx context.Context, f func(c *ledger.Case, number int, entries []ledger.Entry)) error {
	cases, err := s.Store.Cases(ctx, ledger.Filter{})
	if err != nil {
		return err
	}
	for i, c := range cases { // all of them first: one tells of another
		s.numbers[c.ID] = i + 1
	}
	for i, c := range cases {
		if heard, is := s.heard[c.ID]; is && heard == (heardOf{c.Version, c.Due.UnixNano()}) {
			continue
		}
		entries, err := s.Store.History(ctx, c.ID)
		if err != nil {
			return err
		}
		if told := min(s.told[c.ID], len(entries)); told < len(entries) {
			f(c, i+1, entries[told:])
		} else {
			s.heard[c.ID] = heardOf{c.Version, c.Due.UnixNano()}
		}
	}
	return nil
}

// heardOf is when a case was last heard of: a commit counts its version on, what joins it makes it due.
type heardOf struct{ version, due int64 }

// recall counts what an earlier run told as told.
func (s *Stage) recall(ctx context.Context) error {
	return s.unheard(ctx, func(c *ledger.Case, _ int, entries []ledger.Entry) { s.told[c.ID] += len(entries) })
}

// arrived has ready that a record was delivered which left something in the ledger: it is told where riposte says
// something about it.
func (s *Stage) arrived(ctx context.Context, body []byte) error {
	matters := false
	if err := s.unheard(ctx, func(*ledger.Case, int, []ledger.Entry) { matters = true }); err != nil || !matters {
		return err
	}
	var envelope struct {
		Time   time.Time
		Detail struct {
			Instance             string `json:"instance-id"`
			State                string
			EventName, EventTime string
			UserIdentity         struct {
				UserName       string
				SessionContext struct{ SessionIssuer struct{ UserName string } }
			}
		}
	}
	if err := json.Unmarshal(body, &envelope); err != nil {
		return fmt.Errorf("read a record of the world: %w", err)
	}
	d := envelope.Detail
	if d.Instance != "" {
		s.record = &Line{At: s.World.Now(), Who: EC2, Text: fmt.Sprintf("says that %s is %s, %s after it happened", d.Instance, d.State, s.World.Now().Sub(envelope.Time).Round(time.Second))}
		return s.first()
	}
	at, err := time.Parse(time.RFC3339, d.EventTime)
	if err != nil {
		return fmt.Errorf("read a record of the world: %w", err)
	}
	now, by := s.World.Now(), cmp.Or(d.UserIdentity.UserName, d.UserIdentity.SessionContext.SessionIssuer.UserName, "AWS")
	s.record = &Line{At: now, Who: Trail, Text: fmt.Sprintf("%s by %s arrives, %s after it happened", d.EventName, by, now.Sub(at).Round(time.Second))}
	return s.first()
}

var caseIDs = regexp.MustCompile(`\b(case )?c_[0-9a-z]{26}\b`)

// line emits a line; cases go by their numbers there.
func (s *Stage) line(l Line) {
	if r := s.record; r != nil && l.Who == Riposte {
		s.record = nil
		s.line(*r)
	}
	l.Attack, l.Since = s.attack, l.At.Sub(s.begun)
	l.Text = caseIDs.ReplaceAllStringFunc(l.Text, func(id string) string {
		if n := s.numbers[strings.TrimPrefix(id, "case ")]; n > 0 {
			return fmt.Sprintf("case %d", n)
		}
		return id
	})
	s.emit(l)
}
