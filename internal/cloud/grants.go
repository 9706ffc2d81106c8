package cloud

import (
	"maps"
	"slices"
	"strings"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/iam"
)

// grants are calls (IAM actions), and the ARN patterns of what they may concern.
type grants map[string][]string

func grantsFor(a action.Action) grants {
	g := grants{}
	for _, call := range a.Kind().Writes {
		if on := concerned(call, a); len(on) > 0 {
			g[call] = on
		}
	}
	return g
}

func (g grants) and(more grants) grants {
	all := maps.Clone(g)
	for call, on := range more {
		both := slices.Sorted(slices.Values(slices.Concat(all[call], on)))
		all[call] = slices.Compact(both)
	}
	return all
}

func (g grants) cover(less grants) bool {
	for call, on := range less {
		if slices.ContainsFunc(on, func(arn string) bool { return !slices.Contains(g[call], arn) }) {
			return false
		}
	}
	return len(less) > 0
}

// crowd is how many resources of one type are named before their type stands for them.
const crowd = 8

// wide names types where g names too many resources: nobody shall escape isolation by having more network interfaces than
// a session policy holds.
func (g grants) wide() grants {
	all := grants{}
	for call, on := range g {
		members := map[string][]string{}
		for _, arn := range on {
			kind := arn[:strings.LastIndexByte(arn, '/')+1]
			members[kind] = append(members[kind], arn)
		}
		for kind, arns := range members {
			if len(arns) > crowd {
				arns = []string{kind + "*"}
			}
			all[call] = append(all[call], arns...)
		}
		slices.Sort(all[call])
	}
	return all
}

// size is how long the text is at most: with a statement for each call.
func (g grants) size() int {
	n := len(`{"Version":"2012-10-17","Statement":[]}`)
	for call, on := range g {
		n += len(`{"Effect":"Allow","Action":[""],"Resource":[]},`) + len(call)
		for _, arn := range on {
			n += len(`"",`) + len(arn)
		}
	}
	return n
}

// text is the policy, one statement for all calls that concern the same; "" where nothing is granted.
func (g grants) text() string {
	var d iam.Document
	at := map[string]int{}
	for _, call := range slices.Sorted(maps.Keys(g)) {
		k := strings.Join(g[call], " ")
		i, ok := at[k]
		if !ok {
			i = len(d.Statement)
			at[k] = i
			d.Statement = append(d.Statement, iam.Statement{Effect: "Allow", Resource: g[call]})
		}
		d.Statement[i].Action = append(d.Statement[i].Action, call)
	}
	text, err := d.JSON()
	if len(g) == 0 || err != nil {
		return ""
	}
	return string(text)
}
