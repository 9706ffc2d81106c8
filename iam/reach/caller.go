package reach

import (
	"strings"

	"github.com/ripostehq/riposte/iam"
)

// caller is a principal whose rights are asked, as it is or as it would be with other policies.
type caller struct {
	account   int
	kind      Kind
	as        iam.Principal
	docs      []*document
	boundary  *document // nil: there is none
	levels    [][]*document
	x         iam.Context   // what is known of whatever it asks
	mask      bits          // actions that may be allowed somewhere
	asked     map[Ask]named // about names of its own choice
	freelyTag bool          // the caller that assumes it chooses its session's tags
}

func (g *Graph) caller(p *Principal) *caller {
	a := &g.o.Accounts[p.Account]
	w := &caller{account: p.Account, kind: p.Kind, as: iam.Principal{ARN: p.ARN, Account: a.ID}, mask: newBits(len(g.actions)), asked: map[Ask]named{}}
	if p.Kind != User {
		w.as.Role = p.ARN
		w.as.ARN = "arn:" + a.partition() + ":sts::" + a.ID + ":assumed-role/" + lastName(p.ARN) + "/riposte"
	}
	w.x, w.freelyTag = g.facts(p)
	g.give(w, p)
	return w
}

func lastName(arn string) string { return arn[strings.LastIndexByte(arn, '/')+1:] }

// facts are what is known of whatever a principal asks, and whether who assumes it chooses the tags of its session.
func (g *Graph) facts(p *Principal) (x iam.Context, freely bool) {
	values := map[string]string{
		"aws:PrincipalArn": p.ARN, "aws:PrincipalAccount": g.o.Accounts[p.Account].ID, "aws:SecureTransport": "true", "aws:ViaAWSService": "false",
		"aws:PrincipalIsAWSService": "false", "aws:PrincipalType": "AssumedRole",
	}
	if g.o.ID != "" {
		values["aws:PrincipalOrgID"], values["aws:ResourceOrgID"] = g.o.ID, g.o.ID
	}
	if p.Kind == User {
		values["aws:PrincipalType"], values["aws:username"] = "User", lastName(p.ARN)
	} else {
		freely = g.tagsSessions(p)
	}
	for k, v := range p.Tags {
		values["aws:PrincipalTag/"+k] = v
	}
	return iam.ContextOf(values), freely
}

// give puts a principal's policies on its caller.
func (g *Graph) give(w *caller, p *Principal) {
	for _, t := range p.Texts {
		w.docs = append(w.docs, g.documents[t])
		w.mask.or(g.documents[t].mask)
	}
	if p.Boundary >= 0 {
		w.boundary = g.documents[p.Boundary]
		w.mask.and(w.boundary.mask)
	}
	if p.Boundary == Gone {
		w.boundary = &document{mask: newBits(len(g.actions))}
		clear(w.mask)
	}
	if serviceLinked(p.ARN) {
		return
	}
	for _, level := range g.o.Accounts[p.Account].Services {
		var docs []*document
		mask := newBits(len(g.actions))
		for _, t := range level {
			docs = append(docs, g.documents[t])
			mask.or(g.documents[t].mask)
		}
		w.levels = append(w.levels, docs)
		w.mask.and(mask)
	}
}

// tagsSessions reports whether a trust lets sessions be tagged: then the role's tags are not what its sessions have.
func (g *Graph) tagsSessions(p *Principal) bool {
	if p.Trust < 0 {
		return true
	}
	allow, _ := g.documents[p.Trust].policy.Clauses("sts:TagSession")
	return len(allow) > 0
}

func (a *Account) partition() string {
	if a.Partition == "" {
		return "aws"
	}
	return a.Partition
}

// serviceLinked and reserved roles are AWS's: no other principal writes them, and no control policy binds the first.
func serviceLinked(arn string) bool { return strings.Contains(arn, ":role/aws-service-role/") }
func reserved(arn string) bool      { return strings.Contains(arn, ":role/aws-reserved/") }
