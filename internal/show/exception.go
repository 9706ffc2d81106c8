package show

import (
	"time"

	"github.com/ripostehq/riposte/internal/ledger"
)

// Exception is what is printed of one. The JSON names are stable: scripts rely on them.
type Exception struct {
	Exception string    `json:"exception"`
	Playbook  string    `json:"playbook"`
	Resource  string    `json:"resource"`
	Of        []string  `json:"of"` // the findings; anything else on the resource is answered
	Until     time.Time `json:"until"`
	By        string    `json:"by"`
	Reason    string    `json:"reason"`
	Case      string    `json:"case"` // that it came from
}

// ExceptionOf makes an exception presentable.
func ExceptionOf(x ledger.Exception) Exception {
	return Exception{
		Exception: x.ID(), Playbook: x.Playbook, Resource: x.Root, Of: x.Found, Until: x.Until.UTC(), By: x.By, Reason: x.Reason, Case: x.Case,
	}
}
