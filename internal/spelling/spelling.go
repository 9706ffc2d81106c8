// Package spelling finds the word that was probably meant.
package spelling

import (
	"fmt"
	"strings"
)

// longest word that is compared: what is longer is no slip of a finger, and comparing costs its length squared.
const longest = 64

// most words that are listed where none is near: no more than the keys that a configuration begins with.
const most = 20

// Hint is `; did you mean "..."?`, or nothing.
func Hint(word string, candidates []string) string {
	if c := closest(word, candidates); c != "" {
		return fmt.Sprintf("; did you mean %q?", c)
	}
	return ""
}

// Among is the hint, or, where nothing is near, what there is to choose from.
func Among(word string, candidates []string) string {
	hint := Hint(word, candidates)
	switch {
	case hint != "" || len(candidates) == 0:
		return hint
	case len(candidates) > most:
		return fmt.Sprintf("; there are %s and %d more", strings.Join(candidates[:most], ", "), len(candidates)-most)
	}
	return "; there are " + strings.Join(candidates, ", ")
}

// closest is the candidate nearest to a word, "" where none is near: a third of the word may differ, and always one letter;
// else the only one that the word is a part of, or goes on from: url for queue_url, acton for act. Case does not count.
func closest(word string, candidates []string) string {
	if len(word) > longest || word == "" {
		return ""
	}
	best, nearest := "", max(1, len(word)/3)+1
	word = strings.ToLower(word)
	for _, c := range candidates {
		if d := distance(word, strings.ToLower(c)); d < nearest {
			best, nearest = c, d
		}
	}
	if best != "" {
		return best
	}
	for _, c := range candidates {
		switch {
		case !partly(word, c):
		case best != "":
			return "" // it may be either
		default:
			best = c
		}
	}
	return best
}

// partly reports whether a word is one of a candidate's parts, or near to its last, or one begins with the other.
func partly(word, candidate string) bool {
	const telling = 3 // letters: fewer begin anything
	if len(word) < telling || len(candidate) < telling {
		return false
	}
	if strings.HasPrefix(word, candidate) || strings.HasPrefix(candidate, word) {
		return true
	}
	parts := strings.FieldsFunc(candidate, func(r rune) bool { return r == '.' || r == '_' })
	for i, p := range parts {
		if p == word || i > 0 && i == len(parts)-1 && distance(word, p) <= len(word)/6 {
			return true
		}
	}
	return false
}

// distance is how many bytes must be put in, left out or changed, or change places with their neighbour (optimal string
// alignment).
func distance(a, b string) int {
	d := make([][]int, len(a)+1)
	for i := range d {
		d[i] = make([]int, len(b)+1)
		d[i][0] = i
	}
	for j := range d[0] {
		d[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			same := 1
			if a[i-1] == b[j-1] {
				same = 0
			}
			d[i][j] = min(d[i-1][j]+1, d[i][j-1]+1, d[i-1][j-1]+same)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				d[i][j] = min(d[i][j], d[i-2][j-2]+1)
			}
		}
	}
	return d[len(a)][len(b)]
}
