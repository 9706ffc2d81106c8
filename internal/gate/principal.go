package gate

import (
	"fmt"
	"strings"

	"github.com/ripostehq/riposte/event"
)

// Principal is a user or role that the configuration names. An ARN is a name, path included, and a name is free for the
// taking once its holder is deleted or renamed; only the id, which AWS never gives twice, says that it is still the same.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
type Principal struct {
	ARN string
	ID  string // AROA... of a role, AIDA... of a user; "" where the configuration does not say

	Said string // where it stands in the configuration: break_glass[0]
}

// likeness is how surely an actor is a principal that the configuration names: more where more is known.
type likeness int

const (
	stranger likeness = iota
	byName            // it has the ARN, and the configuration knows no id
	namesake          // it has the ARN, and another id, or none that the record shows
	same
)

// recognition is the named principal that an actor is most surely, or surely is not.
type recognition struct {
	Principal
	likeness
}

// recognize looks for an actor among principals. One entry with an id makes those with the same ARN and without one void.
func recognize(a event.Actor, among []Principal) (best recognition) {
	for _, p := range among {
		like := namesake
		switch {
		case p.ARN != a.Principal():
			continue
		case p.kind() == "root" || p.ID != "" && p.ID == a.UniqueID():
			like = same // an account has one root, for good
		case p.ID == "":
			like = byName
		}
		if like > best.likeness {
			best = recognition{p, like}
		}
	}
	return best
}

// kind returns role, user or root.
func (p Principal) kind() string {
	parts := strings.SplitN(p.ARN, ":", 6)
	kind, _, _ := strings.Cut(parts[len(parts)-1], "/")
	return kind
}

// vouched reports whether the actor may do what the principal may. A user's name alone vouches for nothing: one call gives it
// to another user, with all that user's keys. A role of a name must at least be made.
func (r recognition) vouched() bool {
	return r.likeness == same || r.likeness == byName && r.kind() == "role"
}

// doubt returns why people must be told of an actor that has the name of one with such a part, "" where it has not or is known.
func (r recognition) doubt(part string) string {
	switch r.likeness {
	case byName:
		return fmt.Sprintf("the %s %s is known by its ARN alone, which another may have taken: give its id in the configuration (riposte doctor prints it)", part, r.ARN)
	case namesake:
		return fmt.Sprintf("another principal has the ARN of the %s %s: its id is not %s, so it was made anew or renamed", part, r.ARN, r.ID)
	}
	return ""
}
