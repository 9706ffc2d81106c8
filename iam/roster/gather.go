package roster

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/ripostehq/riposte/iam/reach"
)

// Gathering is what was read so far. It is used by one goroutine at a time.
type Gathering struct {
	details  []listing
	compute  []listing
	org      organization
	controls map[string][][]control
	gaps     []reach.Gap

	out      reach.Organisation
	accounts map[string]int
	texts    map[string]version // default versions of managed policies, by ARN
	groups   map[string]*reach.Group
	seen     map[string]bool // ARNs of principals
	profiles map[string]string
	whole    map[string][]reach.Kind
}

// New is a gathering of nothing yet.
func New() *Gathering {
	return &Gathering{controls: map[string][][]control{}, accounts: map[string]int{}, texts: map[string]version{}, groups: map[string]*reach.Group{},
		seen: map[string]bool{}, profiles: map[string]string{}, whole: map[string][]reach.Kind{}}
}

// Gap names something that was not read, and why.
func (g *Gathering) Gap(what, why string) { g.gaps = append(g.gaps, reach.Gap{What: what, Why: why}) }

// Failed names something whose reading was tried and failed, or ended early.
func (g *Gathering) Failed(what, why string) {
	g.gaps = append(g.gaps, reach.Gap{What: what, Why: why, Failed: true})
}

// Read takes one file's bytes: what is not known here is dropped, and what is wrong is a gap. A file of nothing that is known is one too.
func (g *Gathering) Read(name string, b []byte) {
	l, err := decode(b)
	if err == nil && l.empty() {
		g.Failed(name, "it holds nothing that is known here")
	}
	g.take(name, l, err)
}

// Answer takes a page of an answer, which may well be empty.
func (g *Gathering) Answer(name string, b []byte) {
	l, err := decode(b)
	g.take(name, l, err)
}

func (g *Gathering) take(name string, l listing, err error) {
	if err != nil {
		g.Failed(name, err.Error())
	}
	if l.IsTruncated || l.NextToken != "" {
		g.Failed(name, "it is cut off: what follows was not listed")
	}
	if l.details() {
		g.details = append(g.details, l)
	}
	if len(l.Functions)+len(l.Reservations) > 0 {
		g.compute = append(g.compute, l)
	}
	if l.Organization != nil {
		g.org = *l.Organization
		g.out.Center = cmp.Or(g.out.Center, g.org.Management)
	}
	for _, c := range l.Centers {
		g.out.Center = c.Owner
	}
	maps.Copy(g.controls, l.ServiceControlPolicies)
}

// Whole says that all of a kind was listed in an account: what is not among it is not there.
func (g *Gathering) Whole(account string, kind reach.Kind) {
	g.whole[account] = append(g.whole[account], kind)
}

// Organisation puts together what was read.
func (g *Gathering) Organisation() reach.Organisation {
	g.out.ID = g.org.ID
	for i := range g.details {
		g.policies(&g.details[i])
	}
	for i := range g.details {
		for _, x := range g.details[i].Groups {
			g.group(x)
		}
	}
	for i := range g.details {
		for _, x := range g.details[i].Users {
			g.user(x)
		}
		for _, x := range g.details[i].Roles {
			g.role(x)
		}
	}
	for i := range g.compute {
		g.running(&g.compute[i])
	}
	for id, kinds := range g.whole {
		if i, ok := g.accounts[id]; ok {
			for _, k := range kinds {
				g.out.Accounts[i].Listed[string(k)] = true
			}
		}
	}
	g.guardrails()
	g.out.Gaps = g.gaps
	return g.out
}

// account is the place of an ARN's account; false where the ARN is none of IAM's.
func (g *Gathering) account(arn string) (int, bool) {
	parts := strings.SplitN(arn, ":", 6)
	if len(parts) < 6 || parts[0] != "arn" || len(parts[4]) != 12 || strings.Trim(parts[4], "0123456789") != "" {
		return 0, false
	}
	id := parts[4]
	if _, ok := g.accounts[id]; !ok {
		g.accounts[id] = len(g.out.Accounts)
		g.out.Accounts = append(g.out.Accounts, reach.Account{ID: id, Partition: parts[1], Listed: map[string]bool{}})
	}
	return g.accounts[id], true
}

func (g *Gathering) text(name string, d document, trust bool) int {
	return g.out.Text(reach.Text{Name: name, JSON: string(d), Trust: trust})
}

