package reach

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"github.com/ripostehq/riposte/iam"
)

// What the properties draw from is small, so that statements often speak of each other.
var (
	drawnActions = []string{
		"sts:AssumeRole", "iam:PassRole", "iam:PutRolePolicy", "iam:UpdateAssumeRolePolicy", "iam:CreateAccessKey", "lambda:UpdateFunctionCode", "lambda:*", "iam:*", "*",
		"iam:AttachRolePolicy", "iam:*Role*",
	}
	drawnResources = []string{
		"*", "arn:aws:iam::" + account + ":role/r1", "arn:aws:iam::*:role/r*", "arn:aws:iam::" + account + ":user/*", "arn:aws:lambda:*:*:function:f1",
		"arn:aws:lambda:eu-west-1:" + account + ":function:*", "arn:aws:iam::*:user/${aws:username}", "arn:aws:iam::*:role/${aws:PrincipalTag/team}*",
	}
	drawnConditions = []string{
		"", "", "", `{"Bool":{"aws:MultiFactorAuthPresent":"true"}}`, `{"StringEquals":{"aws:ResourceTag/team":"${aws:PrincipalTag/team}"}}`,
		`{"StringNotEquals":{"aws:RequestedRegion":["eu-west-1"]}}`, `{"StringEquals":{"iam:PassedToService":"lambda.amazonaws.com"}}`, `{"IpAddress":{"aws:SourceIp":"203.0.113.0/24"}}`,
		`{"StringNotLike":{"aws:ResourceTag/team":"a*"}}`, `{"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::*:role/r*"}}`, `{"Null":{"aws:ResourceTag/team":"true"}}`,
		`{"StringEqualsIfExists":{"aws:SourceVpc":"vpc-1"}}`, `{"ForAnyValue:StringEquals":{"aws:TagKeys":["team"]}}`, `{"StringNotEquals":{"aws:PrincipalTag/team":"${aws:SourceVpc}"}}`,
	}
)

func drawText(t *rapid.T, s *story) int {
	var statements []string
	for range rapid.IntRange(1, 3).Draw(t, "statements") {
		effect := rapid.SampledFrom([]string{"Allow", "Allow", "Allow", "Deny"}).Draw(t, "effect")
		one := statement(effect, rapid.SampledFrom(drawnActions).Draw(t, "action"), rapid.SampledFrom(drawnResources).Draw(t, "resource"), rapid.SampledFrom(drawnConditions).Draw(t, "condition"))
		statements = append(statements, one)
	}
	return s.policy(policy(statements...))
}

// drawOrganisation is one account of a few principals and functions, some with a boundary, under a guardrail.
func drawOrganisation(t *rapid.T, tb testing.TB) *story {
	s := newStory(tb)
	teams := []string{"a", "ab", "b"}
	for i := range rapid.IntRange(2, 5).Draw(t, "principals") {
		var p *Principal
		if rapid.Bool().Draw(t, "role") {
			p = s.role(fmt.Sprint("r", i), rapid.SampledFrom([]string{service(lambda), root(account), root(other)}).Draw(t, "trust"))
		} else {
			p = s.user(fmt.Sprint("u", i))
		}
		p.Tags = map[string]string{}
		if rapid.Bool().Draw(t, "tagged") {
			p.Tags["team"] = rapid.SampledFrom(teams).Draw(t, "team")
		}
		for range rapid.IntRange(1, 2).Draw(t, "texts") {
			p.Texts = append(p.Texts, drawText(t, s))
		}
		if rapid.IntRange(0, 3).Draw(t, "bounded") == 0 {
			p.Boundary = drawText(t, s)
		}
	}
	for i := range 2 {
		s.Compute = append(s.Compute, Compute{ARN: fmt.Sprintf("arn:aws:lambda:eu-west-1:%s:function:f%d", account, i), Kind: Function, Role: s.Principals[0].ARN,
			Tags: map[string]string{"team": rapid.SampledFrom(teams).Draw(t, "function's team")}})
	}
	if rapid.Bool().Draw(t, "guarded") {
		s.Accounts[0].Services = [][]int{{s.policy(allowAll)}, {s.policy(allowAll), drawText(t, s)}}
	}
	return s
}

// drawEnvironment is what no inventory tells, and what the caller chooses.
func drawEnvironment(t *rapid.T) map[string]string {
	out := map[string]string{}
	for key, values := range map[string][]string{
		"aws:MultiFactorAuthPresent": {"true", "false"}, "aws:SourceIp": {"203.0.113.9", "198.51.100.1"}, "aws:SourceVpc": {"vpc-1", "vpc-2", "a"},
	} {
		if v := rapid.SampledFrom(append(values, "")).Draw(t, key); v != "" {
			out[key] = v
		}
	}
	return out
}

// What is sure the evaluator allows in any environment, for some choice of the caller's; what is not possible it never allows.
func TestSetsAgreeWithTheEvaluator(t *testing.T) {
	decisions, counts := 0, [3]int{}
	rapid.Check(t, func(rt *rapid.T) {
		s := drawOrganisation(rt, t)
		g := s.build()
		n := &g.nodes[rapid.IntRange(0, len(g.o.Principals)-1).Draw(rt, "who")]
		w := g.caller(&n.Principal)
		action := rapid.SampledFrom([]string{"iam:PassRole", "iam:PutRolePolicy", "iam:CreateAccessKey", "lambda:UpdateFunctionCode", "iam:UpdateAssumeRolePolicy"}).Draw(rt, "asked")
		l := g.spans[n.Account].list
		if action == "lambda:UpdateFunctionCode" {
			l = g.kinds[n.Account][Function]
		}
		more := map[string]string{}
		if action == "iam:PassRole" {
			more["iam:PassedToService"] = lambda
		}
		q := g.ask(w, g.index[action], more)
		got := q.allowed(l)
		for i, arn := range l.arns {
			answer := answerOf(got, i)
			counts[answer]++
			compare(rt, g, q, l, i, answer)
			decisions += 4
			at := q.with(l.all(i))
			at.target = true
			if one, _, _ := at.over(arn); one != answer {
				rt.Fatalf("%s on %s: %v in a set, %v alone", action, arn, answer, one)
			}
		}
	})
	t.Logf("%d decisions compared: %d sure, %d possible, %d not", decisions, counts[iam.Yes], counts[iam.Maybe], counts[iam.No])
}

