package world_test

import (
	"strings"
	"testing"

	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/internal/world"
)

// TestTheWorldAndTheTableOfCallsAgree: what the world answers is in the table, and both say alike what changes something. The
// table may know more: what riposte hears of, forbids or asks elsewhere.
func TestTheWorldAndTheTableOfCallsAgree(t *testing.T) {
	for _, o := range world.Operations() {
		service, operation, _ := strings.Cut(o.Name, ".")
		id := call.Made(service, operation)
		if made, known := call.Of(id); !known || made.Write != o.Write {
			t.Errorf("%s changes something: %v in the world, %v in the table, which knows it: %v", id, o.Write, made.Write, known)
		}
	}
	if len(world.Operations()) == 0 {
		t.Error("the world answers nothing")
	}
}
