// Package spelling finds the word that was probably meant.
package spelling

import "fmt"

// Closest is the candidate nearest to a word, "" where none is near: at most a third of the word may differ.
func Closest(word string, candidates []string) string {
	best, nearest := "", len(word)/3+1
	for _, c := range candidates {
		if d := distance(word, c); d < nearest || d == nearest && best == "" && nearest > 0 {
			best, nearest = c, d
		}
	}
	return best
}

// Hint is `; did you mean "..."?`, or nothing.
func Hint(word string, candidates []string) string {
	if c := Closest(word, candidates); c != "" {
		return fmt.Sprintf("; did you mean %q?", c)
	}
	return ""
}

// distance is how many bytes must be put in, left out or changed (Levenshtein).
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost = min(diagonal, row[j], row[j+1]) + 1
			}
			diagonal, row[j+1] = row[j+1], cost
		}
	}
	return row[len(b)]
}
