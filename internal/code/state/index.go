package state

import (
	"slices"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/code"
)

// Index finds what states hold. The zero value is empty; it is not safe for concurrent use while it is added to.
type Index struct {
	owners map[string][]code.Owner
}

// Add takes in what one state holds. as is where that is, and where its code stands.
func (x *Index) Add(things []Thing, as code.Owner) {
	if x.owners == nil {
		x.owners = map[string][]code.Owner{}
	}
	as.Tool = code.Terraform
	for _, t := range things {
		as.Address = t.Address
		for _, key := range t.keys() {
			x.owners[key] = append(x.owners[key], as)
		}
	}
}

// Owners are the blocks that make a resource, each once. More than one is one too many: which of them counts is for people.
func (x *Index) Owners(of event.Resource) (out []code.Owner) {
	for _, key := range keysOf(of) {
		for _, o := range x.owners[key] {
			if !slices.Contains(out, o) {
				out = append(out, o)
			}
		}
	}
	return out
}

// Has reports whether a block makes anything here, whichever.
func (x *Index) Has(address string) bool {
	for _, all := range x.owners {
		if slices.ContainsFunc(all, func(o code.Owner) bool { return o.Address == address }) {
			return true
		}
	}
	return false
}

// Holds reports whether a state may hold resources of a type: of any other, a state that can't be read says nothing.
func Holds(resourceType string) bool {
	for _, k := range kinds() {
		if k.is == resourceType {
			return true
		}
	}
	return false
}
