package gate

import (
	"slices"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
)

// mode is the configuration's word: observe unless it says more. Where it can't be told yet which word counts, it holds.
func mode(p Policy, f Facts) (Verdict, bool) {
	switch d, why := p.Mode(f.Playbook, f.Target.Account, f.Class); d {
	case Act:
		return pass()
	case Ask:
		if f.Approved || f.Silent {
			return pass()
		}
		return object(Ask, "mode", why)
	case Hold:
		return object(Hold, "mode", why)
	default:
		return object(Observe, "mode", why)
	}
}

// Furthest is how far the configuration lets a playbook go in a place, with any of what it may change.
func (p Policy) Furthest(playbook string, at event.Place, changes []action.Kind) Decision {
	if len(p.Regions) > 0 && at.Region != "" && !slices.Contains(p.Regions, at.Region) {
		return Observe
	}
	order := []Decision{Observe, Hold, Ask, Act}
	furthest := 0
	for _, k := range changes {
		d, _ := p.Mode(playbook, at.Account, k.Class)
		furthest = max(furthest, slices.Index(order, d))
	}
	return order[furthest]
}
