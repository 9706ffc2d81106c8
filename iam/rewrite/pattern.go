package rewrite

import "strings"

// matches reports whether an action pattern of a policy matches an action; case does not count.
func matches(pattern, action string) bool {
	return glob(strings.ToLower(pattern), strings.ToLower(action), false)
}

// contains reports that all that q matches, p matches, actions of the future included. It says no where it is not sure.
func contains(p, q string) bool { return glob(strings.ToLower(p), strings.ToLower(q), true) }

// glob matches a text. Where the text is a pattern itself, its "*" is matched by a "*" alone, and its "?" by "*" or "?".
func glob(p, s string, isPattern bool) bool {
	star, mark, i, j := -1, 0, 0, 0
	for j < len(s) {
		switch {
		case i < len(p) && p[i] == '*':
			star, mark = i, j
			i++
		case i < len(p) && (p[i] == s[j] || p[i] == '?' && !(isPattern && s[j] == '*')):
			i++
			j++
		case star >= 0:
			mark++
			i, j = star+1, mark
		default:
			return false
		}
	}
	for i < len(p) && p[i] == '*' {
		i++
	}
	return i == len(p)
}

// meet reports whether two patterns may match one action.
func meet(p, q string) bool {
	p, q = strings.ToLower(p), strings.ToLower(q)
	next := make([]bool, len(q)+1) // whether the rests of p behind the present byte, and of q from j on, meet
	for i := len(p); i >= 0; i-- {
		row := make([]bool, len(q)+1)
		for j := len(q); j >= 0; j-- {
			switch {
			case i == len(p) && j == len(q):
				row[j] = true
			case i < len(p) && p[i] == '*':
				row[j] = next[j] || j < len(q) && row[j+1]
			case j < len(q) && q[j] == '*':
				row[j] = row[j+1] || i < len(p) && next[j]
			case i < len(p) && j < len(q):
				row[j] = (p[i] == q[j] || p[i] == '?' || q[j] == '?') && next[j+1]
			}
		}
		next = row
	}
	return next[0]
}
