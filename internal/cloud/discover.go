package cloud

import (
	"context"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/organizations/types"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/cloud/calls"
)

// Account is one account as AWS Organizations has it.
type Account struct {
	ID     string
	Name   string
	Active bool     // false: suspended, being closed, or not yet begun
	OUs    []string // the units that it is in, the nearest first, the root last; nil where that could not be read
	Names  []string // of these units, in the same order; the root's is Root
}

// Accounts lists the accounts of the organisation and where each stands in it. It is asked with the process's own credentials:
// the management account's, or those of one to which reading was delegated. One listing says which accounts belong to it; the
// tree of units takes many calls, and may change meanwhile. Where it can't be read to its end, there are accounts and an error:
// some stand nowhere.
func (c *Cloud) Accounts(ctx context.Context, partition string) ([]Account, error) {
	s := session{place: OrganizationsIn(partition), purpose: Own, name: "riposte"}
	api := client(c, s, "organizations", func(cfg aws.Config) *organizations.Client { return organizations.NewFromConfig(cfg) })
	var all []Account
	for pages := organizations.NewListAccountsPaginator(api, &organizations.ListAccountsInput{}); pages.HasMorePages(); {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("list the accounts of the organisation: %w", err)
		}
		for _, a := range page.Accounts {
			active := a.State == types.AccountStateActive // the state takes the status's place in 2026:
			if a.State == "" {                            // https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_accounts_account_state.html
				active = a.Status == types.AccountStatusActive
			}
			all = append(all, Account{ID: aws.ToString(a.Id), Name: aws.ToString(a.Name), Active: active})
		}
	}
	w := walk{api: api, found: map[string][]unit{}}
	err := w.roots(ctx)
	for i := range all {
		for _, u := range w.found[all[i].ID] {
			all[i].OUs, all[i].Names = append(all[i].OUs, u.id), append(all[i].Names, u.name)
		}
	}
	return all, err
}

// walk goes down the tree of units.
type walk struct {
	api   *organizations.Client
	found map[string][]unit // by account
}

type unit struct{ id, name string }

func (w walk) roots(ctx context.Context) error {
	for pages := organizations.NewListRootsPaginator(w.api, &organizations.ListRootsInput{}); pages.HasMorePages(); {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return fmt.Errorf("list the roots of the organisation: %w", err)
		}
		for _, r := range page.Roots {
			if err := w.below(ctx, []unit{{aws.ToString(r.Id), aws.ToString(r.Name)}}); err != nil {
				return err
			}
		}
	}
	return nil
}

// below notes the accounts of a unit, and goes on with the units in it. The path begins with the unit.
func (w walk) below(ctx context.Context, path []unit) error {
	parent := aws.String(path[0].id)
	for pages := organizations.NewListAccountsForParentPaginator(w.api, &organizations.ListAccountsForParentInput{ParentId: parent}); pages.HasMorePages(); {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return fmt.Errorf("list the accounts in %s: %w", path[0].id, err)
		}
		for _, a := range page.Accounts {
			w.found[aws.ToString(a.Id)] = path
		}
	}
	for pages := organizations.NewListOrganizationalUnitsForParentPaginator(w.api, &organizations.ListOrganizationalUnitsForParentInput{ParentId: parent}); pages.HasMorePages(); {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return fmt.Errorf("list the units in %s: %w", path[0].id, err)
		}
		for _, u := range page.OrganizationalUnits {
			if err := w.below(ctx, append([]unit{{aws.ToString(u.Id), aws.ToString(u.Name)}}, path...)); err != nil {
				return err
			}
		}
	}
	return nil
}

// Regions returns those that are enabled in an account, asked in one of them with the audit role.
func (c *Cloud) Regions(ctx context.Context, at event.Place) ([]string, error) {
	describe := client(c, reading(at), "ec2.DescribeRegions", func(cfg aws.Config) calls.Call[ec2.DescribeRegionsInput, ec2.DescribeRegionsOutput, ec2.Options] {
		return ec2.NewFromConfig(cfg).DescribeRegions
	})
	out, err := describe(ctx, &ec2.DescribeRegionsInput{}) // without AllRegions: those that are enabled
	if err != nil {
		return nil, fmt.Errorf("list the regions of account %s: %w", at.Account, err)
	}
	var names []string
	for _, r := range out.Regions {
		names = append(names, aws.ToString(r.RegionName))
	}
	slices.Sort(names)
	return names, nil
}
