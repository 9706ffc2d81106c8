package reach

import (
	"iter"
	"slices"
	"strings"

	"github.com/ripostehq/riposte/iam"
)

// maxChoices bounds the combinations of chosen values that are tried; beyond, what hangs on them is possible.
const maxChoices = 64

// choices are the questions that come of one by what the caller chooses: each value that a clause names, one of none of them, and
// absence, the likeliest first. One question where nothing hangs on a choice, which is the common case.
func (q *question) choices() iter.Seq[*question] {
	return func(yield func(*question) bool) {
		keys := q.freeKeys()
		values, n := make([][]string, len(keys)), 1
		for i, key := range keys {
			values[i] = q.candidates(key)
			n *= len(values[i])
		}
		if len(keys) == 0 || n > maxChoices { // beyond, they are not chosen, so not known
			yield(q)
			return
		}
		for i := range n {
			choice, rest := make(map[string]string, len(keys)), i
			for k, key := range keys {
				choice[key] = values[k][rest%len(values[k])]
				rest /= len(values[k])
			}
			if !yield(q.choose(choice)) {
				return
			}
		}
	}
}

// absent is the choice to leave a key out.
const absent = ""

func (q *question) choose(c map[string]string) *question {
	values := map[string]string{}
	for k, v := range c {
		if v != absent {
			values[k] = v
		}
	}
	n := q.with(values)
	n.choice = c
	n.known = n.knows
	return n
}

// freeKeys are the keys of the action's clauses that the caller chooses, in order.
func (q *question) freeKeys() (keys []string) {
	q.everySaid(func(s stance) {
		if !s.free {
			return
		}
		for _, c := range slices.Concat(s.allow, s.deny) {
			for _, k := range c.Keys() {
				if chosen(k) && !q.known(k) {
					keys = append(keys, k)
				}
			}
		}
	})
	slices.Sort(keys)
	return slices.Compact(keys)
}

// everySaid goes through what each of the caller's policies and limits says of the action.
func (q *question) everySaid(f func(stance)) {
	if q.trust != nil {
		f(q.trust.says[q.action])
	}
	for _, d := range q.w.docs {
		f(d.says[q.action])
	}
	if q.w.boundary != nil {
		f(q.w.boundary.says[q.action])
	}
	for _, level := range q.w.levels {
		for _, d := range level {
			f(d.says[q.action])
		}
	}
}

// candidates are the values worth trying for a key, the likeliest first.
func (q *question) candidates(key string) (out []string) {
	out = usual(key, &q.g.o.Accounts[q.w.account])
	q.everySaid(func(s stance) {
		if !s.free {
			return
		}
		for _, c := range slices.Concat(s.allow, s.deny) {
			for _, v := range c.Named(key) {
				v = strings.ReplaceAll(strings.ReplaceAll(v, "*", "riposte"), "?", "x")
				if !strings.Contains(v, "${") && useful(key, v) && !slices.Contains(out, v) {
					out = append(out, v)
				}
			}
		}
	})
	return out
}

// usual are the values that are tried whatever the policies name.
func usual(key string, a *Account) []string {
	switch key {
	case "aws:requestedregion": // there always is one
		return []string{homeRegion(a.partition())}
	case "iam:policyarn": // these give everything, or the way to it
		return []string{
			"arn:" + a.partition() + ":iam::aws:policy/AdministratorAccess", "arn:" + a.partition() + ":iam::aws:policy/IAMFullAccess",
			"arn:" + a.partition() + ":iam::" + a.ID + ":policy/riposte",
		}
	}
	return []string{absent, "riposte-other"}
}

// useful leaves out AWS's policies that give a caller little: attaching one of these gains nothing.
func useful(key, value string) bool {
	if key != "iam:policyarn" {
		return true
	}
	return accountOf(value) != "aws" || strings.HasSuffix(value, "/AdministratorAccess") || strings.HasSuffix(value, "/IAMFullAccess")
}

// over decides for one resource under the best of the caller's choices, and returns the question as it was then.
func (q *question) over(arn string) (out iam.Answer, keys []string, as *question) {
	for n := range q.choices() {
		if a, k := n.at(arn); a > out || as == nil {
			out, keys, as = a, k, n
		}
		if out == iam.Yes {
			break
		}
	}
	return out, keys, as
}
