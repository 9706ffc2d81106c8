package identity

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/iam/reach"
	"github.com/ripostehq/riposte/playbook"
)

// mostNewWays is how many ways a finding names.
const mostNewWays = 5

// checkNewWay reads the account, and asks who comes to administrator by what was changed.
func checkNewWay(ctx context.Context, in playbook.In, s playbook.Suspect[newWay], p NewWayParams) ([]playbook.Suspect[newWay], error) {
	e, err := in.Estate(ctx, s.Resource.Place(), s.Facts.At.Add(2*settles))
	if err != nil {
		return nil, err
	}
	s.Facts.Ways, s.Facts.More, s.Facts.Sure, s.Facts.Flood = nil, 0, false, in.More // it may be looked at again
	l := wayLook{Estate: e, f: &s.Facts}
	switch s.Facts.Call {
	case call.IAMUpdateAssumeRolePolicy:
		l.trusted(p)
	case call.IAMDeleteRolePermissionsBoundary, call.IAMDeleteUserPermissionsBoundary, call.IAMPutRolePermissionsBoundary, call.IAMPutUserPermissionsBoundary:
		l.unbound(p)
	default:
		if err := l.given(p, s.Facts.beside(in.Beside)); err != nil {
			return nil, err
		}
	}
	if in.More && len(s.Facts.Ways) == 0 {
		l.unbound(p) // whatever was changed behind this: what the principal may do now
	}
	if len(s.Facts.Ways) == 0 && !in.More {
		return nil, nil
	}
	s.Title = s.Facts.title()
	if s.Facts.Sure {
		s.Severity = playbook.High
	}
	return []playbook.Suspect[newWay]{s}, nil
}

// wayLook is one look at an account.
type wayLook struct {
	playbook.Estate
	f *newWay
}

// certainties are the searches to make: sure ones, then those that are only possible.
func certainties(p NewWayParams) []bool {
	if p.Possible {
		return []bool{true, false}
	}
	return []bool{true}
}

func (l wayLook) add(sure bool, way string) {
	l.f.Sure = l.f.Sure || sure
	if !sure {
		way += " (possible)"
	}
	if len(l.f.Ways) < mostNewWays {
		l.f.Ways = append(l.f.Ways, way)
	} else {
		l.f.More++
	}
}

// given compares with the account as it is without the policy or the membership: who comes to administrator only with it. Where that is
// nobody, changes beside it may give the same: then without these it is compared.
func (l wayLook) given(p NewWayParams, beside []newWay) error {
	without, changed := l.without()
	if !changed {
		return nil // it was taken away meanwhile
	}
	if err := l.opened(without, p); err != nil || len(l.f.Ways) > 0 || len(beside) == 0 {
		return err
	}
	alone := l
	for i := range beside {
		alone.f = &beside[i]
		alone.Organisation, _ = alone.without()
	}
	var err error
	if alone.Graph, err = l.Graph.Updated(alone.Organisation); err != nil {
		return fmt.Errorf("the account without the changes beside it: %w", err)
	}
	alone.f = l.f
	without, _ = alone.without()
	return alone.opened(without, p)
}

// opened tells who comes to administrator, and does not in an organisation without the change.
func (l wayLook) opened(without reach.Organisation, p NewWayParams) error {
	before, err := l.Graph.Updated(without)
	if err != nil {
		return fmt.Errorf("the account without the change: %w", err)
	}
	told := map[string]bool{}
	for _, sure := range certainties(p) {
		q := reach.Query{Sure: sure}
		now, then := l.Graph.Search(q), before.Search(q)
		for _, arn := range l.Graph.Everybody() {
			if now.Level(arn) < 0 || then.Level(arn) >= 0 && (now.Level(arn) > 0 || then.Level(arn) == 0) || told[arn] {
				continue
			}
			told[arn] = true
			l.add(sure, wayOf(now, arn))
		}
	}
	return nil
}

