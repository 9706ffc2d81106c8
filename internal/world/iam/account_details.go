package iam

import (
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/ripostehq/riposte/internal/world/core"
)

func detailsResource() core.Resource {
	return core.Resource{Operations: []core.Operation{
		core.Define(core.Spec[iam.GetAccountAuthorizationDetailsInput, iam.GetAccountAuthorizationDetailsOutput]{
			Basis: "of AWS's own policies those that are attached: unverified", Knows: "Filter Marker MaxItems", Answer: accountDetails,
		}),
	}}
}

// detail is one of the things that are listed together, page by page.
type detail struct {
	kind   types.EntityType
	user   types.UserDetail
	role   types.RoleDetail
	policy types.ManagedPolicyDetail
}

func accountDetails(c *core.Call, in *iam.GetAccountAuthorizationDetailsInput) (*iam.GetAccountAuthorizationDetailsOutput, *core.Refusal) {
	all := details(c)
	if len(in.Filter) > 0 {
		all = slices.DeleteFunc(all, func(d detail) bool { return !slices.Contains(in.Filter, d.kind) })
	}
	page, next, refused := core.Paged(all, in.Marker, in.MaxItems)
	out := &iam.GetAccountAuthorizationDetailsOutput{Marker: next, IsTruncated: next != nil}
	for _, d := range page {
		switch d.kind {
		case types.EntityTypeUser:
			out.UserDetailList = append(out.UserDetailList, d.user)
		case types.EntityTypeRole:
			out.RoleDetailList = append(out.RoleDetailList, d.role)
		default:
			out.Policies = append(out.Policies, d.policy)
		}
	}
	return out, refused
}

// details are the account's users, roles and policies, in this order.
func details(c *core.Call) (all []detail) {
	attached := map[string]bool{}
	note := func(h *holder) {
		for _, arn := range append(slices.Clone(h.Attached), h.Boundary) {
			attached[arn] = true
		}
	}
	for _, u := range users.Sorted(c.At) {
		note(&u.holder)
		d := u.describe()
		all = append(all, detail{kind: types.EntityTypeUser, user: types.UserDetail{
			Arn: d.Arn, UserName: d.UserName, UserId: d.UserId, Path: d.Path, CreateDate: d.CreateDate, PermissionsBoundary: d.PermissionsBoundary, Tags: d.Tags,
			UserPolicyList: u.inlineDetails(), AttachedManagedPolicies: u.attachedDetails(c),
		}})
	}
	for _, r := range roles.Sorted(c.At) {
		note(&r.holder)
		d := r.describe()
		all = append(all, detail{kind: types.EntityTypeRole, role: types.RoleDetail{
			Arn: d.Arn, RoleName: d.RoleName, RoleId: d.RoleId, Path: d.Path, CreateDate: d.CreateDate, PermissionsBoundary: d.PermissionsBoundary, Tags: d.Tags,
			AssumeRolePolicyDocument: d.AssumeRolePolicyDocument, InstanceProfileList: r.profiles(c), RolePolicyList: r.inlineDetails(), AttachedManagedPolicies: r.attachedDetails(c),
		}})
	}
	for _, p := range policies.Sorted(c.At) {
		all = append(all, detail{types.EntityTypeLocalManagedPolicy, types.UserDetail{}, types.RoleDetail{}, p.detail(c)})
	}
	for _, arn := range slices.Sorted(maps.Keys(attached)) {
		if p := byAWS(arn); p != nil {
			all = append(all, detail{types.EntityTypeAWSManagedPolicy, types.UserDetail{}, types.RoleDetail{}, p.detail(c)})
		}
	}
	return all
}

func (h *holder) inlineDetails() (out []types.PolicyDetail) {
	for _, name := range slices.Sorted(maps.Keys(h.Inline)) {
		out = append(out, types.PolicyDetail{PolicyName: aws.String(name), PolicyDocument: aws.String(percent(h.Inline[name]))})
	}
	return out
}

func (h *holder) attachedDetails(c *core.Call) (out []types.AttachedPolicy) {
	for _, arn := range h.Attached {
		if p := managed(c.At, arn); p != nil {
			out = append(out, types.AttachedPolicy{PolicyArn: aws.String(arn), PolicyName: aws.String(p.Name)})
		}
	}
	return out
}

func (p *managedPolicy) detail(c *core.Call) types.ManagedPolicyDetail {
	d := describePolicy(c, p)
	out := types.ManagedPolicyDetail{
		Arn: d.Arn, PolicyName: d.PolicyName, PolicyId: d.PolicyId, Path: d.Path, DefaultVersionId: d.DefaultVersionId, AttachmentCount: d.AttachmentCount,
		PermissionsBoundaryUsageCount: d.PermissionsBoundaryUsageCount, IsAttachable: true, CreateDate: d.CreateDate, UpdateDate: d.UpdateDate,
	}
	for _, id := range slices.Sorted(maps.Keys(p.Versions)) {
		out.PolicyVersionList = append(out.PolicyVersionList, *p.version(id, true))
	}
	return out
}
