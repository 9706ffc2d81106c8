package reach

import (
	"fmt"
	"slices"
	"strings"
)

// list is the resources of one account and kind, or all principals, that actions are asked about together.
type list struct {
	arns  []string
	tags  []map[string]string
	limit []string // of principals, the boundary's ARN; nil for compute
	roles []int    // of compute, the role's place in its account, -1 where it is in none
	exact map[string]int
	order []int // by ARN
	parts map[string][]part
}

// part is the targets that have the same values of some keys: a condition on these is decided once for all of them.
type part struct {
	values map[string]string
	in     bits
}

func (l *list) add(arn string, tags map[string]string) {
	l.arns = append(l.arns, arn)
	l.tags = append(l.tags, tags)
}

func (l *list) close() {
	l.exact, l.parts = make(map[string]int, len(l.arns)), map[string][]part{}
	for i, arn := range l.arns {
		l.exact[arn] = i
		l.order = append(l.order, i)
	}
	slices.SortFunc(l.order, func(a, b int) int { return strings.Compare(l.arns[a], l.arns[b]) })
}

// prefixed calls f for all that begin with a text.
func (l *list) prefixed(prefix string, f func(int)) {
	i, _ := slices.BinarySearchFunc(l.order, prefix, func(n int, p string) int { return strings.Compare(l.arns[n], p) })
	for ; i < len(l.order) && strings.HasPrefix(l.arns[l.order[i]], prefix); i++ {
		f(l.order[i])
	}
}

// split sorts the targets by their values of keys.
func (l *list) split(keys []string) []part {
	name := strings.Join(keys, "\x00")
	if p, ok := l.parts[name]; ok {
		return p
	}
	var out []part
	index := map[string]int{}
	for i := range l.arns {
		values := l.values(i, keys)
		id := fmt.Sprintf("%q", values)
		n, ok := index[id]
		if !ok {
			n = len(out)
			index[id] = n
			out = append(out, part{values, newBits(len(l.arns))})
		}
		out[n].in.set(i)
	}
	l.parts[name] = out
	return out
}

// values are what a target has of some keys; what it lacks is absent.
func (l *list) values(i int, keys []string) map[string]string {
	out := map[string]string{}
	for _, key := range keys {
		switch {
		case key == "aws:resourceaccount":
			out[key] = accountOf(l.arns[i])
		case key == "aws:requestedregion":
			out[key] = regionOf(l.arns[i])
		case key == "iam:permissionsboundary":
			if l.limit != nil && l.limit[i] != "" {
				out[key] = l.limit[i]
			}
		default:
			_, tag, _ := strings.Cut(key, "/")
			for k, v := range l.tags[i] {
				if strings.EqualFold(k, tag) {
					out[key] = v
				}
			}
		}
	}
	return out
}

// all are the keys that a target decides, with its values: its tags under each name that a service has for them.
func (l *list) all(i int) map[string]string {
	out := l.values(i, []string{"aws:resourceaccount", "iam:permissionsboundary"})
	if regionOf(l.arns[i]) != "" {
		out["aws:requestedregion"] = regionOf(l.arns[i])
	}
	service := strings.SplitN(l.arns[i], ":", 4)[2]
	for k, v := range l.tags[i] {
		out["aws:ResourceTag/"+k], out[service+":ResourceTag/"+k], out["ssm:resourceTag/"+k] = v, v, v
	}
	return out
}

func accountOf(arn string) string { return component(arn, 4) }
func regionOf(arn string) string  { return component(arn, 3) }

func component(arn string, n int) string {
	p := strings.SplitN(arn, ":", 6)
	if len(p) < 6 {
		return ""
	}
	return p[n]
}
