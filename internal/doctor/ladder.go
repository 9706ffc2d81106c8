package doctor

import (
	"context"
	"slices"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/internal/config"
	"github.com/ripostehq/riposte/playbook"
)

// rungs warns where the tiers that are granted leave out what a playbook that acts or asks counts on.
func (p Parts) rungs(context.Context) (out []Finding) {
	missing := func(t action.Tier, of action.Kind) bool {
		return !p.Config.Granted(t) && slices.ContainsFunc(p.Config.Playbooks, func(b playbook.Playbook) bool {
			return p.Config.Boldest(b.ID) != config.Observe && slices.ContainsFunc(b.Changes, func(k action.Kind) bool { return k.Name == of.Name })
		})
	}
	if missing(action.TierAuthor, action.DenySession{}.About().Kind) {
		out = append(out, Finding{
			Check: "rungs", State: Warning,
			Says: "no author: of a session's ladder only the whole role is left, which stops all its sessions",
			Mend: "name organization.roles.author, and deploy its role with the spoke; or approve with that in mind (riposte case shows what a rung hits)",
		})
	}
	if missing(action.TierDestroy, action.HoldFleet{}.About().Kind) {
		out = append(out, Finding{
			Check: "rungs", State: Warning,
			Says: "no destroy: a fleet or spot request goes on launching, and what it launches is cut off one by one; no instance is ended",
			Mend: "name organization.roles.destroy, and deploy its role with the spoke; or be ready to stop fleets by hand",
		})
	}
	return out
}