// policies files managed policies: the default version is what counts, the others could be made it.
func (g *Gathering) policies(l *listing) {
	for _, p := range l.Policies {
		m := reach.Managed{ARN: p.ARN, Text: reach.Gone}
		for _, v := range p.Versions {
			if n := g.text(p.ARN, v.Document, false); v.Default {
				g.texts[p.ARN], m.Text = v, n
			} else {
				m.Earlier = append(m.Earlier, n)
			}
		}
		if m.Text == reach.Gone {
			g.Gap(p.ARN, "no version of it is marked as the default")
			continue
		}
		if i, ok := g.account(p.ARN); ok && !slices.ContainsFunc(g.out.Accounts[i].Policies, func(have reach.Managed) bool { return have.ARN == p.ARN }) {
			g.out.Accounts[i].Policies = append(g.out.Accounts[i].Policies, m)
		}
	}
}

// attachedTo are the texts of what is attached. One that is not among the policies that were read may say anything.
func (g *Gathering) attachedTo(who string, in []inline, at []attached) (texts []int, own []string) {
	for _, p := range in {
		texts = append(texts, g.text("inline policy "+p.Name, p.Document, false))
	}
	for _, a := range at {
		v, ok := g.texts[a.ARN]
		if !ok {
			g.Gap(who, "the policy "+a.ARN+" is attached and was not read: it may allow anything")
			texts = append(texts, g.text(a.ARN, "", false))
		} else {
			texts = append(texts, g.text(a.ARN, v.Document, false))
		}
		if !strings.Contains(a.ARN, ":iam::aws:") {
			own = append(own, a.ARN)
		}
	}
	return texts, own
}

func (g *Gathering) group(x group) {
	i, ok := g.account(x.ARN)
	if !ok {
		g.Gap(fmt.Sprintf("group %q", x.ARN), "this is no ARN")
		return
	}
	out := reach.Group{ARN: x.ARN}
	out.Texts, out.Managed = g.attachedTo(x.ARN, x.Inline, x.Attached)
	g.out.Accounts[i].Groups = append(g.out.Accounts[i].Groups, out)
	g.groups[g.out.Accounts[i].ID+"/"+x.Name] = &out
}

func (g *Gathering) user(x user) {
	p, ok := g.principal(x.ARN, reach.User, x.Inline, x.Attached, x.Boundary, x.Tags)
	if !ok {
		return
	}
	for _, name := range x.Groups {
		of, ok := g.groups[g.out.Accounts[p.Account].ID+"/"+name]
		if !ok {
			g.Gap(x.ARN, fmt.Sprintf("its group %q was not read: it may allow anything", name))
			p.Texts = append(p.Texts, g.text("group "+name, "", false))
			continue
		}
		p.Groups = append(p.Groups, of.ARN)
		p.Texts, p.Managed = append(p.Texts, of.Texts...), append(p.Managed, of.Managed...)
	}
	g.out.Principals = append(g.out.Principals, p)
}

func (g *Gathering) role(x role) {
	p, ok := g.principal(x.ARN, reach.Role, x.Inline, x.Attached, x.Boundary, x.Tags)
	if !ok {
		return
	}
	p.Profile = len(x.Profiles) > 0
	if x.Trust != "" {
		p.Trust = g.text("trust policy of "+x.ARN, x.Trust, true)
	}
	for _, y := range x.Profiles {
		g.profiles[y.ARN] = x.ARN
	}
	g.out.Principals = append(g.out.Principals, p)
}

// principal is what users and roles have in common; false where there is none, or where it was read before.
func (g *Gathering) principal(arn string, kind reach.Kind, in []inline, at []attached, limit boundary, tags []tag) (reach.Principal, bool) {
	i, ok := g.account(arn)
	switch {
	case !ok:
		g.Gap(fmt.Sprintf("%s %q", kind, arn), "this is no ARN")
		return reach.Principal{}, false
	case g.seen[arn]:
		g.Gap(arn, "it stands there twice: what was read first counts")
		return reach.Principal{}, false
	}
	g.seen[arn] = true
	p := reach.Principal{ARN: arn, Kind: kind, Account: i, Boundary: reach.None, Trust: reach.None, Limit: limit.ARN, Tags: map[string]string{}}
	p.Texts, p.Managed = g.attachedTo(arn, in, at)
	for _, t := range tags {
		p.Tags[t.Key] = t.Value
	}
	if limit.ARN != "" {
		p.Boundary = g.boundary(arn, limit.ARN)
	}
	return p, true
}

// boundary is the text of one that was read. An account's own policy that is not there any more allows nothing, as on AWS; AWS's own, and one
// of a half-read account, may allow anything.
func (g *Gathering) boundary(who, arn string) int {
	if v, ok := g.texts[arn]; ok {
		return g.text(arn, v.Document, false)
	}
	g.Gap(who, "its boundary "+arn+" was not read: it may allow anything")
	return g.text(arn, "", false)
}
