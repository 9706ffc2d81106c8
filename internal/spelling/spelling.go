// Package spelling finds the word that was probably meant.
package spelling

import "fmt"

// longest word that is compared: what is longer is no slip of a finger, and comparing costs its length squared.
const longest = 64

// closest is the candidate nearest to a word, "" where none is near: a third of the word may differ, and always one letter.
func closest(word string, candidates []string) string {
	if len(word) > longest {
		return ""
	}
	best, nearest := "", max(1, len(word)/3)+1
	for _, c := range candidates {
		if d := distance(word, c); d < nearest && word != "" {
			best, nearest = c, d
		}
	}
	return best
}

// Hint is `; did you mean "..."?`, or nothing.
func Hint(word string, candidates []string) string {
	if c := closest(word, candidates); c != "" {
		return fmt.Sprintf("; did you mean %q?", c)
	}
	return ""
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
