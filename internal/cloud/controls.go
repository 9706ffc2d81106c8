package cloud

import (
	"context"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/organizations/types"
)

// Controls is an organisation's id and management account, and the service control policies of its accounts. Its JSON is what iam/roster reads.
type Controls struct {
	Organization struct {
		ID         string `json:"Id"`
		Management string `json:"MasterAccountId"`
	}
	ServiceControlPolicies map[string][][]Control // by account: a level each, from the root to the account
}

// Control is a control policy.
type Control struct{ Name, Document string }

// Controls reads them with the process's own credentials, as Accounts does, for accounts that Accounts has placed. Where an error comes, what
// was read before it stands: an account without levels is one whose policies were not read. A level without any policy is left out: control
// policies are then not enabled.
// https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListPoliciesForTarget.html
func (c *Cloud) Controls(ctx context.Context, partition string, accounts []Account) (Controls, error) {
	s := session{place: OrganizationsIn(partition), purpose: Own, name: "riposte"}
	r := controlReader{
		api:    client(c, s, "organizations", func(cfg aws.Config) *organizations.Client { return organizations.NewFromConfig(cfg) }),
		levels: map[string][]Control{}, documents: map[string]Control{},
	}
	out := Controls{ServiceControlPolicies: map[string][][]Control{}}
	org, err := r.api.DescribeOrganization(ctx, &organizations.DescribeOrganizationInput{})
	if err != nil {
		return out, fmt.Errorf("read the organisation: %w", err)
	}
	out.Organization.ID, out.Organization.Management = aws.ToString(org.Organization.Id), aws.ToString(org.Organization.MasterAccountId)
	for _, a := range accounts {
		if len(a.OUs) == 0 {
			continue
		}
		targets := slices.Clone(a.OUs)
		slices.Reverse(targets)
		var levels [][]Control
		for _, target := range append(targets, a.ID) {
			level, err := r.level(ctx, target)
			if err != nil {
				return out, err
			}
			if len(level) > 0 {
				levels = append(levels, level)
			}
		}
		out.ServiceControlPolicies[a.ID] = levels
	}
	return out, nil
}

// controlReader reads each level and each policy once.
type controlReader struct {
	api       *organizations.Client
	levels    map[string][]Control
	documents map[string]Control
}

func (r controlReader) level(ctx context.Context, target string) ([]Control, error) {
	if l, ok := r.levels[target]; ok {
		return l, nil
	}
	var out []Control
	in := organizations.ListPoliciesForTargetInput{TargetId: &target, Filter: types.PolicyTypeServiceControlPolicy}
	for pages := organizations.NewListPoliciesForTargetPaginator(r.api, &in); pages.HasMorePages(); {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("list the control policies of %s: %w", target, err)
		}
		for _, p := range page.Policies {
			d, err := r.document(ctx, aws.ToString(p.Id))
			if err != nil {
				return nil, err
			}
			out = append(out, d)
		}
	}
	r.levels[target] = out
	return out, nil
}

func (r controlReader) document(ctx context.Context, id string) (Control, error) {
	if d, ok := r.documents[id]; ok {
		return d, nil
	}
	out, err := r.api.DescribePolicy(ctx, &organizations.DescribePolicyInput{PolicyId: &id})
	if err != nil {
		return Control{}, fmt.Errorf("read the control policy %s: %w", id, err)
	}
	d := Control{Document: aws.ToString(out.Policy.Content)}
	if summary := out.Policy.PolicySummary; summary != nil {
		d.Name = aws.ToString(summary.Name)
	}
	r.documents[id] = d
	return d, nil
}
