package cli

import (
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/ripostehq/riposte/internal/demo"
)

// candidate is a word that may stand somewhere.
type candidate struct{ word, help string }

// candidates are what may stand in place of the last of the words behind riposte; none where that is a file, or text of one's
// own.
func (sh *shell) candidates(root *kong.Node, words []string) []candidate {
	if len(words) == 0 {
		words = []string{""}
	}
	at, last := root, len(words)-1
	var open *kong.Flag // waits for its value
	for _, w := range words[:last] {
		switch {
		case w == "=": // bash parts words there
		case open != nil:
			open = nil
		case strings.HasPrefix(w, "-"):
			open = waiting(at, w)
		default:
			if i := slices.IndexFunc(at.Children, func(c *kong.Node) bool { return c.Name == w }); i >= 0 {
				at = at.Children[i]
			}
		}
	}
	word := strings.TrimPrefix(words[last], "=")
	name, value, assigned := strings.Cut(word, "=")
	switch {
	case open != nil:
		return starting("", word, sh.values(at, open.Value))
	case assigned && strings.HasPrefix(word, "-"):
		if f := waiting(at, name); f != nil {
			return starting(name+"=", value, sh.values(at, f.Value))
		}
		return nil
	case strings.HasPrefix(word, "-"):
		return starting("", word, flags(at))
	}
	return starting("", word, sh.arguments(at))
}

// waiting is the flag of a verb that a word names, where a value has to follow.
func waiting(verb *kong.Node, word string) *kong.Flag {
	for _, group := range verb.AllFlags(true) {
		for _, f := range group {
			if "--"+f.Name == word && !f.IsBool() {
				return f
			}
		}
	}
	return nil
}

func flags(verb *kong.Node) (out []candidate) {
	describe(verb)
	for _, group := range verb.AllFlags(true) {
		for _, f := range group {
			out = append(out, candidate{"--" + f.Name, f.Help})
		}
	}
	return out
}

// arguments are the verbs below one, or what its own argument may be.
func (sh *shell) arguments(verb *kong.Node) (out []candidate) {
	for _, c := range verb.Children {
		if !c.Hidden {
			out = append(out, candidate{c.Name, c.Help})
		}
	}
	for _, p := range verb.Positional {
		out = append(out, sh.values(verb, p)...)
	}
	if verb.Parent == nil {
		out = append(out, candidate{"help", "Help about a verb."})
	}
	return out
}

// values are what a flag or an argument takes, where that is one of few.
func (sh *shell) values(verb *kong.Node, v *kong.Value) (out []candidate) {
	switch {
	case v.Name == "format":
		return these(formats(verb))
	case v.Enum != "":
		return these(v.EnumSlice())
	case v.Name == "attack":
		return these(names(append(demo.Attacks(), demo.Nights()...)))
	case v.Name == "name" && verb.Name == "attack":
		return these(drills())
	case v.Name == "state":
		return these(states())
	case v.Name == "playbook", v.Name == "id" && (verb.Name == "explain" || verb.Name == "permissions" || verb.Name == "demo"):
		for _, d := range sh.catalogue {
			out = append(out, candidate{d.ID, d.Title})
		}
	case v.Name == "scope":
		out = these([]string{"all", "class:contain", "class:mend", "class:destroy"})
		for _, d := range sh.catalogue {
			out = append(out, candidate{"playbook:" + d.ID, d.Title})
		}
	}
	return out
}

func these(words []string) (out []candidate) {
	for _, w := range words {
		if w != "" {
			out = append(out, candidate{word: w})
		}
	}
	return out
}

// starting are the candidates that begin with a word, put behind what stands before it.
func starting(before, word string, all []candidate) (out []candidate) {
	for _, c := range all {
		if strings.HasPrefix(c.word, word) {
			out = append(out, candidate{before + c.word, c.help})
		}
	}
	return out
}
