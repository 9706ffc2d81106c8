package doctor

import (
	"context"
	"fmt"
	"strings"

	"github.com/ripostehq/riposte/internal/config"
)

// rungs warns where the tiers that are granted leave out what a playbook that acts or asks counts on, once for each tier.
func (p Parts) rungs(context.Context) (out []Finding) {
	var lists [][]config.Lack
	for _, l := range p.Config.Lacking() {
		if n := len(lists); n == 0 || lists[n-1][0].Tier != l.Tier {
			lists = append(lists, nil)
		}
		lists[len(lists)-1] = append(lists[len(lists)-1], l)
	}
	for _, all := range lists {
		tier := all[0].Tier
		out = append(out, Finding{
			Check: "rungs", State: Warning,
			Says: fmt.Sprintf("no %s: %s", tier, refused(all)),
			Mend: fmt.Sprintf("name organization.roles.%s, and deploy its role with the spoke; or approve with that in mind (riposte case shows what a rung hits)", tier),
		})
	}
	return out
}

// refused says what playbooks are refused, and, once, what follows of it.
func refused(all []config.Lack) string {
	var said, follows []string
	for _, l := range all {
		said = append(said, l.String())
		if f := l.Follows(); f != "" {
			follows = []string{f}
		}
	}
	return strings.Join(append(said, follows...), "; ")
}
