package action

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ripostehq/riposte/call"
)

// Validate refuses kinds that can't be trusted: two of one name, one that can't be read back or does not say what it does
// and by which calls, one that destroys without saying so, one that writes policies without the tier for it.
func Validate(kinds []Kind) error {
	seen := map[string]bool{}
	for _, k := range kinds {
		if seen[k.Name] {
			return fmt.Errorf("action kind %q is listed twice", k.Name)
		}
		seen[k.Name] = true
		if err := k.complete(); err != nil {
			return fmt.Errorf("action kind %q: %w", k.Name, err)
		}
	}
	for _, k := range kinds {
		if k.WayBack != "" && !seen[k.WayBack] {
			return fmt.Errorf("action kind %q is taken back by %q, which is none of the kinds", k.Name, k.WayBack)
		}
	}
	return nil
}

func (k Kind) complete() error {
	for _, need := range []struct {
		what    string
		missing bool
	}{
		{"name", k.Name == ""}, {"version", k.Version < 1}, {"line on what it does", k.Does == ""},
		{"call that Look makes (Reads)", len(k.Reads) == 0}, {"call that Do makes (Writes)", len(k.Writes) == 0},
		{"class", !slices.Contains([]Class{Contain, Mend, Mark, Destroy}, k.Class)},
		{"tier", !slices.Contains([]Tier{TierTag, TierContain, TierMend, TierAuthor, TierDestroy}, k.Tier)},
		{"type (use action.Define)", k.decode == nil},
		{"reason why there is no way back (Final), nor one (WayBack), though it destroys", k.Class == Destroy && (k.Final == "") == (k.WayBack == "")},
		{"calls that could undo it (UndoneBy), or yields to none", k.Yields && (len(k.UndoneBy)+len(k.SharedUndoneBy) > 0 || k.Class != Mend)},
		{"tier for what destroys", k.Class == Destroy && k.Tier != TierDestroy},
	} {
		if need.missing {
			return fmt.Errorf("has no %s", need.what)
		}
	}
	for _, id := range slices.Concat(k.Reads, k.Writes, k.UndoneBy) {
		if _, known := call.Of(id); !known {
			return fmt.Errorf("the table of calls has no %s", id)
		}
	}
	for _, id := range k.Writes {
		if id.Service() == "iam" && strings.HasPrefix(id.Name(), "Put") && strings.HasSuffix(id.Name(), "Policy") && k.Tier != TierAuthor {
			return fmt.Errorf("writes policies (%s) without the author tier", id)
		}
	}
	return nil
}
