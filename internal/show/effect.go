package show

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/playbook"
)

// Effect is one change of riposte's that stands in an account. The JSON names are stable: scripts rely on them.
type Effect struct {
	Kind        string    `json:"kind"` // of the action: iam.attach-role-deny
	Target      string    `json:"target"`
	Hits        string    `json:"hits"` // its target, in a few words
	Account     string    `json:"account,omitempty"`
	AccountName string    `json:"account_name,omitempty"`
	Region      string    `json:"region,omitempty"`
	Since       time.Time `json:"since,omitzero"`
	Holders     []Holder  `json:"cases"` // that want it: it goes when all of them are taken back
	Back        []string  `json:"back"`  // kinds of action that restore what was; none: it was so before riposte came, and stays so
}

// Holder is a case that an effect stands for.
type Holder struct {
	Case     string            `json:"case"`
	Playbook string            `json:"playbook,omitempty"`
	Severity playbook.Severity `json:"severity,omitempty"`
	State    ledger.State      `json:"state,omitempty"` // absent where the case is not in the ledger any more
	Actor    string            `json:"actor,omitempty"`
	Undo     string            `json:"undo"` // the command that takes it back
}

// EffectOf makes an effect presentable, with those of its cases that could be read.
func EffectOf(f *ledger.Effect, codec action.Codec, of map[string]*ledger.Case) (Effect, error) {
	a, err := codec.Decode(f.Action)
	if err != nil {
		return Effect{}, fmt.Errorf("effect %q: %w", f.Key, err)
	}
	about := a.About()
	out := Effect{
		Kind: about.Kind.Name, Target: about.Target.String(), Hits: cmp.Or(about.Hits, about.Target.String()), Account: about.Target.Account, Region: about.Target.Region,
		Holders: []Holder{}, Back: []string{},
	}
	for _, id := range f.Owners {
		h := Holder{Case: id, Undo: "riposte undo " + id}
		if c := of[id]; c != nil {
			h.Playbook, h.Severity, h.State, h.Actor = c.Playbook, c.Severity, c.State, c.Origin.Actor.ARN
			if at := made(c, f.Key); !at.IsZero() && (out.Since.IsZero() || at.Before(out.Since)) {
				out.Since = at
			}
		}
		out.Holders = append(out.Holders, h)
	}
	for _, stored := range f.Undos {
		back, err := codec.Decode(stored)
		if err != nil {
			return Effect{}, fmt.Errorf("the way back from effect %q: %w", f.Key, err)
		}
		if name := back.About().Kind.Name; !slices.Contains(out.Back, name) {
			out.Back = append(out.Back, name)
		}
	}
	return out, nil
}

// made returns when a case's step made an effect, or found it.
func made(c *ledger.Case, key string) (at time.Time) {
	for _, r := range c.Revisions {
		for _, s := range r.Steps {
			if slices.Contains(s.Owned, key) && !s.Made.IsZero() && (at.IsZero() || s.Made.Before(at)) {
				at = s.Made.UTC()
			}
		}
	}
	return at
}
