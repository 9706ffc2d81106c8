package cli

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/iam/reach"
	"github.com/ripostehq/riposte/iam/roster"
	"github.com/ripostehq/riposte/internal/app"
	"github.com/ripostehq/riposte/internal/cloud"
	"github.com/ripostehq/riposte/internal/config"
	"github.com/ripostehq/riposte/internal/estate"
	"github.com/ripostehq/riposte/internal/setup"
)

// oldSnapshot is the age from which a snapshot is said to be old.
const oldSnapshot = 24 * time.Hour

// organisation is read from files, from a snapshot, or collected.
func (v pathsVerb) organisation(ctx context.Context, sh *shell) (reach.Organisation, error) {
	switch {
	case len(v.FromFiles) > 0:
		return roster.FromFiles(v.FromFiles)
	case v.Snapshot != "":
		s, err := estate.Load(v.Snapshot)
		if err != nil {
			return reach.Organisation{}, err
		}
		if age := sh.now().Sub(s.At); age > oldSnapshot {
			sh.remark("the snapshot is %d hours old: what has changed since is not seen", int(age.Hours()))
		}
		return s.Organisation, nil
	}
	s, err := v.collect(ctx, sh)
	if err != nil {
		return reach.Organisation{}, err
	}
	if v.Save != "" {
		if err := s.Save(v.Save); err != nil {
			return reach.Organisation{}, err
		}
	}
	return s.Organisation, nil
}

// collect reads the accounts that are defended, or that of the credentials.
func (v pathsVerb) collect(ctx context.Context, sh *shell) (estate.Snapshot, error) {
	c, err := v.load(ctx, sh)
	if err != nil {
		return estate.Snapshot{}, err
	}
	base, err := cloud.Load(ctx)
	if err != nil {
		return estate.Snapshot{}, err
	}
	guard := cloud.GuardFor(nil, nil)
	guard[cloud.Audit] = append(guard[cloud.Audit], estate.Reads()...)
	access := cloud.New(cloud.Options{
		Base: base, Roles: cloud.RolesOf(c.Organization.Roles), ExternalID: c.Organization.Roles.ExternalID, Guard: guard, Now: sh.now,
	})
	home := cloud.Home(base)
	o := estate.Options{Partition: home.Partition, Reads: access.Reads(), Now: sh.now}
	if o.Accounts, err = collected(ctx, sh, c, base, access); err != nil {
		return estate.Snapshot{}, err
	}
	if c.Organization.Discover {
		o.Controls = func(ctx context.Context) ([]byte, error) {
			accounts, unplaced := access.Accounts(ctx, home.Partition)
			controls, err := access.Controls(ctx, home.Partition, accounts)
			if err == nil {
				err = unplaced
			}
			return estate.ControlsJSON(controls, err)
		}
	}
	s, err := estate.Collect(ctx, o)
	if err != nil {
		return s, fmt.Errorf("collect the accounts: %w", err)
	}
	return s, nil
}

// collected are the accounts to read, with their regions: all that are enabled where the configuration names none.
func collected(ctx context.Context, sh *shell, c *config.Config, base func(event.Place) aws.Config, access *cloud.Cloud) (out []estate.Account, err error) {
	members, unknown := app.Survey(ctx, c, base, sh.now)
	if unknown != nil {
		sh.remark("not read: the accounts of the organisation: %v", unknown)
	}
	if len(members) == 0 {
		own, err := setup.Open(ctx, base, "")
		if err != nil {
			return nil, err
		}
		members = []app.Member{{ID: own.Caller().Account}}
	}
	home := cloud.Home(base)
	for _, m := range members {
		a := estate.Account{ID: m.ID, Regions: m.Regions}
		if len(c.Organization.Regions) == 0 {
			at := event.Place{Partition: home.Partition, Account: m.ID, Region: home.Region}
			if all, err := access.Regions(ctx, at); err == nil {
				a.Regions, a.Whole = all, true
			} else {
				sh.remark("not read: account %s: %v", m.ID, err)
			}
		}
		out = append(out, a)
	}
	return out, nil
}
