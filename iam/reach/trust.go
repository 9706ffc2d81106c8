package reach

import (
	"strings"

	"github.com/ripostehq/riposte/iam"
)

// trusts are the roles' trust policies turned round: from the principals that they name to the roles.
type trusts struct {
	named    map[string][]int         // by ARN of a principal
	account  map[string]pair          // by account, where nothing else has to hold
	guarded  map[string][]int         // by account, where the trust has more to say
	anybody  []int                    // roles whose trust names every principal
	telling  map[string][]int         // by account, "" for any: roles whose trust tells callers of one class apart
	services []map[string]pair        // by account and service, over the account's principals
	provider []map[string]pair        // by account and identity provider, likewise
	outside  map[string][]outsideRole // callers outside the organisation, by what the trust calls them
}

// outsideRole is a role that a caller outside the organisation may assume.
type outsideRole struct {
	role   int
	answer iam.Answer
	keys   []string
}

const (
	assumeRole = "sts:AssumeRole"
	bySAML     = "sts:AssumeRoleWithSAML"
	byToken    = "sts:AssumeRoleWithWebIdentity"
)

func (g *Graph) readTrusts() {
	t := &g.trusts
	t.named, t.account, t.guarded, t.outside = map[string][]int{}, map[string]pair{}, map[string][]int{}, map[string][]outsideRole{}
	t.telling = map[string][]int{}
	for range g.o.Accounts {
		t.services, t.provider = append(t.services, map[string]pair{}), append(t.provider, map[string]pair{})
	}
	for i := range g.o.Principals {
		p := &g.o.Principals[i]
		if p.Kind != Role {
			continue
		}
		if p.Trust < 0 { // not read: it may let any caller in
			t.anybody = append(t.anybody, i)
			continue
		}
		for _, action := range []string{assumeRole, bySAML, byToken} {
			allow, deny := g.documents[p.Trust].policy.Clauses(action)
			for _, c := range allow {
				for _, e := range c.Principals() {
					g.trust(i, action, c, e[0], e[1], len(deny) > 0)
				}
			}
		}
	}
}

// trust files one principal that a trust policy's statement names.
func (g *Graph) trust(role int, action string, c iam.Clause, kind, value string, denies bool) {
	t := &g.trusts
	p := &g.o.Principals[role]
	switch {
	case kind == "Service":
		g.grantTo(t.services[p.Account], value, role, g.serviceAnswer(c, p, denies))
	case kind == "Federated":
		a, keys := c.Conditions(iam.Context{}, nothing)
		if value == "cognito-identity.amazonaws.com" { // a pool of one's own tells what its conditions ask
			g.grantTo(t.services[p.Account], value, role, max(a, iam.Maybe))
		}
		g.grantTo(t.provider[p.Account], value, role, max(a, iam.Maybe))
		t.outside[value] = append(t.outside[value], outsideRole{role, min(a, iam.Maybe), append(keys, "a login there")})
	case action != assumeRole:
	case value == "*":
		if g.documents[p.Trust].own {
			t.telling[""] = append(t.telling[""], role)
		} else {
			t.anybody = append(t.anybody, role)
		}
		a, keys := c.Conditions(iam.Context{}, nothing)
		t.outside["anybody"] = append(t.outside["anybody"], outsideRole{role, a, keys})
	default:
		g.trustAccount(role, c, value, denies)
	}
}

func nothing(string) bool { return false }

func (g *Graph) trustAccount(role int, c iam.Clause, value string, denies bool) {
	t := &g.trusts
	account := value
	if strings.HasPrefix(value, "arn:") {
		account = accountOf(value)
	}
	if _, ours := g.byAccount[account]; !ours {
		if account != "" {
			a, keys := c.Conditions(iam.Context{}, nothing)
			t.outside[value] = append(t.outside[value], outsideRole{role, a, keys})
		}
		return
	}
	switch {
	case account != value && !strings.HasSuffix(value, ":root"):
		t.named[value] = append(t.named[value], role)
	case g.documents[g.o.Principals[role].Trust].own:
		t.telling[account] = append(t.telling[account], role)
	case c.Conditional() || denies:
		t.guarded[account] = append(t.guarded[account], role)
	default:
		if _, ok := t.account[account]; !ok {
			t.account[account] = newPair(len(g.o.Principals))
		}
		t.account[account].set(role, iam.Yes)
	}
}

func (g *Graph) grantTo(of map[string]pair, who string, role int, a iam.Answer) {
	account := g.o.Principals[role].Account
	if _, ok := of[who]; !ok {
		of[who] = newPair(g.spans[account].n)
	}
	of[who].set(role-g.spans[account].first, a)
}

