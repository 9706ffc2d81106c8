package reach

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// copied is an organisation that shares nothing with the one it was made of.
func copied(t testing.TB, o Organisation) (out Organisation) {
	t.Helper()
	b, err := json.Marshal(o)
	if err == nil {
		err = json.Unmarshal(b, &out)
	}
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// drawChange makes one random change, and names it.
func drawChange(t *rapid.T, s *story) string {
	p := &s.Principals[rapid.IntRange(0, len(s.Principals)-1).Draw(t, "whose")]
	changes := map[string]func(){
		"texts":       func() { p.Texts = []int{drawText(t, s), drawText(t, s)} },
		"no texts":    func() { p.Texts = nil },
		"boundary":    func() { p.Boundary = drawText(t, s) },
		"no boundary": func() { p.Boundary = None },
		"tags":        func() { p.Tags = map[string]string{"team": rapid.SampledFrom([]string{"a", "b"}).Draw(t, "team")} },
		"attached": func() {
			p.Managed, p.Texts = []string{s.Accounts[0].Policies[0].ARN}, []int{s.Accounts[0].Policies[0].Text}
		},
		"detached":       func() { p.Managed = nil },
		"profile":        func() { p.Profile = !p.Profile },
		"guardrail":      func() { s.Accounts[0].Services = [][]int{{s.policy(allowAll)}, {s.policy(allowAll), drawText(t, s)}} },
		"no guardrail":   func() { s.Accounts[0].Services = nil },
		"listed":         func() { s.Accounts[0].Listed[string(Function)] = !s.Accounts[0].Listed[string(Function)] },
		"group's text":   func() { s.Accounts[0].Groups[0].Texts = []int{drawText(t, s)} },
		"version":        func() { s.Accounts[0].Policies[0].Earlier = []int{drawText(t, s)} },
		"function":       func() { s.Compute[0].Role = p.ARN },
		"fewer function": func() { s.Compute = s.Compute[:1] },
		"another":        func() { s.role(fmt.Sprint("new", len(s.Texts)), service(lambda)).Texts = []int{drawText(t, s)} },
		"gone":           func() { s.Principals = s.Principals[:len(s.Principals)-1] },
		"nothing":        func() {},
	}
	if p.Kind == Role {
		changes["trust"] = func() {
			p.Trust = s.Text(Text{Name: "trust", Trust: true, JSON: rapid.SampledFrom([]string{service(lambda), service(ec2), root(account), root(other),
				trusting(`{"AWS":"` + s.Principals[0].ARN + `"}`), trusting(`{"AWS":"*"}`, `{"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::*:user/*"}}`)}).Draw(t, "trust")})
		}
	} else {
		changes["joined"] = func() {
			p.Groups, p.Texts = []string{s.Accounts[0].Groups[0].ARN}, slices.Clone(s.Accounts[0].Groups[0].Texts)
		}
	}
	if len(s.Principals) < 2 {
		delete(changes, "gone")
	}
	var names []string
	for name := range changes {
		names = append(names, name)
	}
	slices.Sort(names)
	name := rapid.SampledFrom(names).Draw(t, "change")
	changes[name]()
	return name
}

// told is all that a graph says.
func told(g *Graph) map[string]any {
	out := map[string]any{"size": g.Size(), "unread": g.Unread(), "outside": g.Outsiders(), "compute": g.ComputeRoles()}
	for _, to := range append(g.Everybody(), "") {
		for _, sure := range []bool{true, false} {
			r := g.Search(Query{To: to, Sure: sure})
			levels := map[string]int{}
			for _, arn := range g.Everybody() {
				levels[arn] = r.Level(arn)
			}
			out[fmt.Sprint("to ", to, " sure ", sure)] = levels
		}
	}
	return out
}

// What is updated equals what is built anew, change after change; and what it was made of still says what it said.
func TestUpdatedEqualsBuiltAnew(t *testing.T) {
	quick, all := 0, 0
	rapid.Check(t, func(rt *rapid.T) {
		s := drawOrganisation(rt, t)
		s.administrator(service(lambda))
		s.Accounts[0].Groups = []Group{{ARN: "arn:aws:iam::" + account + ":group/g", Texts: []int{drawText(rt, s)}}}
		s.Accounts[0].Policies = []Managed{{ARN: "arn:aws:iam::" + account + ":policy/p", Text: drawText(rt, s)}}
		s.Organisation = copied(t, s.Organisation)
		g := s.build()
		var history []string
		for range rapid.IntRange(1, 5).Draw(rt, "changes") {
			before := told(g)
			s.Organisation = copied(t, s.Organisation)
			history = append(history, drawChange(rt, s))
			if rapid.Bool().Draw(rt, "numbered anew") {
				renumbered(s)
			}
			next, err := g.Updated(s.Organisation)
			if err != nil {
				rt.Fatal(err)
			}
			all++
			if next.everybody == g.everybody {
				quick++
			}
			if d := cmp.Diff(told(s.build()), told(next)); d != "" {
				rt.Fatalf("after %v: built, and updated:\n%s", history, d)
			}
			if d := cmp.Diff(before, told(g)); d != "" {
				rt.Fatalf("after %v: the graph that was:\n%s", history, d)
			}
			g = next
		}
	})
	if quick == 0 || quick == all {
		t.Errorf("%d of %d changes were of policies alone", quick, all)
	}
	t.Logf("%d changes, %d of policies alone", all, quick)
}

// renumbered turns the order of an organisation's texts round, as one that was collected anew may have it.
func renumbered(s *story) {
	texts := slices.Clone(s.Texts)
	slices.Reverse(texts)
	g := Graph{o: s.Organisation}
	place := make([]int, len(texts))
	for i := range place {
		place[i] = len(place) - 1 - i
	}
	g.renumber(place)
	s.Organisation = g.o
	s.Texts, s.known = texts, nil
}

// An account that did not change is not worked out again where another one does.
func TestAnotherAccountIsNotWorkedOutAgain(t *testing.T) {
	o, _ := synthetic{accounts: 4, principals: 120, compute: 80, chains: 9, seed: 1}.generate()
	g, err := Build(o)
	if err != nil {
		t.Fatal(err)
	}
	o = copied(t, o)
	o.Principals[0].Tags = map[string]string{"team": "other"}
	changed := o.Principals[0].Account
	next, err := g.Updated(o)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range next.classes {
		if like := next.alike[c.like]; c.account != changed && like.of == next {
			t.Errorf("account %d was worked out again", c.account)
		}
	}
	built, err := Build(o)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(built.Size(), next.Size()); d != "" {
		t.Error(d)
	}
}

func TestAnUpdateToNoOrganisationIsRefused(t *testing.T) {
	s := newStory(t)
	s.user("start")
	g := s.build()
	s.Organisation = copied(t, s.Organisation)
	s.Principals[0].Texts = []int{99}
	if _, err := g.Updated(s.Organisation); err == nil {
		t.Error("a principal has a policy that is not there, and no error")
	}
}
