package action

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"
)

// ErrNewer says that something at rest was written by a newer riposte: leave the case to it.
var ErrNewer = errors.New("written by a newer riposte")

// Stored is an action at rest.
type Stored struct {
	Kind    string          `json:"kind"`
	Version int             `json:"v"`
	Data    json.RawMessage `json:"data"`
}

// Sealed is a plan at rest. Its bytes are kept and hashed as they are and never pass through an encoder again: nested as
// JSON they would come back changed ("<" becomes "\u003c"), and the digest with them.
type Sealed struct {
	Bytes  []byte `json:"bytes"` // base64 in JSON
	Digest string `json:"digest"`
}

type storedStep struct {
	Ladder []storedRung  `json:"ladder"`
	After  time.Duration `json:"after,omitempty"`
	Must   bool          `json:"must,omitempty"`
	Asks   Asked         `json:"asks,omitempty"`
	Proof  bool          `json:"proof,omitempty"`
}

type storedRung struct {
	Stored
	Ask string `json:"ask,omitempty"`
}

// Codec turns actions and plans into bytes and back, by an explicit list of kinds.
type Codec map[string]Kind

// NewCodec knows the given kinds.
func NewCodec(kinds ...Kind) Codec {
	c := Codec{}
	for _, k := range kinds {
		c[k.Name] = k
	}
	return c
}

// Encode puts an action to rest.
func (c Codec) Encode(a Action) (Stored, error) {
	k := a.About().Kind
	if _, ok := c[k.Name]; !ok {
		return Stored{}, fmt.Errorf("action kind %q is none of the kinds that riposte was started with", k.Name)
	}
	b, err := json.Marshal(a)
	return Stored{k.Name, k.Version, b}, err
}

// Decode wakes an action; ErrNewer where this riposte does not know it.
func (c Codec) Decode(s Stored) (Action, error) {
	k, ok := c[s.Kind]
	if !ok || s.Version > k.Version {
		return nil, fmt.Errorf("action %q version %d: %w", s.Kind, s.Version, ErrNewer)
	}
	a, err := k.decode(s.Data)
	if err != nil {
		return nil, fmt.Errorf("action %q: %w", s.Kind, err)
	}
	return a, nil
}

// Seal puts a plan to rest.
func (c Codec) Seal(p Plan) (Sealed, error) {
	steps := make([]storedStep, 0, len(p.Steps))
	for _, s := range p.Steps {
		out := storedStep{After: s.After, Must: s.Must, Asks: s.Asks, Proof: s.Proof}
		for _, r := range s.Ladder {
			st, err := c.Encode(r.Do)
			if err != nil {
				return Sealed{}, err
			}
			out.Ladder = append(out.Ladder, storedRung{st, r.Ask})
		}
		steps = append(steps, out)
	}
	b, err := json.Marshal(steps)
	return Sealed{b, digest(b)}, err
}

// Open wakes a plan, and refuses one whose bytes are not those that were sealed.
func (c Codec) Open(s Sealed) (Plan, error) {
	if digest(s.Bytes) != s.Digest {
		return Plan{}, errors.New("the plan is not the one that was sealed: its digest differs")
	}
	var steps []storedStep
	if err := decode(s.Bytes, &steps); err != nil {
		return Plan{}, fmt.Errorf("read plan: %w", err)
	}
	var p Plan
	for _, st := range steps {
		if st.Asks != "" && st.Asks != TheActor {
			return Plan{}, fmt.Errorf("read plan: a step asks %q: %w", st.Asks, ErrNewer)
		}
		step := Step{After: st.After, Must: st.Must, Asks: st.Asks, Proof: st.Proof}
		for _, r := range st.Ladder {
			a, err := c.Decode(r.Stored)
			if err != nil {
				return Plan{}, err
			}
			step.Ladder = append(step.Ladder, Rung{a, r.Ask})
		}
		if len(step.Ladder) == 0 {
			return Plan{}, errors.New("read plan: a step without a rung")
		}
		p.Steps = append(p.Steps, step)
	}
	return p, nil
}

func digest(b []byte) string { h := sha256.Sum256(b); return hex.EncodeToString(h[:]) }

func decode(b []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return err
	}
	if _, err := d.Token(); err != io.EOF {
		return errors.New("something follows the value")
	}
	return nil
}

func strict[A Action](b []byte) (Action, error) {
	var a A // a value, no pointer: equality and round trips stay plain
	err := decode(b, &a)
	return a, err
}
