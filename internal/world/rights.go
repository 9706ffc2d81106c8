package world

import (
	"maps"
	"slices"
)

// rights remembers who made use of which right, by ARN of the user or role.
type rights map[string]map[string]bool

// noted is an authorizer that remembers what it granted.
func (r rights) noted(may authorizer) authorizer {
	return func(c *call, n need) *refusal {
		refused := may(c, n)
		if refused == nil {
			r.note(c.by, n.Action)
		}
		return refused
	}
}

func (r rights) note(by principal, action string) {
	who := by.arn
	if by.role != nil {
		who = by.role.ARN
	}
	if r[who] == nil {
		r[who] = map[string]bool{}
	}
	r[who][action] = true
}

// Exercised are the IAM actions that somebody was granted since the world was opened, by ARN of the user or role, each once
// and in order: what a policy of exactly these actions would have been enough for.
func (w *World) Exercised() map[string][]string {
	w.mu.Lock()
	defer w.mu.Unlock()
	out := map[string][]string{}
	for who, actions := range w.rights {
		out[who] = slices.Sorted(maps.Keys(actions))
	}
	return out
}
