package playbook

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
)

// Finder is implemented by facts that say what a finding is of, beside its root, whatever moment and whichever of a group's
// instances shows it: "image ami-1". An exception that a person makes is of that, and of nothing else on the same root.
type Finder interface{ Found() []string }

// found returns what a finding is of. Facts that do not say so are all of it: any difference is something else.
func found(facts any, stored []byte) []string {
	if f, ok := facts.(Finder); ok {
		if of := f.Found(); len(of) > 0 {
			slices.Sort(of)
			return slices.Compact(of)
		}
	}
	h := sha256.Sum256(stored)
	return []string{"facts " + hex.EncodeToString(h[:8])}
}
