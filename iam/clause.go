package iam

// Answer is a decision that may hang on what is not known; its zero value is No.
type Answer int8

const (
	No Answer = iota
	Maybe
	Yes
)

func (a Answer) String() string { return [...]string{"no", "possible", "sure"}[a] }

// Clause is one statement that speaks of an action, for a caller that asks about many resources and principals at once, and
// about requests of which not all is known. Clauses of one statement are equal.
type Clause struct {
	s     *statement
	name  string // of the policy
	index int
}

// Clauses are the statements whose Action or NotAction covers the action.
func (p *Policy) Clauses(action string) (allow, deny []Clause) {
	for i := range p.statements {
		s := &p.statements[i]
		if s.actions.match(action, Context{}) == s.notActions {
			continue
		}
		if c := (Clause{s, p.Name, i}); s.deny {
			deny = append(deny, c)
		} else {
			allow = append(allow, c)
		}
	}
	return allow, deny
}

// Policy is the Name of the policy, Sid the statement's id, Index its place, from 0.
func (c Clause) Policy() string { return c.name }
func (c Clause) Sid() string    { return c.s.sid }
func (c Clause) Index() int     { return c.index }

// Conditional reports whether it has conditions.
func (c Clause) Conditional() bool { return len(c.s.conditions) > 0 }

// Keys are the condition keys in lower case, those of variables in values among them; one may stand there twice.
func (c Clause) Keys() (out []string) {
	for i := range c.s.conditions {
		out = append(append(out, c.s.conditions[i].key), c.s.conditions[i].keys...)
	}
	return out
}

// Named are the values that its conditions name for a key, in lower case, as they are written: wildcards and variables among them.
func (c Clause) Named(key string) (out []string) {
	for i := range c.s.conditions {
		if k := &c.s.conditions[i]; k.key == key && !k.null {
			out = append(out, k.named...)
		}
	}
	return out
}

// Grant is how directly the clause of a resource's policy names a principal; Names whether it speaks of it at all, which
// counts for a deny.
func (c Clause) Grant(p Principal) Grant { return c.s.grants(&p) }
func (c Clause) Names(p Principal) bool  { return c.s.names(&p) }

// Principals are those that the clause of a resource's policy names: kind (AWS, Service, Federated) and value.
func (c Clause) Principals() (out [][2]string) {
	for _, p := range c.s.principals {
		out = append(out, [2]string{p.kind, p.value})
	}
	return out
}

// Conditions says whether the conditions hold, and the keys on which a Maybe hangs. A key is known where the context has all
// that there is to know of it, its absence included.
func (c Clause) Conditions(x Context, known func(key string) bool) (out Answer, keys []string) {
	out = Yes
	for i := range c.s.conditions {
		k := &c.s.conditions[i]
		open := k.unknown(x, known)
		switch {
		case len(open) > 0:
			out = Maybe
			keys = append(keys, open...)
		case !k.holds(x):
			return No, nil
		}
	}
	return out, keys
}

// unknown are the keys that a condition needs and the context does not tell. A variable that is known to have no value is in
// doubt under a negated operator: AWS's text and its simulator differ there.
func (c *condition) unknown(x Context, known func(key string) bool) (out []string) {
	if c.key == Unreadable || !known(c.key) {
		return []string{c.key}
	}
	for _, key := range c.keys {
		if _, ok := x.variable(key); !ok && (c.negated || !known(key)) {
			out = append(out, key)
		}
	}
	return out
}

// keys are the variables without default in a condition's values.
func (c compiler) keys(values []string) (out []string) {
	if !c.variables {
		return nil
	}
	for _, v := range values {
		p, err := compilePattern(v, syntax{variables: true})
		if err == nil {
			out = append(out, p.keys()...)
		}
	}
	return out
}

func (p *pattern) keys() (out []string) {
	for _, t := range p.tokens {
		if t.kind == variableToken && !t.optional {
			out = append(out, t.key)
		}
	}
	return out
}
