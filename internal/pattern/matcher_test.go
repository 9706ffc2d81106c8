package pattern_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

// matches decides as EventBridge does about a pattern of exact values and of the operators that riposte uses: every key of the
// pattern must be there, with one of the values. https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns.html
func matches(t *testing.T, pattern, event []byte) bool {
	t.Helper()
	var p, e any
	for text, v := range map[string]*any{string(pattern): &p, string(event): &e} {
		if err := json.Unmarshal([]byte(text), v); err != nil {
			t.Fatalf("%v: %s", err, text)
		}
	}
	return matched(t, p, e)
}

func matched(t *testing.T, pattern, event any) bool {
	t.Helper()
	switch p := pattern.(type) {
	case map[string]any:
		e, ok := event.(map[string]any)
		for key, want := range p {
			if !ok || !matched(t, want, e[key]) {
				return false
			}
		}
		return true
	case []any:
		return slices.ContainsFunc(p, func(want any) bool {
			if o, ok := want.(map[string]any); ok {
				return operated(t, o, event)
			}
			return want == event
		})
	}
	t.Fatalf("%v is no part of a pattern", pattern)
	return false
}

// operated decides about one operator.
func operated(t *testing.T, o map[string]any, event any) bool {
	t.Helper()
	text, isText := event.(string)
	for name, with := range o {
		switch name {
		case "exists":
			return with == (event != nil)
		case "prefix":
			return isText && strings.HasPrefix(text, with.(string))
		case "wildcard":
			return isText && wild(with.(string), text)
		case "anything-but":
			return isText && !slices.Contains(with.([]any), event)
		}
	}
	t.Fatalf("%v is no operator", o)
	return false
}

// wild reports whether a text fits a wildcard, in which a star stands for any text.
func wild(pattern, text string) bool {
	parts := strings.Split(pattern, "*")
	text, ok := strings.CutPrefix(text, parts[0])
	for _, part := range parts[1:max(1, len(parts)-1)] {
		_, after, found := strings.Cut(text, part)
		text, ok = after, ok && found
	}
	last := parts[len(parts)-1]
	return ok && (len(parts) > 1 && strings.HasSuffix(text, last) || text == "" && len(parts) == 1)
}

func TestMatches(t *testing.T) {
	const pattern = `{"source":["aws.ec2"],"detail":{"eventName":["RunInstances","StopInstances"]}}`
	for _, c := range []struct {
		name, event string
		want        bool
	}{
		{"one of the names", `{"source":"aws.ec2","detail":{"eventName":"StopInstances","more":1},"id":"x"}`, true},
		{"another name", `{"source":"aws.ec2","detail":{"eventName":"StartInstances"}}`, false},
		{"another case is another name", `{"source":"aws.ec2","detail":{"eventName":"stopInstances"}}`, false},
		{"a part is missing", `{"source":"aws.ec2"}`, false},
		{"another source", `{"source":"ec2","detail":{"eventName":"StopInstances"}}`, false},
	} {
		if got := matches(t, []byte(pattern), []byte(c.event)); got != c.want {
			t.Errorf("%s: got %v, want %v", c.name, got, c.want)
		}
	}
}
