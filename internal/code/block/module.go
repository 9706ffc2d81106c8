package block

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// Refusal says why riposte changes nothing, and where a person would: a sentence, and the place.
type Refusal struct {
	File    string // "" where the folder as a whole is meant
	Line    int    // 0 where the file as a whole is meant
	Address string
	Why     string
}

// Error is the refusal in one line.
func (r Refusal) Error() string {
	at := r.Address
	if r.File != "" {
		at += ", " + r.File
	}
	if r.Line > 0 {
		at += fmt.Sprintf(":%d", r.Line)
	}
	return strings.TrimPrefix(at+": "+r.Why, ": ")
}

// Module is one folder of a repository: Terraform reads its files as one.
type Module struct {
	files      []file
	references references // nil until they are looked for
}

type file struct {
	name string
	text []byte
	body *hclsyntax.Body
}

// Module parses the files of one folder, "" for the repository's own. What is in them that riposte can't read is a refusal: a block that it has
// not seen may refer to what it would remove.
func (t *Tree) Module(folder string) (*Module, error) {
	in := func(name string) bool { return path.Dir(name) == path.Clean(folder) }
	for _, name := range t.links {
		if in(name) {
			return nil, Refusal{File: name, Why: "it is a link, which riposte does not follow"}
		}
	}
	for _, name := range t.others {
		if in(name) {
			return nil, Refusal{File: name, Why: "riposte reads Terraform's own language alone, and what stands there may refer to the block"}
		}
	}
	m := &Module{}
	for _, name := range slices.Sorted(maps.Keys(t.files)) {
		if !in(name) {
			continue
		}
		body, err := parse(name, t.files[name])
		if err != nil {
			return nil, err
		}
		m.files = append(m.files, file{name, t.files[name], body})
	}
	if len(m.files) == 0 {
		return nil, Refusal{File: path.Clean(folder), Why: "no file of Terraform's is in that folder"}
	}
	return m, nil
}

// parse parses one file. hclsyntax bears hostile depth badly; no file of people's nests so deep.
func parse(name string, text []byte) (*hclsyntax.Body, error) {
	if depth(text) > mostDepth {
		return nil, Refusal{File: name, Why: "it nests too deep to be read"}
	}
	parsed, wrong := hclsyntax.ParseConfig(text, name, hcl.InitialPos)
	if wrong.HasErrors() {
		r := Refusal{File: name, Why: "it can't be parsed: " + wrong[0].Summary}
		if s := wrong[0].Subject; s != nil {
			r.Line = s.Start.Line
		}
		return nil, r
	}
	return parsed.Body.(*hclsyntax.Body), nil
}

const mostDepth = 200

// depth is at least how deep brackets nest: those in strings and comments count, too.
func depth(text []byte) (most int) {
	now := 0
	for _, b := range text {
		switch b {
		case '{', '[', '(':
			now++
		case '}', ']', ')':
			now = max(now-1, 0)
		}
		most = max(most, now)
	}
	return most
}

// Block is one block that makes exactly one thing.
type Block struct {
	module  *Module
	file    file
	at      *hclsyntax.Block
	address string
}

// Place is where the block stands: file and line.
func (b *Block) Place() (file string, line int) { return b.file.name, b.at.TypeRange.Start.Line }

// Resource finds the block of an address as states have it, and refuses what makes more than the one thing.
func (m *Module) Resource(address string) (*Block, error) {
	if call, _, inside := strings.Cut(strings.TrimPrefix(address, "module."), "."); strings.HasPrefix(address, "module.") && inside {
		name, _, _ := strings.Cut(call, "[")
		return nil, m.called(address, name)
	}
	plain, index, _ := strings.Cut(address, "[")
	kind, name, ok := strings.Cut(plain, ".")
	if !ok || strings.Contains(name, ".") {
		return nil, Refusal{Address: address, Why: "it is no address of a resource"}
	}
	var found []*Block
	for _, f := range m.files {
		for _, x := range f.body.Blocks {
			if x.Type == "resource" && len(x.Labels) == 2 && x.Labels[0] == kind && x.Labels[1] == name {
				found = append(found, &Block{m, f, x, address})
			}
		}
	}
	switch {
	case len(found) == 0:
		return nil, Refusal{Address: address, Why: "no block of that name is in the folder"}
	case len(found) > 1:
		return nil, found[1].refuse(found[1].at.TypeRange, "it is declared twice, or overridden: the other is in "+found[0].file.name)
	}
	return found[0], found[0].single(index)
}

// called refuses what is in a module, at the block that calls it.
func (m *Module) called(address, name string) error {
	r := Refusal{Address: address, Why: fmt.Sprintf("it is in module %q: whoever calls that must change what it is given", name)}
	for _, f := range m.files {
		for _, x := range f.body.Blocks {
			if x.Type == "module" && len(x.Labels) == 1 && x.Labels[0] == name {
				r.File, r.Line = f.name, x.TypeRange.Start.Line
			}
		}
	}
	return r
}

// single refuses a block that makes several things.
func (b *Block) single(index string) error {
	for _, repeats := range []string{"count", "for_each"} {
		if a := b.at.Body.Attributes[repeats]; a != nil {
			return b.refuse(a.NameRange, fmt.Sprintf("the block makes several resources (%s), and only %s is meant", repeats, meant(index)))
		}
	}
	if index != "" {
		return b.refuse(b.at.TypeRange, "the state has it by an index, and the block has neither count nor for_each: the two differ")
	}
	return nil
}

func meant(index string) string {
	if index == "" {
		return "one"
	}
	return "[" + index
}

func (b *Block) refuse(at hcl.Range, why string) error {
	return Refusal{File: b.file.name, Line: at.Start.Line, Address: b.address, Why: why}
}
