// Package simulate decides calls of one principal by policies from files, as they are or as they would be, and says on what a decision hangs.
package simulate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ripostehq/riposte/iam"
	"github.com/ripostehq/riposte/iam/reach"
)

// Subject is a principal with all that decides its calls, as far as files tell.
type Subject struct {
	ARN       string
	Identity  []Document
	boundary  *iam.Policy
	controls  iam.Controls
	principal iam.Principal
	context   iam.Context
	absent    map[string]bool       // keys of which it is known that a call of the principal has none
	trusts    map[string]reach.Text // of roles, by ARN
	// Gaps are what was not read and may decide otherwise.
	Gaps []reach.Gap
}

// Document is one policy of a principal.
type Document struct{ Name, Text string }

// Of finds a principal in an organisation. A document that can't be read is a gap; the rest decides.
func Of(o reach.Organisation, arn string) (*Subject, error) {
	i := slices.IndexFunc(o.Principals, func(p reach.Principal) bool { return p.ARN == arn })
	if i < 0 {
		return nil, fmt.Errorf("no principal %q was read", arn)
	}
	p := o.Principals[i]
	account := o.Accounts[p.Account]
	s := &Subject{ARN: arn, principal: iam.Principal{ARN: arn, Account: account.ID}, trusts: map[string]reach.Text{}, Gaps: slices.Clone(o.Gaps)}
	s.known(p, account, o.ID)
	for _, n := range p.Texts {
		s.Identity = append(s.Identity, Document{o.Texts[n].Name, o.Texts[n].JSON})
	}
	switch {
	case p.Boundary == reach.Gone:
		s.boundary = &iam.Policy{Name: p.Limit}
	case p.Boundary >= 0:
		b := s.parse(o.Texts[p.Boundary])
		s.boundary = &b
	}
	for _, level := range account.Services {
		var l iam.Level
		for _, n := range level {
			l = append(l, s.parse(o.Texts[n]))
		}
		s.controls.Services = append(s.controls.Services, l)
	}
	for _, q := range o.Principals {
		if q.Kind == reach.Role && q.Trust >= 0 {
			s.trusts[q.ARN] = o.Texts[q.Trust]
		}
	}
	return s, nil
}

// known sets the keys that the principal itself decides.
func (s *Subject) known(p reach.Principal, account reach.Account, organisation string) {
	s.context.Set("aws:PrincipalArn", p.ARN)
	s.context.Set("aws:PrincipalAccount", account.ID)
	s.absent = map[string]bool{}
	if organisation != "" {
		s.context.Set("aws:PrincipalOrgID", organisation)
	}
	for k, v := range p.Tags {
		s.context.Set("aws:PrincipalTag/"+k, v)
	}
	name := p.ARN[strings.LastIndexByte(p.ARN, '/')+1:]
	if p.Kind == reach.User {
		s.context.Set("aws:PrincipalType", "User")
		s.context.Set("aws:username", name)
		return
	}
	s.context.Set("aws:PrincipalType", "AssumedRole")
	s.absent["aws:username"] = true
	s.principal.Role = p.ARN
	s.principal.ARN = strings.Replace(strings.Split(p.ARN, ":role/")[0], ":iam:", ":sts:", 1) + ":assumed-role/" + name + "/session"
}

// parse reads what can be read: the rest is kept as possible, and named.
func (s *Subject) parse(t reach.Text) iam.Policy {
	read := iam.Salvage
	if t.Trust {
		read = iam.SalvageTrust
	}
	p, err := read([]byte(t.JSON))
	if err != nil {
		s.Gaps = append(s.Gaps, reach.Gap{What: t.Name, Why: err.Error()})
	}
	p.Name = t.Name
	return p
}

// Set is the principal's identity policies, ready to be asked; made once, asked often.
type Set struct {
	*Subject
	documents []Document
	policies  []iam.Policy
}

// As are the policies as they were read.
func (s *Subject) As() Set { return s.with(s.Identity) }

func (s *Subject) with(documents []Document) Set {
	out := Set{Subject: s, documents: documents}
	for _, d := range documents {
		out.policies = append(out.policies, s.parse(reach.Text{Name: d.Name, JSON: d.Text}))
	}
	return out
}

// Changed are the policies without those that are named, by name or ARN, and with others. What is added has to be readable.
func (s *Subject) Changed(without []string, with []Document) (Set, error) {
	var kept []Document
	gone := map[string]bool{}
	for _, d := range s.Identity {
		i := slices.IndexFunc(without, func(name string) bool { return d.is(name) })
		if i < 0 {
			kept = append(kept, d)
			continue
		}
		gone[without[i]] = true
	}
	for _, name := range without {
		if !gone[name] {
			return Set{}, fmt.Errorf("the principal has no policy %q: %s", name, strings.Join(s.names(), ", "))
		}
	}
	for _, d := range with {
		if _, err := iam.Parse([]byte(d.Text)); err != nil {
			return Set{}, fmt.Errorf("%s: %w", d.Name, err)
		}
	}
	return s.with(append(kept, with...)), nil
}

// is reports whether a document is meant by a name: in full, or by the last part of it.
func (d Document) is(name string) bool {
	return d.Name == name || strings.HasSuffix(d.Name, " "+name) || strings.HasSuffix(d.Name, "/"+name)
}

func (s *Subject) names() (out []string) {
	for _, d := range s.Identity {
		out = append(out, d.Name)
	}
	return out
}

func (s Set) texts() (out []string) {
	for _, d := range s.documents {
		out = append(out, d.Text)
	}
	return out
}
