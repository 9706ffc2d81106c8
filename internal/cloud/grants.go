package cloud

import (
	"maps"
	"slices"
	"strings"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/iam"
)

// grants are calls, and the ARN patterns of what they may concern.
type grants map[call.ID][]string

func grantsFor(a action.Action) grants {
	g := grants{}
	for _, id := range a.About().Kind.Writes {
		if on := concerned(id, a); len(on) > 0 {
			g[id] = on
		}
	}
	return g
}

func (g grants) and(more grants) grants {
	all := maps.Clone(g)
	for id, on := range more {
		both := slices.Sorted(slices.Values(slices.Concat(all[id], on)))
		all[id] = slices.Compact(both)
	}
	return all
}

func (g grants) cover(less grants) bool {
	for id, on := range less {
		if slices.ContainsFunc(on, func(arn string) bool { return !slices.Contains(g[id], arn) }) {
			return false
		}
	}
	return len(less) > 0
}

// crowd is how many resources of one type are named before their type stands for them.
const crowd = 8

// wide names types where g names too many resources: no attacker shall escape isolation by having more network interfaces than
// a session policy holds.
func (g grants) wide() grants {
	all := grants{}
	for id, on := range g {
		members := map[string][]string{}
		for _, arn := range on {
			kind := arn[:strings.LastIndexByte(arn, '/')+1]
			members[kind] = append(members[kind], arn)
		}
		for kind, arns := range members {
			if len(arns) > crowd {
				arns = []string{kind + "*"}
			}
			all[id] = append(all[id], arns...)
		}
		slices.Sort(all[id])
	}
	return all
}

// size returns how long the text is at most: with a statement for each call.
func (g grants) size() int {
	n := len(`{"Version":"2012-10-17","Statement":[]}`)
	for id, on := range g {
		n += len(`{"Effect":"Allow","Action":[""],"Resource":[]},`) + len(id)
		for _, arn := range on {
			n += len(`"",`) + len(arn)
		}
	}
	return n
}

// text returns the policy, one statement for all calls that concern the same; "" where nothing is granted.
func (g grants) text() string {
	var d iam.Document
	at := map[string]int{}
	for _, id := range slices.Sorted(maps.Keys(g)) {
		k := strings.Join(g[id], " ")
		i, ok := at[k]
		if !ok {
			i = len(d.Statement)
			at[k] = i
			d.Statement = append(d.Statement, iam.Statement{Effect: "Allow", Resource: g[id]})
		}
		d.Statement[i].Action = append(d.Statement[i].Action, string(id))
	}
	text, err := d.JSON()
	if len(g) == 0 || err != nil {
		return ""
	}
	return string(text)
}
