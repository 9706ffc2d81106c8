package reach

import (
	"encoding/json"
	"flag"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/ripostehq/riposte/iam"
)

var (
	managedFile = flag.String("managed", "", "moto's aws_managed_policies.py, which holds the texts of AWS's managed policies; make differential sets it")
	managedSeed = flag.Uint64("seed", 1, "what combinations of them are drawn by")
)

// managedPolicies reads the JSON that moto's file holds between triple quotes.
func managedPolicies(t *testing.T) map[string]string {
	if *managedFile == "" {
		t.Skip("make differential reads AWS's managed policies out of moto")
	}
	b, err := os.ReadFile(*managedFile)
	if err != nil {
		t.Fatal(err)
	}
	_, text, _ := strings.Cut(string(b), `"""`)
	text, _, _ = strings.Cut(text, `"""`)
	var all map[string]struct{ Document json.RawMessage }
	if err := json.Unmarshal([]byte(text), &all); err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for name, p := range all {
		out[name] = string(p.Document)
	}
	if len(out) < 1000 {
		t.Fatalf("only %d policies", len(out))
	}
	return out
}

func TestManagedPoliciesParse(t *testing.T) {
	all := managedPolicies(t)
	for name, text := range all {
		if _, err := iam.Parse([]byte(text)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	t.Logf("%d policies", len(all))
}

// The property of TestSetsAgreeWithTheEvaluator, over combinations of AWS's managed policies as rights, boundary and guardrail, in environments
// of the values that they name.
func TestSetsAgreeWithTheEvaluatorOnManagedPolicies(t *testing.T) {
	all := managedPolicies(t)
	names := speaking(t, all)
	r := rand.New(rand.NewPCG(*managedSeed, 0))
	decisions, counts := 0, [3]int{}
	for decisions < 100_000 {
		s := newStory(t)
		draw := func() int { return s.policy(all[names[r.IntN(len(names))]]) }
		p := s.role("r", service(lambda))
		for range 1 + r.IntN(4) {
			p.Texts = append(p.Texts, draw())
		}
		if r.IntN(4) == 0 {
			p.Boundary = draw()
		}
		if r.IntN(4) == 0 {
			s.Accounts[0].Services = [][]int{{s.policy(allowAll)}, {draw(), draw()}}
		}
		other := s.user("u")
		other.Tags = map[string]string{"team": "a"}
		s.Compute = append(s.Compute, Compute{ARN: "arn:aws:lambda:eu-west-1:" + account + ":function:f", Kind: Function, Role: s.Principals[0].ARN})
		g := s.build()
		w := g.caller(&g.nodes[0].Principal)
		for action := range g.actions {
			if !w.mask.has(action) && r.IntN(20) > 0 { // nothing speaks of it: asked now and then
				continue
			}
			for _, l := range []*list{g.spans[0].list, g.kinds[0][Function]} {
				q := g.ask(w, action, nil)
				got := q.allowed(l)
				for i := range l.arns {
					answer := answerOf(got, i)
					counts[answer]++
					environment := environmentOf(r, q)
					if allowed, ok := agrees(q, l, i, answer, environment); !ok {
						t.Fatalf("%s on %s is %v, and the evaluator says %v in %v\n%s", g.actions[action], l.arns[i], answer, allowed, environment, texts(w))
					}
					decisions++
				}
			}
		}
	}
	t.Logf("%d decisions: %d sure, %d possible, %d not", decisions, counts[iam.Yes], counts[iam.Maybe], counts[iam.No])
}

// speaking are those that speak of an action of the table, by name; most others are asked in vain.
func speaking(t *testing.T, all map[string]string) (out []string) {
	for _, name := range slices.Sorted(maps.Keys(all)) {
		p, err := iam.Parse([]byte(all[name]))
		if err != nil {
			t.Fatal(err)
		}
		if slices.ContainsFunc(Actions(), func(a string) bool { allow, deny := p.Clauses(a); return len(allow)+len(deny) > 0 }) {
			out = append(out, name)
		}
	}
	return out
}

func answerOf(p pair, i int) iam.Answer {
	switch {
	case p.sure.has(i):
		return iam.Yes
	case p.may.has(i):
		return iam.Maybe
	}
	return iam.No
}

// environmentOf gives the keys whose values are unknown a value that some clause names, another one, or none.
func environmentOf(r *rand.Rand, q *question) map[string]string {
	out := map[string]string{}
	q.everySaid(func(s stance) {
		for _, c := range slices.Concat(s.allow, s.deny) {
			for _, key := range c.Keys() {
				named := c.Named(key)
				if q.known(key) || chosen(key) || ofTarget(key) || len(named) == 0 {
					continue
				}
				switch r.IntN(3) {
				case 0:
					out[key] = strings.NewReplacer("*", "x", "?", "x").Replace(named[r.IntN(len(named))])
				case 1:
					out[key] = "riposte-other"
				}
			}
		}
	})
	return out
}
