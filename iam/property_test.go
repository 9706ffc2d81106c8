package iam

import (
	"testing"

	"pgregory.net/rapid"
)

// The properties draw from few actions, resources and values, so that statements often speak of the request.
var (
	actions   = []string{"ec2:RunInstances", "ec2:TerminateInstances", "iam:PutUserPolicy", "ec2:*", "iam:*", "*"}
	resources = []string{"*", "arn:aws:ec2:eu-west-1:111122223333:instance/i-1", "arn:aws:iam::111122223333:user/eve", "arn:aws:iam::*"}
)

func drawStatement(t *rapid.T) Statement {
	s := Statement{Effect: rapid.SampledFrom([]string{"Allow", "Allow", "Deny"}).Draw(t, "effect")}
	list := rapid.SliceOfN(rapid.SampledFrom(actions), 1, 3).Draw(t, "actions")
	if rapid.Bool().Draw(t, "positive action") {
		s.Action = list
	} else {
		s.NotAction = list
	}
	list = rapid.SliceOfN(rapid.SampledFrom(resources), 1, 2).Draw(t, "resources")
	if rapid.Bool().Draw(t, "positive resource") {
		s.Resource = list
	} else {
		s.NotResource = list
	}
	if op := rapid.SampledFrom([]string{"", "StringLike", "StringNotEquals", "StringEqualsIfExists"}).Draw(t, "operator"); op != "" {
		s.Condition = map[string]map[string][]string{op: {"aws:username": {"eve"}}}
	}
	return s
}

func drawPolicy(t *rapid.T, effect string) Policy {
	d := Document{Statement: rapid.SliceOfN(rapid.Custom(drawStatement), 1, 3).Draw(t, "statements")}
	for i := range d.Statement {
		if effect != "" {
			d.Statement[i].Effect = effect
		}
	}
	b, err := d.JSON()
	if err != nil {
		t.Fatal(err)
	}
	p, err := Parse(b)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func drawPolicies(t *rapid.T) Policies {
	var p Policies
	for range rapid.IntRange(0, 3).Draw(t, "identity") {
		p.Identity = append(p.Identity, drawPolicy(t, ""))
	}
	if rapid.Bool().Draw(t, "bounded") {
		b := drawPolicy(t, "")
		p.Boundary = &b
	}
	if rapid.Bool().Draw(t, "limited") {
		p.Session = []Policy{drawPolicy(t, "")}
	}
	for range rapid.IntRange(0, 2).Draw(t, "levels") {
		p.Controls.Services = append(p.Controls.Services, Level{drawPolicy(t, "")})
	}
	if rapid.Bool().Draw(t, "resource") {
		p.Owner, p.Resource = rapid.SampledFrom([]string{account, "444455556666"}).Draw(t, "owner"), drawResource(t)
	}
	return p
}

// drawResource is a resource's policy: the same statements, which also say of whom they speak.
func drawResource(t *rapid.T) *Policy {
	p := drawPolicy(t, "")
	for i := range p.statements {
		s := &p.statements[i]
		s.principals = []principal{{"AWS", rapid.SampledFrom([]string{"*", account, eve, ops, session}).Draw(t, "principal")}}
		s.notPrincipals = s.deny && s.principals[0].value != "*" && rapid.Bool().Draw(t, "others")
	}
	return &p
}

func drawRequest(t *rapid.T) Request {
	r := Request{Action: rapid.SampledFrom(actions[:3]).Draw(t, "action"), Resource: rapid.SampledFrom(resources[:3]).Draw(t, "resource")}
	r.Principal = rapid.SampledFrom([]Principal{{ARN: eve, Account: account}, {ARN: session, Role: ops, Account: account}}).Draw(t, "principal")
	if name := rapid.SampledFrom([]string{"", "eve", "bob"}).Draw(t, "name"); name != "" {
		r.Context.Set("aws:username", name)
	}
	return r
}

func TestADenyAlwaysWins(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r, p := drawRequest(t), drawPolicies(t)
		deny := drawPolicy(t, "Deny")
		if Evaluate(r, Policies{Identity: []Policy{deny}}).Effect != ExplicitDeny {
			t.Skip("the deny speaks of something else")
		}
		at := rapid.IntRange(0, len(p.Identity)).Draw(t, "at")
		p.Identity = append(append(append([]Policy(nil), p.Identity[:at]...), deny), p.Identity[at:]...)
		if d := Evaluate(r, p); d.Effect != ExplicitDeny {
			t.Fatalf("denied, and yet %+v", d)
		}
	})
}