// compare asks the evaluator in random environments, over the caller's choices.
func compare(t *rapid.T, g *Graph, q *question, l *list, i int, answer iam.Answer) {
	for range 2 {
		environment := drawEnvironment(t)
		if allowed, ok := agrees(q, l, i, answer, environment); !ok {
			t.Fatalf("%s by %s on %s is %v, and the evaluator says %v in %v\n%s", g.actions[q.action], q.w.as.ARN, l.arns[i], answer, allowed, environment, texts(q.w))
		}
	}
}

// agrees asks the evaluator in one environment.
func agrees(q *question, l *list, i int, answer iam.Answer, environment map[string]string) (allowed, ok bool) {
	at := q.with(l.all(i))
	at.target = true
	for c := range at.choices() {
		r := iam.Request{Action: q.g.actions[q.action], Resource: l.arns[i], Principal: q.w.as, Context: c.x.With(environment)}
		p := q.w.policies()
		p.Owner = account
		allowed = allowed || iam.Evaluate(r, p).Effect == iam.Allowed
	}
	return allowed, !(allowed && answer == iam.No || !allowed && answer == iam.Yes)
}

func texts(w *caller) (out string) {
	for _, d := range w.docs {
		out += d.text.JSON + "\n"
	}
	if w.boundary != nil {
		out += "boundary " + w.boundary.text.JSON + "\n"
	}
	for _, l := range w.levels {
		for _, d := range l {
			out += "level " + d.text.JSON + "\n"
		}
	}
	return out
}

// Every way that is shown is decided by the evaluator, call by call.
func TestNoWayIsContradicted(t *testing.T) {
	ways := 0
	rapid.Check(t, func(rt *rapid.T) {
		s := drawOrganisation(rt, t)
		s.administrator(rapid.SampledFrom([]string{service(lambda), root(account)}).Draw(rt, "trust of admin"))
		g := s.build()
		for _, sure := range []bool{true, false} {
			r := g.Search(Query{Sure: sure})
			for _, arn := range r.Principals() {
				p, ok := r.Path(arn)
				if !ok || sure && !p.Sure {
					rt.Fatalf("%s: %+v", arn, p)
				}
				for _, h := range p.Hops {
					calls, hangs, disagrees := g.Why(h)
					if disagrees || len(calls) == 0 || !h.Sure && len(hangs) == 0 {
						rt.Fatalf("%+v: calls %+v, hangs on %v, disagrees %v", h, calls, hangs, disagrees)
					}
					ways++
				}
			}
		}
	})
	t.Logf("%d hops", ways)
}

// After the cut no way is left, and on a small graph no smaller one is found by trying.
func TestTheCutLeavesNothingAndIsTheLeast(t *testing.T) {
	cuts := 0
	rapid.Check(t, func(rt *rapid.T) {
		s := drawOrganisation(rt, t)
		s.administrator(service(lambda))
		g := s.build()
		r := g.Search(Query{})
		from := r.Principals()
		cut := r.Cut(from, func(string, string) int { return 1 })
		removed := map[removable]int{}
		for _, x := range cut {
			removed[removable{g.byARN[x.Principal], g.technique(x.Technique)}] = 1
		}
		if r.open(from, removed) {
			rt.Fatalf("a way is left after %+v", cut)
		}
		if len(from) > 0 && len(cut) > 0 {
			cuts++
			if smaller := smallerCut(r, from, len(cut)-1); smaller != nil {
				rt.Fatalf("%+v, and %v is enough", cut, smaller)
			}
		}
	})
	t.Logf("%d cuts", cuts)
}

func (g *Graph) technique(id string) int {
	for i, t := range g.table {
		if t.ID == id {
			return i
		}
	}
	return -1
}

// smallerCut tries every set of at most n removals, where there are few.
func smallerCut(r *Reach, from []string, n int) map[removable]int {
	var all []removable
	seen := map[removable]bool{}
	for i := range r.g.nodes {
		if r.g.nodes[i].twin || r.level[i] <= 0 {
			continue
		}
		r.g.steps(i, false, func(s step) {
			if x := (removable{r.g.nodes[i].base, s.technique}); r.level[s.to] >= 0 && !seen[x] {
				seen[x] = true
				all = append(all, x)
			}
		})
	}
	var try func(at, left int, chosen map[removable]int) map[removable]int
	budget := 20000
	try = func(at, left int, chosen map[removable]int) map[removable]int {
		if budget--; budget < 0 {
			return nil
		}
		if !r.open(from, chosen) {
			return chosen
		}
		for i := at; i < len(all) && left > 0; i++ {
			chosen[all[i]] = 1
			if found := try(i+1, left-1, chosen); found != nil {
				return found
			}
			delete(chosen, all[i])
		}
		return nil
	}
	return try(0, n, map[removable]int{})
}
