package show

import (
	"time"

	"github.com/ripostehq/riposte/internal/ledger"
)

// Exception is what is printed of one. The JSON names are stable: scripts rely on them.
type Exception struct {
	Exception string    `json:"exception"`
	Playbook  string    `json:"playbook"`
	Resource  string    `json:"resource"`      // also account:ID, and actor:ID, a principal by its unique id
	Of        []string  `json:"of"`            // the findings; anything else on the resource is answered
	Any       bool      `json:"any,omitempty"` // whatever is found
	Until     time.Time `json:"until"`
	By        string    `json:"by"`
	Reason    string    `json:"reason"`
	Proven    *bool     `json:"proven,omitempty"` // of one given alone: whether it was shown who gave it
	Case      string    `json:"case,omitempty"`   // that it came from; absent where it was given alone
}

// ExceptionOf makes an exception presentable.
func ExceptionOf(x ledger.Exception) Exception {
	out := Exception{
		Exception: x.ID(), Playbook: x.Playbook, Resource: x.Root, Of: append([]string{}, x.Found...), Any: x.Any, Until: x.Until.UTC(), By: x.By, Reason: x.Reason, Case: x.Case,
	}
	if x.Order != nil {
		out.Proven = &x.Order.Proven
	}
	return out
}
