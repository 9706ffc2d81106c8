package use

import "testing"

// Each spelling leads to actions that AWS has, from a name that is no action itself.
func TestSpellings(t *testing.T) {
	for _, s := range spellings() {
		for _, a := range full(s.service, s.actions) {
			if !catalogue().Has(a) {
				t.Errorf("%s of %s: %s is no action", s.name, s.service, a)
			}
		}
	}
	for prefix := range sources() {
		if !catalogue().Knows(prefix) {
			t.Errorf("%s is no service", prefix)
		}
	}
}
