package block

import (
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// Change is one file before and after.
type Change struct {
	File     string
	Line     int // where the block stands before
	Old, New []byte
}

// Drop takes the block away, if nothing refers to it.
func (b *Block) Drop() (Change, error) {
	if x := nested(b.at, "lifecycle"); x != nil {
		if a := x.Body.Attributes["prevent_destroy"]; a != nil {
			if v, wrong := a.Expr.Value(nil); wrong.HasErrors() || v.Type() != cty.Bool || v.True() {
				return Change{}, b.refuse(a.NameRange, "its lifecycle prevents that it is destroyed")
			}
		}
	}
	if place, ok := b.referrer(); ok {
		return Change{}, Refusal{File: place.file, Line: place.at.Start.Line, Address: b.address, Why: "something else refers to it there"}
	}
	return b.changed(whole(b.file.text, b.at), 1)
}

// Set gives an attribute of the block, or of its one nested block of a name, a literal text. inside is "" for the block's own.
func (b *Block) Set(inside, name, value string) (Change, error) {
	if err := b.ignored(inside, name); err != nil {
		return Change{}, err
	}
	in := b.at
	if inside != "" {
		var err error
		if in, err = b.only(inside); err != nil {
			return Change{}, err
		}
	}
	if in == nil {
		lines := []string{inside + " {", step(b.file.text, b.at) + name + " = " + quoted(value), "}"}
		if len(b.at.Body.Attributes)+len(b.at.Body.Blocks) > 0 {
			lines = append([]string{""}, lines...)
		}
		return b.changed(appendTo(b.file.text, b.at, lines...), 0)
	}
	a := in.Body.Attributes[name]
	if a == nil {
		return b.changed(appendTo(b.file.text, in, name+" = "+quoted(value)), 0)
	}
	if !literal(a.Expr) {
		return Change{}, b.refuse(a.NameRange, name+" is an expression: what it stands for has to change")
	}
	r := a.Expr.Range()
	if string(r.SliceBytes(b.file.text)) == quoted(value) {
		return Change{}, b.refuse(a.NameRange, name+" says so already: what there is was not made of this")
	}
	return b.changed(edit{r.Start.Byte, r.End.Byte, quoted(value)}, 0)
}

// only is the one nested block of a name, nil where there is none.
func (b *Block) only(name string) (*hclsyntax.Block, error) {
	var found *hclsyntax.Block
	for _, x := range b.at.Body.Blocks {
		if x.Type == "dynamic" && len(x.Labels) == 1 && x.Labels[0] == name {
			return nil, b.refuse(x.TypeRange, name+" is made by a dynamic block: what it stands for has to change")
		}
		if x.Type != name {
			continue
		}
		if found != nil {
			return nil, b.refuse(x.TypeRange, name+" is there twice")
		}
		found = x
	}
	return found, nil
}

// ignored refuses what Terraform would not carry out.
func (b *Block) ignored(inside, name string) error {
	x := nested(b.at, "lifecycle")
	if x == nil || x.Body.Attributes["ignore_changes"] == nil {
		return nil
	}
	a := x.Body.Attributes["ignore_changes"]
	text := string(a.Expr.Range().SliceBytes(b.file.text))
	for _, word := range []string{"all", inside, name} {
		if word != "" && strings.Contains(text, word) {
			return b.refuse(a.NameRange, "its lifecycle ignores changes of "+word)
		}
	}
	return nil
}

func nested(x *hclsyntax.Block, name string) *hclsyntax.Block {
	for _, n := range x.Body.Blocks {
		if n.Type == name {
			return n
		}
	}
	return nil
}

// literal reports whether an expression is a text that stands there as it is.
func literal(x hclsyntax.Expression) bool {
	t, ok := x.(*hclsyntax.TemplateExpr)
	return ok && t.IsStringLiteral()
}

// quoted is a text as a literal. What a template would take for its own is escaped.
func quoted(s string) string {
	return strings.NewReplacer("${", "$${", "%{", "%%{").Replace(fmt.Sprintf("%q", s))
}

// changed makes the edit and looks what became of it: the file parses, has so many blocks less, and every other block of it is as it was, to the byte.
func (b *Block) changed(e edit, less int) (Change, error) {
	c := Change{File: b.file.name, Line: b.at.TypeRange.Start.Line, Old: b.file.text, New: e.apply(b.file.text)}
	body, err := parse(b.file.name, c.New)
	if err != nil {
		return Change{}, b.refuse(b.at.TypeRange, "the change would not parse: "+err.Error())
	}
	others := func(text []byte, of *hclsyntax.Body) (out []string) {
		for _, x := range of.Blocks {
			if x.Type == "resource" && len(x.Labels) == 2 && x.Labels[0] == b.at.Labels[0] && x.Labels[1] == b.at.Labels[1] {
				continue
			}
			out = append(out, string(hcl.RangeBetween(x.TypeRange, x.CloseBraceRange).SliceBytes(text)))
		}
		return out
	}
	before, after := others(b.file.text, b.file.body), others(c.New, body)
	same := len(before) == len(after) && strings.Join(before, "\x00") == strings.Join(after, "\x00")
	if !same || len(b.file.body.Blocks)-len(body.Blocks) != less {
		return Change{}, b.refuse(b.at.TypeRange, "the change would touch more than the block")
	}
	return c, nil
}
