package ledger_test

import (
	"slices"
	"testing"

	"github.com/ripostehq/riposte/internal/ledger"
)

// TestBatch: what a claim hands out leaves no class without its share.
func TestBatch(t *testing.T) {
	for _, x := range []struct{ waiting, want [ledger.Classes]int }{ // orders, evidence, suspects, looks, tidings
		{[5]int{}, [5]int{}},
		{[5]int{1, 2, 3, 4, 5}, [5]int{1, 2, 3, 4, 5}},
		{[5]int{0, 300, 2000, 100, 0}, [5]int{0, 30, 10, 10, 0}},
		{[5]int{200, 300, 2000, 100, 100}, [5]int{10, 10, 10, 10, 10}},
		{[5]int{0, 300, 2000, 100, 100}, [5]int{0, 10, 10, 10, 20}},
		{[5]int{0, 0, 2000, 3, 0}, [5]int{0, 0, 47, 3, 0}},
	} {
		var got [ledger.Classes]int
		var order []ledger.Class
		for _, handed := range ledger.Batch(x.waiting) {
			got[handed.Class] = handed.N
			order = append(order, handed.Class)
		}
		if got != x.want || !slices.Equal(order, []ledger.Class{ledger.Orders, ledger.Tidings, ledger.Evidence, ledger.Suspects, ledger.Looks}) {
			t.Errorf("of %v: %v in the order %v, want %v", x.waiting, got, order, x.want)
		}
	}
}
