package action_test

import (
	"testing"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/action/actiontest"
)

// census are the kinds that a table of actions leaves out, the ways back of what it does being in it.
func census(t *testing.T, on func(name string) *actiontest.AWS, table map[string]action.Action) (left []string) {
	t.Helper()
	done := map[string]bool{}
	for name, a := range table {
		done[a.About().Kind.Name] = true
		look, err := a.Look(t.Context(), on(name).Reads())
		if _, differs := differences()[name]; differs && err != nil {
			continue // what moto does otherwise is told of each difference
		}
		if err != nil {
			t.Fatalf("look at %s: %v", a.About().Kind.Name, err)
		}
		if look.Inverse != nil {
			done[look.Inverse.About().Kind.Name] = true
		}
	}
	for _, k := range action.Kinds() {
		if !done[k.Name] {
			left = append(left, k.Name)
		}
	}
	return left
}