func TestAnotherAllowTakesNothingAway(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r, p := drawRequest(t), drawPolicies(t)
		before := Evaluate(r, p)
		p.Identity = append(p.Identity, drawPolicy(t, "Allow"))
		if after := Evaluate(r, p); before.Effect == Allowed && after.Effect != Allowed {
			t.Fatalf("an allow made %+v of %+v", after, before)
		}
	})
}

func TestLimitsNeverWiden(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r, p := drawRequest(t), drawPolicies(t)
		p.Boundary, p.Session = nil, nil
		free := Evaluate(r, p)
		limit := drawPolicy(t, "")
		switch rapid.IntRange(0, 2).Draw(t, "as") {
		case 0:
			p.Boundary = &limit
		case 1:
			p.Session = []Policy{limit}
		case 2:
			p.Controls.Services = append([]Level{{limit}}, p.Controls.Services...)
		}
		if got := Evaluate(r, p); got.Effect == Allowed && free.Effect != Allowed {
			t.Fatalf("a limit made %+v of %+v", got, free)
		}
	})
}

func TestOrderOfPoliciesDoesNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r, p := drawRequest(t), drawPolicies(t)
		q := p
		q.Identity = rapid.Permutation(p.Identity).Draw(t, "order")
		if a, b := Evaluate(r, p), Evaluate(r, q); a.Effect != b.Effect {
			t.Fatalf("%v in one order, %v in another", a.Effect, b.Effect)
		}
	})
}

// A statement that denies, added to any policy of any sort, never allows more.
func TestAnotherDenyNeverAllowsMore(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r, p := drawRequest(t), drawPolicies(t)
		before := Evaluate(r, p)
		extra := drawPolicy(t, "Deny")
		switch at := rapid.IntRange(0, 4).Draw(t, "into"); {
		case at == 0 && p.Boundary != nil:
			p.Boundary.statements = append(p.Boundary.statements, extra.statements...)
		case at == 1 && p.Resource != nil:
			p.Resource.statements = append(p.Resource.statements, extra.statements...)
		case at == 2 && len(p.Session) > 0:
			p.Session = append(p.Session, extra)
		case at == 3 && len(p.Controls.Services) > 0:
			p.Controls.Services[0] = append(p.Controls.Services[0], extra)
		default:
			p.Identity = append(p.Identity, extra)
		}
		if after := Evaluate(r, p); after.Effect == Allowed && before.Effect != Allowed {
			t.Fatalf("a deny made %+v of %+v", after, before)
		}
	})
}

func TestTheManagementAccountIsNeverBound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r, p := drawRequest(t), drawPolicies(t)
		bound := p
		bound.Controls.Management = account
		p.Controls = Controls{}
		if free, got := Evaluate(r, p), Evaluate(r, bound); free != got {
			t.Fatalf("%+v without controls, %+v with", free, got)
		}
	})
}

// A resource's policy within one account only ever grants; across accounts it is one more side that has to.
func TestAPolicyOfAnotherAccountsResourceNeverWidens(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r, p := drawRequest(t), drawPolicies(t)
		p.Resource, p.Owner = nil, ""
		own := Evaluate(r, p)
		p.Resource, p.Owner = drawResource(t), "444455556666"
		if got := Evaluate(r, p); got.Effect == Allowed && own.Effect != Allowed {
			t.Fatalf("%+v became %+v", own, got)
		}
	})
}

func TestWhatConcernsAnActionDecidesIt(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r, p := drawRequest(t), drawPolicy(t, "")
		of, key := p.Concerning(r.Action)
		if whole, part := Evaluate(r, Policies{Identity: []Policy{p}}), Evaluate(r, Policies{Identity: []Policy{of}}); whole != part {
			t.Fatalf("%+v by the whole, %+v by what concerns the action", whole, part)
		}
		other := r
		other.Action = rapid.SampledFrom(actions[:3]).Draw(t, "other")
		if _, same := p.Concerning(other.Action); same == key && Evaluate(r, Policies{Identity: []Policy{p}}) != Evaluate(other, Policies{Identity: []Policy{p}}) {
			t.Fatalf("%s and %s have one key and are decided otherwise", r.Action, other.Action)
		}
	})
}
