package strict

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

type colour string

func (colour) Enum() []string { return []string{"red", "green"} }

type even int

func (e *even) UnmarshalText(b []byte) error {
	if len(b)%2 != 0 {
		return errors.New("want an even number of characters")
	}
	*e = even(len(b))
	return nil
}

type inner struct {
	ID   string        `yaml:"id"`
	Wait time.Duration `yaml:"wait"`
}

type outer struct {
	Name   string           `yaml:"name"`
	Count  int              `yaml:"count"`
	Share  float64          `yaml:"share"`
	On     bool             `yaml:"on"`
	Colour colour           `yaml:"colour"`
	Even   even             `yaml:"even"`
	List   []inner          `yaml:"list"`
	Table  map[string]inner `yaml:"table"`
	One    *inner           `yaml:"one"`
	Later  Node             `yaml:"later"`
}

func read(t *testing.T, text string) (outer, error) {
	t.Helper()
	d, err := Parse("a.yaml", []byte(text))
	if err != nil {
		return outer{}, err
	}
	v := outer{Name: "default"}
	d.Root().Decode(&v, "")
	return v, d.Err()
}

func TestDecode(t *testing.T) {
	got, err := read(t, `
count: 3
share: 0.5
on: true
colour: green
even: 1234
list:
  - {id: a, wait: 90s}
  - id: b
table: {x: {id: "1"}}
one:
  id: |
    two
    lines
later: [1, 2]
`)
	if err != nil {
		t.Fatal(err)
	}
	if n := len(got.Later.Items()); n != 2 {
		t.Errorf("later holds %d items, want 2", n)
	}
	got.Later = Node{}
	want := outer{
		Name: "default", Count: 3, Share: 0.5, On: true, Colour: "green", Even: 4,
		List:  []inner{{"a", 90 * time.Second}, {ID: "b"}},
		Table: map[string]inner{"x": {ID: "1"}}, One: &inner{ID: "two\nlines\n"},
	}
	if d := cmp.Diff(want, got, cmp.AllowUnexported(Node{})); d != "" {
		t.Error(d)
	}
}

func TestEmptyDocumentsChangeNothing(t *testing.T) {
	for _, text := range []string{"", "\n\n", "# only a comment\n", "name:\n", "---\n", "{}"} {
		got, err := read(t, text)
		if err != nil || got.Name != "default" {
			t.Errorf("%q: got %+v, %v", text, got, err)
		}
	}
}

func TestProblems(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"unknown key, close to one", "nmae: x", `a.yaml:1:1: unknown key "nmae"; did you mean "name"?`},
		{"unknown key, close to none", "zebra: x", `a.yaml:1:1: unknown key "zebra"; there are name, count, share, on, colour, even, list, table, one, later`},
		{"unknown key further down", "one:\n  idd: x", `a.yaml:2:3: unknown key "idd" in one; did you mean "id"?`},
		{"case matters", "Name: x", `a.yaml:1:1: unknown key "Name"; did you mean "name"?`},
		{"a number for a text", "name: 111122223333", `a.yaml:1:7: name: want a text (in quotes), found a number`},
		{"a text for a number", "count: many", `a.yaml:1:8: count: want a whole number, found a text`},
		{"a fraction for a whole number", "count: 1.5", `a.yaml:1:8: count: want a whole number, found a number`},
		{"an octal number", "count: 010", `a.yaml:1:8: count: want a whole number, in decimal and without leading zeros (YAML reads 010 as 8)`},
		{"nothing in a list", "list:\n- id: a\n- ~", `a.yaml:3:3: list[1]: nothing stands here`},
		{"too large a number", "count: 99999999999999999999", `a.yaml:1:8: count: want a whole number`},
		{"a text for a boolean", "on: yes", `a.yaml:1:5: on: want true or false, found a text`},
		{"a list for a text", "name: [a]", `a.yaml:1:7: name: want a text, found a list`},
		{"a text for a list", "list: a", `a.yaml:1:7: list: want a list, found a text`},
		{"a list for keys", "one: [a]", `a.yaml:1:6: one: want keys and values, found a list`},
		{"a bad duration", "one: {wait: 3 days}", `a.yaml:1:13: one.wait: want a duration like 90s, 15m, 48h or 90d, found "3 days"`},
		{"a value that is none of the few", "colour: gren", `a.yaml:1:9: colour: "gren" is not one of red, green; did you mean "green"?`},
		{"a text that its type refuses", "even: abc", `a.yaml:1:7: even: want an even number of characters`},
		{"inside a list", "list:\n- id: a\n- id: 5", `a.yaml:3:7: list[1].id: want a text (in quotes), found a number`},
		{"a key twice", "name: a\nname: b", `a.yaml:2:1: key "name" is there twice: first in line 1`},
		{"a key twice further down", "list:\n- {id: a, id: b}", `a.yaml:2:11: key "id" is there twice: first in line 2`},
		{"a tab", "one:\n\tid: a", "a.yaml:2:1: a tab: YAML is indented with spaces\n    2 | →id: a\n      | ^"},
		{"a tab behind spaces", "one:\n  id: a\n \twait: 3s", "a.yaml:3:2: a tab: YAML is indented with spaces\n    3 |  →wait: 3s"},
		{"not closed", "name: [a", `a.yaml:1:7: this [ is not closed`},
		{"not closed, and more below", "# [\nlist: [{id: \"a]\"},\n  {id: b}\nname: c", `a.yaml:2:7: this [ is not closed: line 4 can't be part of it`},
		{"keys that are not closed", "list:\n- {id: a\nname: b", `a.yaml:2:3: this { is not closed: line 3 can't be part of it`},
		{"closed by another", "list: [{id: a]", `a.yaml:1:8: this { is not closed before the ] in line 1, column 14`},
		{"closed twice", "name: x\nlist: []]", `a.yaml:2:9: this ] closes nothing`},
		{"two keys in a line", "name: count: 3", `a.yaml:1:7: a value stands here already: the next key goes on a line of its own`},
		{"a key too far in", "count: 3\n  share: 4", `a.yaml:1:8: a value stands here already`},
		{"a key too far out", "one:\n    id: a\n  wait: 3s", `a.yaml:3:3: what stands here belongs to nothing above: is it indented as its neighbours?`},
		{"a quote that is not closed", "name: \"a", `a.yaml:1:7: could not find end character`},
		{"two documents", "name: a\n---\nname: b", `a second document`},
		{"an alias", "one: &x {id: a}", `found an anchor or alias`},
		{"a merge", "<<: {name: a}", `a key is plain text`},
		{"no text", "name: \xff", `a.yaml:1:1: the file is not UTF-8 text`},
		{"deep", strings.Repeat("[", 5000), `deeper than any configuration`},
		{"deep by indentation", strings.Repeat("- ", 5000), `deeper than any configuration`},
		{"large", strings.Repeat("# padding\n", 200_000), `larger than`},
		{"a text at the root", "hello", `a.yaml:1:1: want keys and values, found a text`},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := read(t, c.text)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got\n%v\nwant\n%s", err, c.want)
			}
		})
	}
}

