package reach

import (
	"fmt"
	"strings"
	"testing"
)

const (
	account  = "111122223333"
	other    = "444455556666"
	allowAll = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`
)

// story is an organisation that a test puts together.
type story struct {
	t testing.TB
	Organisation
}

func newStory(t testing.TB) *story {
	return &story{t, Organisation{ID: "o-a1b2c3d4e5", Accounts: []Account{
		{ID: account, Listed: map[string]bool{}}, {ID: other, Listed: map[string]bool{}},
	}}}
}

// statement is one of a policy: an effect, actions and resources by commas, conditions as JSON.
func statement(effect, actions, resources string, condition ...string) string {
	q := func(s string) string { return `["` + strings.ReplaceAll(s, ",", `","`) + `"]` }
	c := ""
	if len(condition) > 0 && condition[0] != "" {
		c = `,"Condition":` + condition[0]
	}
	return fmt.Sprintf(`{"Effect":%q,"Action":%s,"Resource":%s%s}`, effect, q(actions), q(resources), c)
}

func allow(actions, resources string, condition ...string) string {
	return statement("Allow", actions, resources, condition...)
}

func deny(actions, resources string, condition ...string) string {
	return statement("Deny", actions, resources, condition...)
}

func policy(statements ...string) string {
	return `{"Version":"2012-10-17","Statement":[` + strings.Join(statements, ",") + `]}`
}

func trusting(principal string, condition ...string) string {
	c := ""
	if len(condition) > 0 && condition[0] != "" {
		c = `,"Condition":` + condition[0]
	}
	return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":` + principal + `,"Action":"sts:AssumeRole"` + c + `}]}`
}

func service(name string) string { return trusting(`{"Service":"` + name + `"}`) }
func root(id string) string      { return trusting(`{"AWS":"arn:aws:iam::` + id + `:root"}`) }

func roleARN(name string) string { return "arn:aws:iam::" + account + ":role/" + name }
func userARN(name string) string { return "arn:aws:iam::" + account + ":user/" + name }

// role adds one to the first account, with its trust and its statements.
func (s *story) role(name, trust string, statements ...string) *Principal {
	s.Principals = append(s.Principals, Principal{ARN: roleARN(name), Kind: Role, Boundary: None, Profile: true,
		Trust: s.Text(Text{Name: name + " trust", JSON: trust, Trust: true}), Tags: map[string]string{}})
	return s.with(statements)
}

func (s *story) user(name string, statements ...string) *Principal {
	s.Principals = append(s.Principals, Principal{ARN: userARN(name), Kind: User, Boundary: None, Trust: None})
	return s.with(statements)
}

func (s *story) with(statements []string) *Principal {
	p := &s.Principals[len(s.Principals)-1]
	if len(statements) > 0 {
		p.Texts = []int{s.policy(policy(statements...))}
	}
	return p
}

func (s *story) policy(text string) int { return s.Text(Text{Name: "policy", JSON: text}) }

// administrator adds a role that may do everything.
func (s *story) administrator(trust string) { s.role("admin", trust, allow("*", "*")) }

func (s *story) build() *Graph {
	s.t.Helper()
	g, err := Build(s.Organisation)
	if err != nil {
		s.t.Fatal(err)
	}
	return g
}

// outcome is what a search from a principal comes to: sure, possible or no; and the techniques on the way.
func (s *story) outcome(from string) string {
	s.t.Helper()
	g := s.build()
	word := "sure"
	p, ok := g.Search(Query{Sure: true}).Path(from)
	if !ok {
		word = "possible"
		p, ok = g.Search(Query{}).Path(from)
	}
	if !ok {
		return "no"
	}
	for _, h := range p.Hops {
		word += " " + h.Technique
	}
	return word
}
