package app

import (
	"context"
	"log/slog"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/cloud"
	"github.com/ripostehq/riposte/internal/config"
)

// Survey looks once at which accounts there are to defend, and in which regions, for callers that only want to know. With an
// error come those that the configuration lists.
func Survey(ctx context.Context, c *config.Config, base func(event.Place) aws.Config, now func() time.Time) ([]Member, error) {
	access := cloud.New(cloud.Options{
		Base: base, Roles: cloud.RolesOf(c.Organization.Roles), ExternalID: c.Organization.Roles.ExternalID,
		Guard: cloud.GuardFor(nil, nil), Now: now,
	})
	o := organization(c, func() event.Place { return cloud.Home(base) }, access, now, slog.New(slog.DiscardHandler))
	if !c.Organization.Discover {
		return o.Members(), nil
	}
	err := o.Look(ctx)
	o.lookAround(ctx)
	return o.Members(), err
}
