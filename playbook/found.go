package playbook

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"

	"github.com/ripostehq/riposte/event"
)

// Finder is implemented by facts that say what a finding is of, beside its root, whatever moment and whichever of a group's
// instances shows it: "image ami-1". An exception that a person makes is of that, and of nothing else on the same root.
type Finder interface{ Found() []string }

// Sparer is implemented by facts that the organisation may explain from the configuration alone, without a look at the present. It returns the key
// of the configuration that does, and why, "" where none does; an error where it is not known. Check asks it too, and of a playbook that tells the engine before anything is stored.
type Sparer interface {
	Spared(ctx context.Context, root event.Resource, o Organization) (said, why string, err error)
}

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
