package world

import (
	"maps"
	"slices"
	"time"
)

// past is what IAM held until a change: enforcement still goes by it while the change propagates.
type past struct {
	Until    time.Time
	Users    map[string]*user
	Roles    map[string]*role
	Policies map[string]*managedPolicy
}

// enforced is the part of an account's IAM that calls are judged by.
type enforced struct {
	users    map[string]*user
	roles    map[string]*role
	policies map[string]*managedPolicy
}

// enforcedAt is the state as it was at a moment: the one that the earliest later change ended.
func (in *iamState) enforcedAt(t time.Time) enforced {
	for _, p := range in.Past {
		if p.Until.After(t) {
			return enforced{p.Users, p.Roles, p.Policies}
		}
	}
	return enforced{in.Users, in.Roles, in.Policies}
}

// enforced is what IAM enforces in an account now: what it held a propagation delay ago. Measured delays are 3 to 4 s.
func (s *state) enforced(accountID string) enforced {
	a, ok := s.Accounts[accountID]
	if !ok {
		return enforced{}
	}
	return a.IAM.enforcedAt(s.Now.Add(-s.Propagation))
}

// byID is a user whatever its name.
func (e enforced) byID(id string) *user {
	for _, u := range e.users {
		if u.ID == id {
			return u
		}
	}
	return nil
}

// freeze copies what enforcement needs, before a change.
func (in *iamState) freeze(now time.Time) past {
	p := past{Until: now, Users: map[string]*user{}, Roles: map[string]*role{}, Policies: map[string]*managedPolicy{}}
	for name, u := range in.Users {
		p.Users[name] = u.clone()
	}
	for name, r := range in.Roles {
		p.Roles[name] = r.clone()
	}
	for arn, m := range in.Policies {
		c := *m
		c.Versions = maps.Clone(m.Versions)
		p.Policies[arn] = &c
	}
	return p
}

func (u *user) clone() *user {
	c := *u
	c.Inline, c.Attached, c.Keys = maps.Clone(u.Inline), slices.Clone(u.Attached), nil
	for _, k := range u.Keys {
		key := *k
		c.Keys = append(c.Keys, &key)
	}
	return &c
}

func (r *role) clone() *role {
	c := *r
	c.Inline, c.Attached = maps.Clone(r.Inline), slices.Clone(r.Attached)
	return &c
}

// remember keeps what was before a change, and forgets what nobody is judged by any more.
func (in *iamState) remember(before past, propagation time.Duration) {
	horizon := before.Until.Add(-propagation)
	in.Past = slices.DeleteFunc(in.Past, func(p past) bool { return !p.Until.After(horizon) })
	if propagation > 0 {
		in.Past = append(in.Past, before)
	}
}

// changesIAM is the row of an operation that changes IAM: enforcement follows later.
func changesIAM[I, O any](s spec[I, O]) operation {
	do := s.do
	s.write = true
	s.do = func(c *call, in *I) (*O, *refusal) {
		before := c.iam().freeze(c.Now)
		out, refused := do(c, in)
		if refused == nil {
			c.iam().remember(before, c.Propagation)
		}
		return out, refused
	}
	return define(s)
}

// iam is the caller's account in IAM.
func (c *call) iam() *iamState { return &c.Accounts[c.place.Account].IAM }
