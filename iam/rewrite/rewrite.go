// Package rewrite makes replacements for identity policies that leave actions out, and proves what they change. It knows nothing of riposte.
//
// A replacement only leaves actions out of Allow statements: Deny, Resource and Condition are copied as they are, so that nothing can be
// granted that was not. What is not known to be unused is kept.
package rewrite

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/ripostehq/riposte/iam"
)

// Use is what is known of an action's use; its zero value keeps the action.
type Use int

const (
	Unknown Use = iota
	Used
	Unused
)

func (u Use) String() string { return [...]string{"unknown", "used", "unused"}[u] }

// Result is a replacement, and what it changes.
type Result struct {
	Text string   // the document; "" where nothing is left of it
	Kept []string // actions of the catalogue that the Allow statements speak of, as before
	Left []string // those that are left out
	// Wide are the patterns, each with its element, of which something was left out: what they would have covered and neither the catalogue
	// nor any evidence names, actions that AWS has yet to invent among them, is lost with it.
	Wide []string
}

// Strip leaves out of a document what use says is Unused. It asks about each action of the catalogue that an Allow speaks of; a caller that
// wants only some left out says Unknown of the others. A pattern of which nothing goes stays as it is written, and so does a statement.
// A document that iam.Parse refuses is an error: it is a person's work.
func Strip(text string, of Catalogue, use func(action string) Use) (Result, error) {
	d, err := read(text)
	if err != nil {
		return Result{}, err
	}
	var out Result
	var kept []statement
	for i, s := range d.Statement {
		if s.Effect == "Allow" {
			s = d.strip(i, of, use, &out)
		}
		if s.Effect == "Deny" || len(s.Action)+len(s.NotAction) > 0 {
			kept = append(kept, s)
		}
	}
	out.Kept, out.Left = distinct(out.Kept), distinct(out.Left)
	if len(out.Left) == 0 {
		out.Text = text
		return out, nil
	}
	if d.Statement = kept; len(kept) == 0 {
		return out, nil
	}
	out.Text, err = d.text()
	return out, err
}

// strip is what stands in an Allow's place.
func (d document) strip(i int, of Catalogue, use func(string) Use, out *Result) statement {
	s := d.Statement[i]
	left := map[string]bool{} // in lower case
	var all []string
	for _, a := range of.actions {
		if !d.covers(i, a) {
			continue
		}
		all = append(all, a)
		if use(a) == Unused {
			left[strings.ToLower(a)] = true
			out.Left = append(out.Left, a)
		} else {
			out.Kept = append(out.Kept, a)
		}
	}
	if len(left) == 0 {
		return s
	}
	p := speller{s: s, of: of, left: left}
	s.raw = nil
	if len(s.NotAction) > 0 {
		out.Wide = append(out.Wide, "NotAction "+strings.Join(s.NotAction, " "))
		s.Action, s.NotAction = p.spell(all), nil
		return s
	}
	var actions words
	for _, pattern := range s.Action {
		var matched []string
		for _, a := range all {
			if matches(pattern, a) {
				matched = append(matched, a)
			}
		}
		if !slices.ContainsFunc(matched, p.isLeft) {
			actions = append(actions, pattern)
			continue
		}
		if strings.ContainsAny(pattern, "*?") {
			out.Wide = append(out.Wide, "Action "+pattern)
		}
		actions = append(actions, p.spell(matched)...)
	}
	s.Action = fewest(actions)
	return s
}

// distinct sorts what several statements speak of.
func distinct(actions []string) []string {
	slices.Sort(actions)
	return slices.Compact(actions)
}

// fewest leaves out what stands there twice, or what a wildcard of the list covers; order stays.
func fewest(patterns []string) (out words) {
	wild := map[string][]string{} // patterns with wildcards by service
	for _, p := range patterns {
		if strings.ContainsAny(p, "*?") {
			wild[service(p)] = append(wild[service(p)], p)
		}
	}
	seen := map[string]bool{}
	for _, p := range patterns {
		covered := slices.ContainsFunc(wild[service(p)], func(q string) bool { return contains(q, p) && !contains(p, q) })
		if !covered && !seen[strings.ToLower(p)] {
			out = append(out, p)
		}
		seen[strings.ToLower(p)] = true
	}
	return out
}

// service is what stands before the colon, in lower case.
func service(pattern string) string {
	s, _, _ := strings.Cut(strings.ToLower(pattern), ":")
	return s
}

// document is a policy as it is rewritten: what is not looked into is copied.
type document struct {
	Version   string          `json:",omitempty"`
	ID        json.RawMessage `json:"Id,omitempty"`
	Statement statements
	parsed    iam.Policy
	bodies    []string // of the statements, as they were read
}

// statement of a document.
type statement struct {
	Sid         string `json:",omitempty"`
	Effect      string
	Action      words           `json:",omitempty"`
	NotAction   words           `json:",omitempty"`
	Resource    json.RawMessage `json:",omitempty"`
	NotResource json.RawMessage `json:",omitempty"`
	Condition   json.RawMessage `json:",omitempty"`

	raw json.RawMessage // as it was read; nil once something was changed
}

// body is all but the actions: statements of one body allow or deny the same of whatever actions they name. A document without Version takes
// variables for text, so that the version belongs to it.
func (s statement) body(version string) string {
	s.Sid, s.Action, s.NotAction, s.raw = "", nil, nil, nil
	return version + encode(s)
}

// read takes a document that iam.Parse takes, which looks at names, duplicates and types.
func read(text string) (document, error) {
	var d document
	parsed, err := iam.Parse([]byte(text))
	if err != nil {
		return d, err
	}
	if err := json.Unmarshal([]byte(text), &d); err != nil {
		return d, fmt.Errorf("read policy: %w", err)
	}
	d.parsed = parsed
	for _, s := range d.Statement {
		d.bodies = append(d.bodies, s.body(d.Version))
	}
	return d, nil
}

// covers reports whether a statement speaks of an action.
func (d document) covers(i int, action string) bool {
	s := d.Statement[i]
	if len(s.NotAction) > 0 {
		return !slices.ContainsFunc(s.NotAction, func(p string) bool { return matches(p, action) })
	}
	return slices.ContainsFunc(s.Action, func(p string) bool { return matches(p, action) })
}

// text writes the document; what iam.Parse refuses is not written.
func (d document) text() (string, error) {
	text := encode(d)
	if _, err := iam.Parse([]byte(text)); err != nil {
		return "", fmt.Errorf("write policy: %w", err)
	}
	return text, nil
}
