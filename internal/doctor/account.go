package doctor

import (
	"context"
	"fmt"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/cloud"
)

// roles tries to enter the account by each role. Without roles there is nothing to enter.
func (p Parts) roles(a Account) (out []check) {
	place := event.Place{Partition: p.Home.Partition, Account: a.ID, Region: p.Home.Region}
	named := cloud.RolesOf(p.Config.Organization.Roles)
	for _, purpose := range cloud.Purposes() {
		if named[purpose] == "" {
			continue
		}
		out = append(out, func(ctx context.Context) []Finding {
			ctx, cancel := p.limited(ctx)
			defer cancel()
			_, err := p.AWS.Visit(place, purpose).Credentials.Retrieve(ctx)
			return one(Finding{Check: "role", Account: a.ID, State: OK, Says: fmt.Sprintf("the %s role can be assumed", purpose)}, err,
				fmt.Sprintf("deploy the spoke in account %s with the tier %q, trusting riposte's own role, with the same external id (riposte permissions)", a.ID, purpose))
		})
	}
	return out
}
