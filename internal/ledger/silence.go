package ledger

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"
)

// Silence is what it means that nobody has answered in time.
type Silence string

const (
	Holds   Silence = "hold"   // nothing: it asks on
	Reminds Silence = "remind" // people are told again, each time the span is over
	Acts    Silence = "act"    // it is done
	Expires Silence = "expire" // it is let be
)

// Notice is how long before silence lets something be done the last reminder has to have been delivered.
const Notice = 4 * time.Hour

// Told is when people were first told what a step asks, and what their silence was said to mean then. That stands, whatever the
// configuration says later.
type Told struct {
	Of       string    `json:"of"`    // Ask.Digest: of another question nobody was told
	At       time.Time `json:"at"`    // a channel had accepted it
	Until    time.Time `json:"until"` // from then on it is silence
	Silence  Silence   `json:"silence"`
	Remind   time.Time `json:"remind,omitzero"`   // when they are told again
	Reminded time.Time `json:"reminded,omitzero"` // when they last were
}

// Posting is what letters were last to tell of a step's question. An older riposte that loses it has the letters written again.
type Posting struct {
	Of     string      `json:"of"`               // Ask.Digest
	Remind time.Time   `json:"remind,omitzero"`  // of a reminder: Told.Remind, which was due
	At     time.Time   `json:"at"`               // since when it is to be told
	By     time.Time   `json:"by"`               // by when it should have been
	Untold bool        `json:"untold,omitempty"` // people were paged since it was not
	Asked  []time.Time `json:"asked,omitempty"`  // when the step last had another question, as far as that counts
}

// Tell is the message by which a case comes to know what a letter told. It is taken with the next turn, which is before any of it means
// anything: a letter costs no turn of its own.
func Tell(key string, told []Told) Message {
	m := Message{Key: key, Told: told}
	for _, t := range told {
		for _, at := range []time.Time{t.Until, t.Remind} {
			if !at.IsZero() && (m.Due.IsZero() || at.Before(m.Due)) {
				m.Due = at
			}
		}
	}
	return m
}

// ToldOf is a question of a case and what people are told of it.
type ToldOf struct {
	Question Ask
	Told     Told
}

// Asks reports whether the step waits for a person's yes now.
func (s *Step) Asks() bool {
	return s.State == Pending && s.Verdict == "ask" && s.NotBefore.IsZero() && !s.Aside
}

// Untold reports whether the step asks something that nobody could be told of for so long that people were paged.
func (s *Step) Untold() bool {
	return s.Asks() && s.Posted != nil && s.Posted.Untold && s.Posted.Owes(s.Told)
}

// Owes reports whether people, who were told this, are still to be told what was posted.
func (p Posting) Owes(told *Told) bool {
	return told == nil || told.Of != p.Of || !p.Remind.IsZero() && told.Remind.Equal(p.Remind)
}

// Digest names the question: the plan, the step, the rung, and why it is asked.
func (a Ask) Digest() string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %d %d %q", a.Plan, a.Step, a.Rung, a.Why))
	return hex.EncodeToString(sum[:8])
}

// Tell keeps with a step what people are told of its question.
func (c *Case) Tell(s *Step, t Told) {
	c.Schema = max(c.Schema, answersSchema)
	s.Told = &t
}

// Told is what people were told of a question of the case as it asks now; nil where they were not.
func (c *Case) Told(a Ask) *Told {
	for _, r := range c.Revisions {
		if r.Number != a.Revision {
			continue
		}
		if t := r.Steps[a.Step].Told; t != nil && t.Of == a.Digest() {
			return t
		}
	}
	return nil
}

// Means is what silence means, and from when on, in words.
func (t Told) Means() string {
	return "without an answer by " + t.Until.UTC().Format(time.RFC3339) + " " + t.Silence.Means()
}

// Means is what silence means, in words, where it means something.
func (s Silence) Means() string {
	switch s {
	case Acts:
		return "it is done"
	case Expires:
		return "it is let be"
	}
	return "people are told again"
}
