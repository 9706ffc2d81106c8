package app

import (
	"context"
	"crypto/rand"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ec2"

	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/canary"
	"github.com/ripostehq/riposte/internal/cloud"
)

// sending is the longest that one canary may take: behind it others wait, and a function has five seconds for all of them.
const sending = 3 * time.Second

// canaries is the schedule that the configuration wants, nil where it wants none. Its sessions may make that one call, which AWS
// refuses them, and no playbook's may.
func canaries(p Parts, org *Organization) *canary.Schedule {
	if p.Config.Canary.Every == 0 || p.Canaries == nil {
		return nil
	}
	roles := p.Config.Organization.Roles
	access := cloud.New(cloud.Options{
		Base: p.AWS, Roles: cloud.RolesOf(roles), ExternalID: roles.ExternalID, Guard: cloud.Guard{cloud.Audit: []call.ID{canary.Call}}, Now: p.Now,
	})
	return &canary.Schedule{
		Every: time.Duration(p.Config.Canary.Every), Store: p.Store, Name: p.Name, Meter: p.Canaries, Now: p.Now, Log: p.Log,
		Places: func() []event.Place { return org.places(cloud.Home(p.AWS)) },
		Send: func(ctx context.Context, at event.Place) (string, error) {
			ctx, cancel := context.WithTimeout(ctx, sending)
			defer cancel()
			var nonce [5]byte
			if _, err := rand.Read(nonce[:]); err != nil {
				return "", err
			}
			return canary.Send(ctx, ec2.NewFromConfig(access.Visit(at, cloud.Audit)).ModifyInstanceAttribute, nonce)
		},
	}
}

// places are the regions of each account that is defended; riposte's own region where none is named.
func (o *Organization) places(home event.Place) (all []event.Place) {
	for _, m := range o.Members() {
		if len(m.Regions) == 0 {
			m.Regions = []string{home.Region}
		}
		for _, region := range m.Regions {
			all = append(all, event.Place{Partition: home.Partition, Account: m.ID, Region: region})
		}
	}
	return all
}
