package reach_test

import (
	"testing"

	"github.com/ripostehq/riposte/iam/reach"
)

// An organisation may come from a file that was written by hand: numbers of nothing are an error wherever they stand.
func TestNumbersOfNothingAreRefused(t *testing.T) {
	for name, spoil := range map[string]func(*reach.Organisation){
		"a principal's policy":     func(o *reach.Organisation) { o.Principals[0].Texts = []int{reach.None} },
		"a policy that is too far": func(o *reach.Organisation) { o.Principals[0].Texts = []int{9} },
		"a boundary":               func(o *reach.Organisation) { o.Principals[0].Boundary = -9 },
		"an account":               func(o *reach.Organisation) { o.Principals[0].Account = 3 },
		"a guardrail":              func(o *reach.Organisation) { o.Accounts[0].Services = [][]int{{7}} },
		"a group's policy":         func(o *reach.Organisation) { o.Accounts[0].Groups = []reach.Group{{ARN: "g", Texts: []int{-1}}} },
		"a version":                func(o *reach.Organisation) { o.Accounts[0].Policies = []reach.Managed{{ARN: "p", Earlier: []int{5}}} },
		"what runs": func(o *reach.Organisation) {
			o.Compute = []reach.Compute{{ARN: "f", Kind: reach.Function, Account: -1}}
		},
	} {
		o := reach.Organisation{
			Accounts:   []reach.Account{{ID: "111122223333"}},
			Texts:      []reach.Text{{Name: "all", JSON: `{"Statement":[]}`}},
			Principals: []reach.Principal{{ARN: "arn:aws:iam::111122223333:user/eve", Kind: reach.User, Boundary: reach.None, Trust: reach.None, Texts: []int{0}}},
		}
		if _, err := reach.Build(o); err != nil {
			t.Fatal(err)
		}
		spoil(&o)
		if _, err := reach.Build(o); err == nil {
			t.Errorf("%s: it is taken", name)
		}
	}
}
