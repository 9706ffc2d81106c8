package doctor

import (
	"context"
	"slices"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/internal/config"
	"github.com/ripostehq/riposte/playbook"
)

// rungs warns where the tiers that are granted leave of a session's ladder nothing but its end.
func (p Parts) rungs(context.Context) []Finding {
	if p.Config.Granted(action.TierAuthor) || !slices.ContainsFunc(p.Config.Playbooks(), p.deniesSessions) {
		return nil
	}
	return []Finding{{
		Check: "rungs", State: Warning,
		Says: "no author: of a session's ladder only the whole role is left, which stops all its sessions",
		Mend: "name organization.roles.author, and deploy its role with the spoke; or approve with that in mind (riposte case shows what a rung hits)",
	}}
}

// deniesSessions reports whether a playbook that does more than observe has a rung that denies one session.
func (p Parts) deniesSessions(b playbook.Playbook) bool {
	return p.Config.Boldest(b.ID) != config.Observe &&
		slices.ContainsFunc(b.Changes, func(k action.Kind) bool { return k.Name == action.DenySession{}.Kind().Name })
}
