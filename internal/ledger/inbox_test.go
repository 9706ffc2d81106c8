package ledger_test

import (
	"testing"

	"github.com/ripostehq/riposte/internal/ledger"
)

// TestBatch: what a claim hands out leaves no class without its share.
func TestBatch(t *testing.T) {
	for _, x := range []struct{ waiting, want [ledger.Classes]int }{
		{[4]int{}, [4]int{}},
		{[4]int{1, 2, 3, 4}, [4]int{1, 2, 3, 4}},
		{[4]int{0, 300, 2000, 100}, [4]int{0, 30, 10, 10}},
		{[4]int{200, 300, 2000, 100}, [4]int{20, 10, 10, 10}},
		{[4]int{0, 0, 2000, 3}, [4]int{0, 0, 47, 3}},
	} {
		if got := ledger.Batch(x.waiting); got != x.want {
			t.Errorf("of %v: %v, want %v", x.waiting, got, x.want)
		}
	}
}