// trusted tells who may assume the role, where it is or becomes administrator.
func (l wayLook) trusted(p NewWayParams) {
	role := l.principal()
	told := map[string]bool{}
	for _, sure := range certainties(p) {
		r := l.Graph.Search(reach.Query{Sure: sure})
		if r.Level(role) < 0 {
			continue
		}
		for _, arn := range l.Graph.AssumedBy(role, sure) {
			if r.Level(arn) > 0 && !told[arn] {
				told[arn] = true
				l.add(sure, short(arn)+" may assume it; "+wayOf(r, role))
			}
		}
		for _, o := range l.Graph.Outsiders() {
			if o.Role == role && !told[o.Who] && (o.Sure || !sure) {
				told[o.Who] = true
				l.add(sure && o.Sure, o.Who+", outside the account, may assume it; "+wayOf(r, role))
			}
		}
	}
}

// unbound tells that the principal comes to administrator with the boundary that it has now.
func (l wayLook) unbound(p NewWayParams) {
	arn := l.principal()
	for _, sure := range certainties(p) {
		if r := l.Graph.Search(reach.Query{Sure: sure}); r.Level(arn) >= 0 {
			l.add(sure, wayOf(r, arn))
			return
		}
	}
}

// principal is the ARN of the one that was changed, "" where it is gone: records name no path.
func (l wayLook) principal() string {
	kind, name, _ := strings.Cut(l.f.On, "/")
	for _, arn := range l.Graph.Everybody() {
		if strings.Contains(arn, ":"+kind+"/") && called(arn, name) {
			return arn
		}
	}
	return ""
}

// called reports whether an ARN is of this name: IAM does not tell names apart by case, and a record has them as the caller wrote them.
func called(arn, name string) bool {
	return strings.EqualFold(arn[strings.LastIndexByte(arn, '/')+1:], name)
}

// wayOf tells how a principal comes to administrator.
func wayOf(r *reach.Reach, arn string) string {
	p, ok := r.Path(arn)
	if !ok {
		return short(arn) + " is administrator"
	}
	text := short(arn) + " comes to administrator"
	for _, h := range p.Hops {
		text += ", by " + h.Technique
		if to := strings.TrimSpace(short(h.To) + " " + h.With); h.To != h.From || h.With != "" {
			text += " as " + to
		}
	}
	return text
}

func short(arn string) string { return arn[strings.LastIndexByte(arn, ':')+1:] }

// without is the organisation without what the call gave.
func (l wayLook) without() (o reach.Organisation, changed bool) {
	o = l.Organisation
	o.Principals, o.Accounts = slices.Clone(o.Principals), slices.Clone(o.Accounts)
	lose := func(texts []int) []int {
		return slices.DeleteFunc(slices.Clone(texts), func(t int) bool {
			name := o.Texts[t].Name
			lost := strings.EqualFold(name, l.f.Policy) || strings.EqualFold(name, "inline policy "+l.f.Policy)
			changed = changed || lost
			return lost
		})
	}
	kind, name, _ := strings.Cut(l.f.On, "/")
	one, group := l.principal(), ""
	if kind == "group" {
		group = name
	}
	for i := range o.Accounts {
		a := &o.Accounts[i]
		a.Groups = slices.Clone(a.Groups)
		for n := range a.Groups {
			if all := l.f.Call == call.IAMCreatePolicyVersion || l.f.Call == call.IAMSetDefaultPolicyVersion; all || group != "" && called(a.Groups[n].ARN, group) {
				a.Groups[n].Texts = lose(a.Groups[n].Texts)
			}
		}
	}
	for i := range o.Principals {
		p := &o.Principals[i]
		switch {
		case l.f.Call == call.IAMAddUserToGroup:
			if p.ARN == one {
				l.leave(&o, p, &changed)
			}
		case group != "":
			if slices.ContainsFunc(p.Groups, func(arn string) bool { return called(arn, group) }) {
				p.Texts = lose(p.Texts)
			}
		case p.ARN == one || strings.HasPrefix(l.f.On, "arn:"):
			p.Texts = lose(p.Texts)
		}
	}
	return o, changed
}

// leave takes a user out of the group that it came into.
func (l wayLook) leave(o *reach.Organisation, p *reach.Principal, changed *bool) {
	for _, g := range o.Accounts[p.Account].Groups {
		if !called(g.ARN, l.f.Policy) || !slices.Contains(p.Groups, g.ARN) {
			continue
		}
		*changed = true
		p.Texts = slices.DeleteFunc(slices.Clone(p.Texts), func(t int) bool { return slices.Contains(g.Texts, t) })
		p.Groups = slices.DeleteFunc(slices.Clone(p.Groups), func(arn string) bool { return arn == g.ARN })
	}
}
