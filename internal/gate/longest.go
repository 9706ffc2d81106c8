package gate

import (
	"math"
	"time"

	"github.com/ripostehq/riposte/internal/ledger"
)

// Longest is how long the person of an order, which lets be or takes back, may have the same finding stay quiet; 0 where they may not at all.
func (p Policy) Longest(o ledger.Order, s Standing) time.Duration {
	a, who := p.Approval, p.Approval.People.Address(o.By)
	if o.Except = 0; p.MayOrder(o, s) != "" {
		return 0
	}
	deeds := s.Deeds
	if len(deeds) == 0 {
		deeds = []Deed{anything()}
	}
	least := time.Duration(math.MaxInt64)
	for _, deed := range deeds {
		is, _ := a.counting(o.Verb, who, s, deed)
		if len(a.Approvers) == 0 {
			is = []part{approver} // whoever gives it
		}
		least = min(least, a.longest(is, deed))
	}
	return least
}
