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
	At       time.Time `json:"at"`    // every channel has accepted it
	Until    time.Time `json:"until"` // from then on it is silence
	Silence  Silence   `json:"silence"`
	Remind   time.Time `json:"remind,omitzero"`   // when they are told again
	Reminded time.Time `json:"reminded,omitzero"` // when they last were
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

// Means is what silence means, in words.
func (t Told) Means() string {
	until := t.Until.UTC().Format(time.RFC3339)
	switch t.Silence {
	case Acts:
		return "without an answer by " + until + " it is done"
	case Expires:
		return "without an answer by " + until + " it is let be"
	}
	return "without an answer by " + until + " people are told again"
}
