package spelling

import "testing"

func TestClosest(t *testing.T) {
	modes := []string{"observe", "ask", "act"}
	for _, c := range []struct {
		name, word, want string
		among            []string
	}{
		{"two letters changed places", "mdoe", "mode", []string{"name", "mode"}},
		{"one missing", "obsrve", "observe", modes},
		{"one letter of three", "akt", "act", modes},
		{"two letters of three changed places", "atc", "act", modes},
		{"the same word", "act", "act", modes},
		{"nothing near", "terminate", "", modes},
		{"an empty word", "", "", modes},
		{"no candidates", "act", "", nil},
		{"a long id", "launch.unaproved-image", "launch.unapproved-image", []string{"launch.unapproved-template", "launch.unapproved-image"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := closest(c.word, c.among); got != c.want {
				t.Errorf("closest(%q) = %q, want %q", c.word, got, c.want)
			}
		})
	}
}

func TestHint(t *testing.T) {
	if got, want := Hint("mdoe", []string{"mode"}), `; did you mean "mode"?`; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := Hint("zzz", []string{"mode"}); got != "" {
		t.Errorf("got %q for a word that is near to nothing", got)
	}
}
