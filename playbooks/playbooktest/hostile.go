package playbooktest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/middleware"
	"github.com/google/go-cmp/cmp"

	"github.com/ripostehq/riposte/action/actiontest"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/playbook"
)

// The parts of a record that a caller has a say in.
const request, answer = "requestParameters", "responseElements"

// hostile tells that a record means the same however it is written, and that no value in it, of whatever type and length,
// makes the playbook fail.
func (s Story) hostile(t *testing.T, d playbook.Definition, book playbook.Playbook, original []playbook.StoredSuspect) {
	t.Helper()
	for how, record := range map[string]string{"escaped": escaped(s.Record), "every key twice": twice(s.Record)} {
		s.Record = record
		if leads, _ := s.leads(t, d); cmp.Diff(original, leads) != "" {
			t.Errorf("%s, it is another finding: %s", how, cmp.Diff(original, leads))
		}
	}
	c, now := s.AWS(t)
	in := looking(playbook.In{AWS: c.Reads(), Now: now, Organization: s.organization(), History: s.history(t, book), Names: s.Names(t, book)})
	for how, record := range mistyped(s.Record) {
		e, err := event.Decode([]byte(record))
		if err != nil {
			continue
		}
		leads, err := book.Suspects(e)
		if err != nil {
			t.Errorf("%s: %v", how, err)
		}
		for _, l := range leads {
			if l.Resource.ID == "" || l.Title == "" {
				t.Errorf("%s: a suspect without id or title: %+v", how, l)
			}
			if _, err := book.Preview(l); err != nil {
				t.Errorf("%s: preview: %v", how, err)
			}
			if _, err := book.Check(t.Context(), in, "c_1", l); err != nil {
				continue // nothing is known of what is nonsense
			}
		}
	}
}

// escaped writes every letter of every string as its number.
func escaped(record string) string {
	var b strings.Builder
	inside, skip := false, false
	for _, c := range record {
		switch {
		case skip:
			skip = false
		case c == '\\':
			skip = true
		case c == '"':
			inside = !inside
		case inside:
			fmt.Fprintf(&b, `\u%04x`, c)
			continue
		}
		b.WriteRune(c)
	}
	return b.String()
}

// twice writes every key of the question and of the answer a second time, to the same effect. A record that has the keys of
// its envelope twice is none.
func twice(record string) string {
	m, _ := parsed([]byte(record)).(map[string]any)
	for _, part := range []string{request, answer} {
		if v, ok := m[part]; ok {
			m[part] = json.RawMessage(doubled(v))
		}
	}
	return string(text(m))
}

func doubled(v any) string {
	m, ok := v.(map[string]any)
	if !ok {
		return string(text(v))
	}
	var all []string
	for _, key := range slices.Sorted(maps.Keys(m)) {
		one := string(text(key)) + ":" + doubled(m[key])
		all = append(all, one, one)
	}
	return "{" + strings.Join(all, ",") + "}"
}

// mistyped are copies of a record in which one value of the question or the answer is another, by what it is.
func mistyped(record string) map[string]string {
	out := map[string]string{}
	root, _ := parsed([]byte(record)).(map[string]any)
	var deep any
	for range 500 {
		deep = map[string]any{"items": []any{deep}, "value": deep == nil}
	}
	others := map[string]any{
		"null": nil, "a number": json.Number("7"), "no": false, "a word": "x", "an empty text": "", "a list": []any{[]any{}, nil, "x"}, "an object": map[string]any{"items": "x", "value": map[string]any{}},
		"a long text": strings.Repeat("*?\u0000\u202e", 20_000), "deep": deep,
	}
	for _, part := range []string{request, answer} {
		walk(root[part], part, func(path string, set func(any)) {
			for name, other := range others {
				set(other)
				out[path+": "+name] = string(text(root))
			}
		}, func(v any) { root[part] = v })
	}
	return out
}

// walk visits a value and all in it: visit gets what sets the value, which is put back afterwards.
func walk(v any, path string, visit func(path string, set func(any)), set func(any)) {
	visit(path, set)
	set(v)
	switch v := v.(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			walk(v[key], path+"."+key, visit, func(x any) { v[key] = x })
		}
	case []any:
		for i := range v {
			walk(v[i], fmt.Sprintf("%s[%d]", path, i), visit, func(x any) { v[i] = x })
		}
	}
}

func parsed(b []byte) (v any) {
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	if d.Decode(&v) != nil {
		return nil
	}
	return v
}

func text(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		return []byte("null")
	}
	return b
}

// patched writes keys over a record's own, at the top.
func patched(record, keys string) string {
	m, _ := parsed([]byte(record)).(map[string]any)
	more, _ := parsed([]byte(keys)).(map[string]any)
	maps.Copy(m, more)
	return string(text(m))
}

// denying refuses every call.
func denying(open func(event.Place) aws.Config) *actiontest.AWS {
	refuse := middleware.InitializeMiddlewareFunc("denying", func(context.Context, middleware.InitializeInput, middleware.InitializeHandler) (out middleware.InitializeOutput, md middleware.Metadata, _ error) {
		return out, md, &smithy.GenericAPIError{Code: "AccessDenied", Message: "not for riposte"}
	})
	return actiontest.On(func(p event.Place) aws.Config {
		c := open(p)
		c.APIOptions = append(slices.Clone(c.APIOptions), func(s *middleware.Stack) error { return s.Initialize.Add(refuse, middleware.Before) })
		return c
	})
}