// serviceAnswer says whether a service may take a role for something of the role's own account, of whatever name.
func (g *Graph) serviceAnswer(c iam.Clause, p *Principal, denies bool) iam.Answer {
	values := map[string]string{"aws:SourceAccount": g.o.Accounts[p.Account].ID}
	known := func(key string) bool { return key == "aws:sourceaccount" || key == "aws:sourceorgid" && g.o.ID != "" }
	if g.o.ID != "" {
		values["aws:SourceOrgID"] = g.o.ID
	}
	a, keys := c.Conditions(iam.ContextOf(values), known)
	for _, key := range keys {
		if key != "aws:sourcearn" {
			return a
		}
	}
	if len(keys) > 0 {
		a = iam.Yes // it is of the caller's naming
	}
	if denies {
		a = min(a, iam.Maybe)
	}
	return a
}

// assumes are the roles of the organisation that a class may assume.
func (g *Graph) assumes(c *class) pair {
	out := newPair(len(g.o.Principals))
	q := g.ask(c.w, g.index[assumeRole], nil)
	own := q.allowed(g.everybody)
	id := g.o.Accounts[c.account].ID
	if by, ok := g.trusts.account[id]; ok && !own.may.empty() {
		p := own.copy()
		p.and(by)
		out.or(p)
	}
	for _, r := range g.trusts.guarded[id] {
		if own.may.has(r) { // naming the account is not enough
			a, _, _ := g.trusted(c.w, r)
			out.set(r, a)
		}
	}
	for _, roles := range [][]int{g.trusts.anybody, g.trusts.named[c.named]} {
		for _, r := range roles {
			if g.o.Principals[r].Account == c.account || own.may.has(r) {
				a, _, _ := g.trusted(c.w, r)
				out.set(r, a)
			}
		}
	}
	return out
}

// trusted decides one role for one caller, by the trust and by the caller's own policies where these have to allow it, under the best of
// the caller's choices; it returns the question as it was then.
func (g *Graph) trusted(w *caller, role int) (out iam.Answer, keys []string, as *question) {
	p := &g.o.Principals[role]
	q := g.ask(w, g.index[assumeRole], g.everybody.all(role))
	q.target = true
	if p.Trust < 0 {
		out, keys, as = q.over(p.ARN)
		return min(out, iam.Maybe), append(keys, iam.Unreadable), as
	}
	q.trust = g.documents[p.Trust]
	for n := range q.choices() {
		if a, k := n.assumed(p); a > out || as == nil {
			out, keys, as = a, k, n
		}
		if out == iam.Yes {
			break
		}
	}
	return out, keys, as
}

// assumed decides under one choice.
func (q *question) assumed(p *Principal) (best iam.Answer, hangs []string) {
	own, keys := q.at(p.ARN)
	says := q.trust.says[q.action]
	for _, c := range says.allow {
		a, k := c.Conditions(q.x, q.known)
		switch grant := c.Grant(q.w.as); {
		case grant == iam.NoGrant:
			continue
		case grant == iam.AccountGrant || p.Account != q.w.account:
			a, k = min(a, own), append(k, keys...)
		default:
			limit, more := q.unforbidden(p.ARN, grant)
			a, k = min(a, limit), append(k, more...)
		}
		if a > best {
			best, hangs = a, k
		}
	}
	for _, c := range says.deny {
		switch a, k := c.Conditions(q.x, q.known); {
		case !c.Names(q.w.as) || a == iam.No:
		case a == iam.Yes:
			return iam.No, nil
		default:
			best, hangs = min(best, iam.Maybe), append(hangs, k...)
		}
	}
	return best, hangs
}

// unforbidden decides where the trust names the caller itself: it needs no allow of its own, but no deny, and the limits of a session.
func (q *question) unforbidden(arn string, grant iam.Grant) (iam.Answer, []string) {
	deny, keys := q.best(q.w.docs, arn, func(s stance) []iam.Clause { return s.deny })
	out := iam.Yes - deny
	if q.w.boundary != nil && grant == iam.DirectGrant {
		if d, k := q.best([]*document{q.w.boundary}, arn, func(s stance) []iam.Clause { return s.deny }); d != iam.No {
			out, keys = min(out, iam.Yes-d), append(keys, k...)
		}
		n := *q
		w := *q.w
		w.boundary, n.w = nil, &w
		q = &n
	}
	return q.limits(arn, out, keys)
}
