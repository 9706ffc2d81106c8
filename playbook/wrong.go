package playbook

import (
	"fmt"
	"slices"
	"strings"
)

// Wrong is one parameter that can't be meant, with the way to it below params: keys and indexes.
type Wrong struct {
	Path  []any
	Text  string   // what is wrong, and what to write instead
	Value string   // the word that is wrong, where it was probably meant to be a known one
	Known []string // those that are known
}

func (w Wrong) Error() string {
	var at strings.Builder
	for _, step := range w.Path {
		switch step := step.(type) {
		case int:
			fmt.Fprintf(&at, "[%d]", step)
		default:
			if at.Len() > 0 {
				at.WriteByte('.')
			}
			fmt.Fprint(&at, step)
		}
	}
	if at.Len() == 0 {
		return w.Text
	}
	return at.String() + ": " + w.Text
}

// Wrongs returns an error of Bind part by part: what is about one parameter has its path, what is about the whole has none.
func Wrongs(err error) (out []Wrong) {
	switch err := err.(type) {
	case Wrong:
		return []Wrong{err}
	case interface{ Unwrap() []error }:
		for _, part := range err.Unwrap() {
			out = append(out, Wrongs(part)...)
		}
		return out
	case interface{ Unwrap() error }:
		out = Wrongs(err.Unwrap())
		if slices.ContainsFunc(out, func(w Wrong) bool { return len(w.Path) > 0 }) {
			return out
		}
	}
	return []Wrong{{Text: err.Error()}}
}
