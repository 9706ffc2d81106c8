package demo

import (
	"fmt"
	"strings"
	"time"
)

// losing notes that an attacker destroys an instance, and when, with the change that does it; kept takes that back where
// the change was refused.
func (s *Stage) losing(id string) (kept func() error) {
	key, since := s.attack+" lost", s.World.Now().Sub(s.begun)
	before := s.World.Noted(key)
	s.World.Remember(key, strings.TrimSpace(before+" "+id+"="+since.String()))
	return func() error { return s.World.Note(key, before) }
}

// first notes when the first record of the attack that mattered to riposte arrived.
func (s *Stage) first() error {
	if key := s.attack + " seen"; s.World.Noted(key) == "" {
		return s.World.Note(key, s.World.Now().Sub(s.begun).String())
	}
	return nil
}

// losses are the times from an attack's beginning at which it destroyed something.
func (s *Stage) losses(attack string) (out []time.Duration) {
	for _, one := range strings.Fields(s.World.Noted(attack + " lost")) {
		_, since, _ := strings.Cut(one, "=")
		if d, err := time.ParseDuration(since); err == nil {
			out = append(out, d)
		}
	}
	return out
}

// tally says what came of the instances that an attack went for.
func (s *Stage) tally(a Attack) {
	if a.stake == 0 {
		return
	}
	lost, blind := s.losses(a.Name), 0
	seen, err := time.ParseDuration(s.World.Noted(a.Name + " seen"))
	for _, at := range lost {
		if err != nil || at < seen {
			blind++
		}
	}
	s.line(Line{At: s.World.Now(), Who: Tally, Text: fmt.Sprintf(
		"%d of %d instances lost: %d before the first record arrived, %d before what riposte did took effect. %d saved.",
		len(lost), a.stake, blind, len(lost)-blind, a.stake-len(lost))})
}
