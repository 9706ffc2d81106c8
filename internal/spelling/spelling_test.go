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
		{"a value and more", "acton", "act", modes},
		{"the beginning", "dynamo", "dynamodb", []string{"sqlite", "dynamodb"}},
		{"an id without its theme", "unapproved-image", "launch.unapproved-image", []string{"launch.unapproved-template", "launch.unapproved-image"}},
		{"an id without its theme, misspelt", "unaproved-image", "launch.unapproved-image", []string{"network.open-port", "launch.unapproved-image"}},
		{"in capitals", "DynamoDB", "dynamodb", []string{"sqlite", "dynamodb"}},
		{"a key's last word", "url", "queue_url", []string{"queue_url", "region"}},
		{"a key's first word", "queue", "queue_url", []string{"bucket", "prefix", "region", "queue_url"}},
		{"a word of two keys", "hour", "", []string{"incidents_per_hour", "destroy_per_hour"}},
		{"two letters begin anything", "re", "", []string{"regions", "roles"}},
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

func TestAmong(t *testing.T) {
	var many []string
	for i := range 24 {
		many = append(many, string(rune('a'+i)))
	}
	for _, c := range []struct {
		word  string
		among []string
		want  string
	}{
		{"mdoe", []string{"mode", "params"}, `; did you mean "mode"?`},
		{"slack", []string{"mode", "params"}, "; there are mode, params"},
		{"slack", many, "; there are a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t and 4 more"},
		{"slack", nil, ""},
	} {
		if got := Among(c.word, c.among); got != c.want {
			t.Errorf("%s among %v: got %q, want %q", c.word, c.among, got, c.want)
		}
	}
}
