package strict

import (
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"

	"github.com/ripostehq/riposte/internal/spelling"
)

func (n Node) scalar(v reflect.Value, path string) {
	if v.Type() == reflect.TypeFor[time.Duration]() {
		n.duration(v, path)
		return
	}
	want := ""
	switch v.Kind() {
	case reflect.String:
		want = n.str(v, path)
	case reflect.Bool:
		want = "true or false"
		if b, ok := n.n.(*ast.BoolNode); ok {
			v.SetBool(b.Value)
			want = ""
		}
	case reflect.Int, reflect.Int64, reflect.Int32:
		want = "a whole number"
		if i, ok := whole(n.n); ok && !v.OverflowInt(i) {
			v.SetInt(i)
			want = ""
		} else if spelled := n.n.GetToken().Value; kindOf(n.n) == "a number" && !decimal.MatchString(spelled) {
			want = "a whole number, in decimal and without leading zeros (YAML reads 010 as 8)"
		}
	case reflect.Float64:
		want = "a number"
		if f, ok := n.n.(*ast.FloatNode); ok {
			v.SetFloat(f.Value)
			want = ""
		} else if i, ok := whole(n.n); ok {
			v.SetFloat(float64(i))
			want = ""
		}
	default:
		want = "nothing: the type " + v.Type().String() + " can't be configured"
	}
	if want != "" {
		n.misfit("%s: want %s, found %s", path, want, kindOf(n.n))
	}
}

// placeholder is what a template leaves behind if it is not filled in: a shell's or Terraform's ${...}, a shell's $NAME and $(...),
// Jinja's and Helm's {{...}}. Nothing that AWS gives a name or an id to holds any of them.
var placeholder = regexp.MustCompile(`\$\{[^}]*\}|\$\([^)]*\)|\{\{.*?\}\}|^\$[A-Za-z_]\w*$`)

const unreplaced = "%s was not replaced: the file is read as it stands; let what writes it put the value in"

// str writes a text and returns what it would have wanted instead.
func (n Node) str(v reflect.Value, path string) string {
	s, ok := n.n.(*ast.StringNode)
	literal, block := n.n.(*ast.LiteralNode)
	switch {
	case ok:
		v.SetString(s.Value)
	case block:
		v.SetString(literal.Value.Value)
	case kindOf(n.n) == "a number" || kindOf(n.n) == "true or false":
		return "a text (in quotes)"
	default:
		return "a text"
	}
	if name := placeholder.FindString(v.String()); name != "" {
		n.misfit("%s: "+unreplaced, path, name)
		return ""
	}
	if e, ok := v.Interface().(Enum); ok && !slices.Contains(e.Enum(), v.String()) {
		n.misfit("%s: %q is not one of %s%s", path, v.String(), strings.Join(e.Enum(), ", "), spelling.Hint(v.String(), e.Enum()))
	}
	return ""
}

// duration reads Go's durations, and days: people count the age of images in them.
func (n Node) duration(v reflect.Value, path string) {
	s, ok := n.n.(*ast.StringNode)
	if !ok {
		n.misfit("%s: want a duration like 90s, 15m, 48h or 90d, found %s", path, kindOf(n.n))
		return
	}
	d, err := time.ParseDuration(s.Value)
	if number, isDays := strings.CutSuffix(s.Value, "d"); isDays {
		var days int64
		days, err = strconv.ParseInt(number, 10, 16)
		d = time.Duration(days) * 24 * time.Hour
	}
	if err != nil {
		n.misfit("%s: want a duration like 90s, 15m, 48h or 90d, found %q", path, s.Value)
		return
	}
	v.SetInt(int64(d))
}

// decimal is how people write numbers: YAML takes 010 for 8, and a person who writes that means ten.
var decimal = regexp.MustCompile(`^[-+]?(0|[1-9][0-9]*)(\.[0-9]+)?$`)

// whole is a node's whole number, where it is one that all read alike.
func whole(n ast.Node) (int64, bool) {
	i, ok := n.(*ast.IntegerNode)
	if !ok || !decimal.MatchString(i.GetToken().Value) {
		return 0, false
	}
	switch x := i.Value.(type) {
	case int64:
		return x, true
	case uint64:
		return int64(x), x <= 1<<63-1
	}
	return 0, false
}
