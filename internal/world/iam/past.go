package iam

import (
	"maps"
	"slices"
	"time"

	"github.com/ripostehq/riposte/internal/world/core"
)

// held is what an account had in IAM until a change: enforcement still goes by it while the change propagates.
type held struct {
	Until    time.Time
	Users    map[string]*user
	Roles    map[string]*role
	Policies map[string]*managedPolicy
}

// history is what enforcement in an account may still go by, oldest first.
type history struct {
	Account string
	Past    []held
}

var histories = core.Shelf[history]{Kind: "iam.history", Global: true, ID: "Account", Born: func(at core.At) []history {
	return []history{{Account: at.Place.Account}}
}}

func now(at core.At) held {
	return held{Users: users.Of(at), Roles: roles.Of(at), Policies: policies.Of(at)}
}

// enforced is what IAM enforces in an account now: what it held a propagation delay ago, which the earliest later change
// ended. Measured delays are 3 to 4 s.
func enforced(s *core.State, account string) held {
	if s.Accounts[account] == nil {
		return held{}
	}
	at := s.At(account, "")
	for _, h := range histories.Of(at)[account].Past {
		if h.Until.After(s.Now.Add(-s.Propagation)) {
			return h
		}
	}
	return now(at)
}

// freeze copies what enforcement needs, before a change.
func freeze(at core.At) held {
	in, h := now(at), held{Until: at.Now, Users: map[string]*user{}, Roles: map[string]*role{}, Policies: map[string]*managedPolicy{}}
	for name, u := range in.Users {
		c := &user{holder: u.holder.clone()}
		for _, k := range u.Keys {
			key := *k
			c.Keys = append(c.Keys, &key)
		}
		h.Users[name] = c
	}
	for name, r := range in.Roles {
		h.Roles[name] = &role{holder: r.holder.clone(), Trust: r.Trust} // what it accessed decides nothing
	}
	for arn, m := range in.Policies {
		c := *m
		c.Versions = maps.Clone(m.Versions)
		h.Policies[arn] = &c
	}
	return h
}

// remember keeps what was before a change, and forgets what no call is judged by any more.
func remember(at core.At, before held) {
	h, horizon := histories.Of(at)[at.Place.Account], before.Until.Add(-at.Propagation)
	h.Past = slices.DeleteFunc(h.Past, func(p held) bool { return !p.Until.After(horizon) })
	if at.Propagation > 0 {
		h.Past = append(h.Past, before)
	}
}