func TestAllProblemsAreSaidInOrder(t *testing.T) {
	_, err := read(t, "zebra: 1\nname: 5\none:\n  wait: long\n")
	var ps Problems
	if !errors.As(err, &ps) {
		t.Fatalf("got %v, want Problems", err)
	}
	var lines []int
	for _, p := range ps {
		lines = append(lines, p.Line)
	}
	if d := cmp.Diff([]int{1, 2, 4}, lines); d != "" {
		t.Error(d)
	}
}

func TestExcerptPointsAtTheColumn(t *testing.T) {
	_, err := read(t, "name: ok\ncount: many\n")
	want := "a.yaml:2:8: count: want a whole number, found a text\n    2 | count: many\n      |        ^"
	if err == nil || err.Error() != want {
		t.Errorf("got\n%v\nwant\n%s", err, want)
	}
}

func TestAnUnknownKeyKeepsItsValueToItself(t *testing.T) {
	for _, text := range []string{"password: hunter2", "one: {id: a, password: hunter2}"} {
		_, err := read(t, text)
		if err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%q: the error repeats what may be a secret: %v", text, err)
		}
	}
}

func TestEveryKeyThatIsThereTwiceIsSaid(t *testing.T) {
	_, err := read(t, "name: a\ncount: 1\nname: b\ncount: 2\nname: secret\n")
	want := "a.yaml:3:1: key \"name\" is there twice: first in line 1\n    3 | name: ...\n      | ^\n" +
		"a.yaml:4:1: key \"count\" is there twice: first in line 2\n    4 | count: ...\n      | ^\n" +
		"a.yaml:5:1: key \"name\" is there twice: first in line 1\n    5 | name: ...\n      | ^"
	if err == nil || err.Error() != want {
		t.Errorf("got\n%v\nwant\n%s", err, want)
	}
}

func TestAFileMayBeginWithAByteOrderMark(t *testing.T) {
	got, err := read(t, "\ufeffname: ok\n")
	if err != nil || got.Name != "ok" {
		t.Errorf("got %+v, %v", got, err)
	}
	_, err = read(t, "\ufeffnmae: ok\n")
	if err == nil || !strings.Contains(err.Error(), `a.yaml:1:1: unknown key "nmae"; did you mean "name"?`) {
		t.Errorf("got %v", err)
	}
}

func TestDurationsMayBeInDays(t *testing.T) {
	got, err := read(t, "one: {wait: 90d}")
	if err != nil || got.One.Wait != 90*24*time.Hour {
		t.Errorf("got %+v, %v", got, err)
	}
}

func FuzzDecode(f *testing.F) {
	for _, s := range []string{"name: a", "list: [{id: b}]", "one:\n  wait: 3s", "? a\n: b", "a: !!binary x", "&a b: *a", "- - -", "\"\\u0000\": |+\n x"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		d, err := Parse("f.yaml", data)
		if err != nil {
			return
		}
		var v outer
		d.Root().Decode(&v, "")
		if err := d.Err(); err != nil && err.Error() == "" {
			t.Error("a problem without a text")
		}
	})
}

// short is written as keys and values, or as its name alone.
type short struct {
	Name string `yaml:"name"`
	Note string `yaml:"note"`
}

func (s *short) UnmarshalText(b []byte) error {
	s.Name = string(b)
	return nil
}

func TestATypeWithAShortFormIsWrittenEitherWay(t *testing.T) {
	for text, want := range map[string]short{"a": {Name: "a"}, "{name: a, note: b}": {"a", "b"}, "name: a\nnote: b": {"a", "b"}} {
		d, err := Parse("a.yaml", []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		var got short
		if d.Root().Decode(&got, ""); d.Err() != nil || got != want {
			t.Errorf("%q: got %+v, %v", text, got, d.Err())
		}
	}
	d, err := Parse("a.yaml", []byte("{nmae: a}"))
	if err != nil {
		t.Fatal(err)
	}
	if d.Root().Decode(new(short), ""); d.Err() == nil || !strings.Contains(d.Err().Error(), `unknown key "nmae"; did you mean "name"?`) {
		t.Errorf("a key that is unknown: %v", d.Err())
	}
}
