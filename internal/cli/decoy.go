package cli

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/cloud"
	"github.com/ripostehq/riposte/internal/decoy"
)

var accountID = regexp.MustCompile(`^[0-9]{12}$`)

type decoyVerb struct {
	Plant  plantVerb  `cmd:"" help:"Make a user that may do nothing, with a key to lay out for thieves."`
	List   decoysVerb `cmd:"" help:"Show what is configured, what was planted, and what stands."`
	Remove removeVerb `cmd:"" help:"Take a decoy away again, key and user."`
}

// grounds are an existing ledger, and the garden that is kept by it.
type grounds struct {
	record
	decoy.Garden
	home event.Place
}

// grounds opens the ledger, and AWS: that of a demo's ledger is the demo's.
func (f ledgerFlag) grounds(ctx context.Context, sh *shell) (grounds, error) {
	r, err := f.serve(ctx, sh)
	if err != nil {
		return grounds{}, err
	}
	var base func(event.Place) aws.Config
	switch {
	case r.stage == nil:
		base, err = cloud.Load(ctx)
	case r.release == nil:
		err = errors.New("another process has the demo's world at present")
	default:
		base = r.stage.AWS
	}
	if err != nil {
		return grounds{}, errors.Join(err, r.Close())
	}
	roles := r.config.Organization.Roles
	now := sh.now
	if r.stage != nil {
		now = r.stage.World.Now
	}
	guard := cloud.Guard{cloud.Audit: decoy.Reads(), cloud.Author: decoy.Writes()}
	c := cloud.New(cloud.Options{Base: base, Roles: cloud.RolesOf(roles), ExternalID: roles.ExternalID, Guard: guard, Now: now})
	author := func(at event.Place, policy string) aws.Config { return c.Author(at, "riposte-decoy", policy) }
	return grounds{
		record: r, home: cloud.Home(base), Garden: decoy.Garden{Reads: c.Reads(), Author: author, Store: r.Store, Now: now, By: sh.user},
	}, nil
}

// account is where a decoy is planted: the one that is named, or the only one of the configuration.
func (g grounds) account(named string) (event.Place, error) {
	at, listed := g.home, g.config.Organization.Accounts
	at.Region = ""
	switch _, known := g.config.Account(named); {
	case named == "" && len(listed) == 1:
		at.Account = listed[0].ID
	case named == "":
		return at, wrongUsage("--account says where: twelve digits")
	case !accountID.MatchString(named):
		return at, wrongUsage("--account %q is no account: want twelve digits", named)
	case !known && len(listed) > 0 && !g.config.Organization.Discover:
		return at, wrongUsage("account %s is not in organization.accounts", named)
	default:
		at.Account = named
	}
	return at, nil
}

type removeVerb struct {
	ledgerFlag
	ID     string `arg:"" help:"The decoy: the user's unique id (AIDA...), or the id of its key (AKIA...); of an interrupted planting, its case. Never a name."`
	DryRun bool   `help:"Say what would be done, and do nothing."`
}

// Run takes a decoy away.
func (v removeVerb) Run(ctx context.Context, sh *shell) error {
	g, err := v.grounds(ctx, sh)
	if err != nil {
		return err
	}
	defer g.record.Close()
	all, err := decoy.Planted(ctx, g.record.Store)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(all, func(d decoy.Decoy) bool { return d.ID() == v.ID || d.Key == v.ID })
	switch {
	case i < 0:
		return fmt.Errorf("%s has no decoy %s: riposte takes away what it planted itself, known by the id in its ledger", g.file, v.ID)
	case all[i].Removed:
		return fmt.Errorf("decoy %s was taken away already", v.ID)
	}
	f, err := g.Look(ctx, all[i])
	if err != nil {
		return err
	}
	if !v.DryRun {
		if err := g.Remove(ctx, f); err != nil {
			return err
		}
	} else if f.Odd != "" {
		return fmt.Errorf("%s: it is left alone", f.Odd)
	}
	return sh.removed(f, v.DryRun, g.config.Facts().Decoys)
}

// removed prints what was taken away, or would be.
func (sh *shell) removed(f decoy.Found, dry bool, configured []string) error {
	left := slices.DeleteFunc(configured, func(id string) bool { return id != f.Key && id != f.UserID })
	if sh.json() {
		sh.object(struct {
			decoy.Found
			DryRun     bool     `json:"dry_run,omitempty"`
			Configured []string `json:"configured"` // ids that the configuration still names
		}{f, dry, left})
		return sh.unprinted
	}
	did := "taken away"
	if dry {
		did = "would be taken away"
	}
	sh.line("%s: user %s (%s)", did, f.User.String(), f.ID())
	for _, k := range f.Keys {
		sh.line("%s: key %s", did, k.ID)
	}
	if f.Gone != "" {
		sh.line("it was gone before: %s", f.Gone)
	}
	for _, id := range left {
		sh.remark("take %s out of the configuration: playbooks, identity.decoy-used, params", id)
	}
	return sh.unprinted
}
