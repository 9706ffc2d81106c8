package playbook

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
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

// spares asks the facts, then the parameters.
func spares[F any](ctx context.Context, params any, x Suspect[F], from Origin, o Organization) (said, why string, err error) {
	if facts, is := any(x.Facts).(Sparer); is {
		said, why, err = facts.Spared(ctx, x.Resource, o)
	}
	if said == "" && err == nil {
		said, why = notMeant(params, from, o)
	}
	return said, why, err
}

// notMeant says why parameters are not about an origin, by the organisation alone: they are about people, and a call was none's, or about other
// environments than its account's. While no people are named, nobody's call is known not to be a person's.
func notMeant(params any, from Origin, o Organization) (said, why string) {
	if of, is := params.(interface{ OfPersons() (users bool) }); is && len(o.People.Issuers) > 0 && !o.ByPerson(from.Actor, of.OfPersons()) {
		return "people.issuers", fmt.Sprintf("%s is no person, as far as people.issuers says", cmp.Or(from.Actor.Principal(), "the caller"))
	}
	if in, is := params.(interface{ InEnvironments() []string }); is && !o.InEnvironment(from.Place.Account, in.InEnvironments()) {
		return "organization.accounts", fmt.Sprintf("account %s is in %s, which the playbook is not about", from.Place.Account, o.Environments[from.Place.Account])
	}
	return "", ""
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
