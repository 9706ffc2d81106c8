package config_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"slices"
	"strings"
)

var update = flag.Bool("update", false, "write docs/keys.md instead of comparing it")

// shape is what the schema says of a key.
type shape struct {
	Description string
	Type        string
	Ref         string `json:"$ref"`
	Enum        []string
	Default     json.RawMessage
	Properties  map[string]*shape
	Items       *shape
	Additional  json.RawMessage   `json:"additionalProperties"`
	Patterns    map[string]*shape `json:"patternProperties"`
	AllOf       []*shape
	AnyOf       []*shape
	Defs        map[string]*shape `json:"$defs"`
}

// key is one that can be set. Its path has 0 for an entry of a list and ANY for a name of one's own.
type key struct {
	path []any
	*shape
}

const anyName = "NAME"

func (k key) String() string {
	var b strings.Builder
	for i, step := range k.path {
		switch {
		case step == 0:
			b.WriteString("[]")
		case i > 0:
			fmt.Fprintf(&b, ".%s", step)
		default:
			fmt.Fprint(&b, step)
		}
	}
	return b.String()
}

// keys are all below one, in the order of the alphabet.
func keys(path []any, s *shape) (all []key) {
	below := func(step any, inner *shape) { all = append(all, keys(append(slices.Clone(path), step), inner)...) }
	for _, other := range s.AnyOf {
		if len(other.Properties) > 0 {
			s = &shape{Description: s.Description, Properties: other.Properties}
		}
	}
	var entry shape
	named := s.Type == "object" && json.Unmarshal(s.Additional, &entry) == nil
	switch {
	case len(s.Properties) > 0:
		for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
			below(name, s.Properties[name])
		}
	case s.Items != nil && (len(s.Items.Properties) > 0 || len(s.Items.AnyOf) > 0):
		inner := *s.Items
		below(0, &inner)
	case named && len(entry.Properties) > 0:
		below(anyName, &entry)
	default:
		all = append(all, key{path, s})
	}
	return all
}

// find goes down an example; where a step is of a list or of names of one's own, the first that has the rest is taken. It
// returns where the last step is, with the name that it has there.
func find(in any, path []any) (at map[string]any, name string, ok bool) {
	step, last := path[0], len(path) == 1
	switch node := in.(type) {
	case []any:
		for _, entry := range node {
			if at, name, ok = find(entry, path[1:]); ok {
				return at, name, true
			}
		}
	case map[string]any:
		for _, has := range slices.Sorted(maps.Keys(node)) {
			switch {
			case step != anyName && step != has:
			case last:
				return node, has, true
			default:
				if at, name, ok = find(node[has], path[1:]); ok {
					return at, name, true
				}
			}
		}
	}
	return nil, "", false
}
