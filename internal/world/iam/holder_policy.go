package iam

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/ripostehq/riposte/internal/world/core"
)

// holderPolicies are the operations on the policies of users and of roles: inline ones, attached ones, the boundary; and on their tags.
func holderPolicies() core.Resource {
	return core.Resource{Operations: []core.Operation{
		unseen(alterUser[iam.PutUserPolicyInput, iam.PutUserPolicyOutput]("PolicyName PolicyDocument", (*holder).put)),
		alterRole[iam.PutRolePolicyInput, iam.PutRolePolicyOutput]("PolicyName PolicyDocument", (*holder).put),
		unseen(alterUser[iam.DeleteUserPolicyInput, iam.DeleteUserPolicyOutput]("PolicyName", (*holder).delete)),
		alterRole[iam.DeleteRolePolicyInput, iam.DeleteRolePolicyOutput]("PolicyName", (*holder).delete),
		readUser("PolicyName", func(_ *core.Call, in *iam.GetUserPolicyInput, u *user) (*iam.GetUserPolicyOutput, *core.Refusal) {
			d, refused := u.get(in.PolicyName)
			return &iam.GetUserPolicyOutput{UserName: in.UserName, PolicyName: in.PolicyName, PolicyDocument: aws.String(percent(d))}, refused
		}),
		readRole("PolicyName", func(_ *core.Call, in *iam.GetRolePolicyInput, r *role) (*iam.GetRolePolicyOutput, *core.Refusal) {
			d, refused := r.get(in.PolicyName)
			return &iam.GetRolePolicyOutput{RoleName: in.RoleName, PolicyName: in.PolicyName, PolicyDocument: aws.String(percent(d))}, refused
		}),
		readUser("Marker MaxItems", func(_ *core.Call, in *iam.ListUserPoliciesInput, u *user) (*iam.ListUserPoliciesOutput, *core.Refusal) {
			page, next, refused := core.Paged(u.names(), in.Marker, in.MaxItems)
			return &iam.ListUserPoliciesOutput{PolicyNames: page, Marker: next, IsTruncated: next != nil}, refused
		}),
		readRole("Marker MaxItems", func(_ *core.Call, in *iam.ListRolePoliciesInput, r *role) (*iam.ListRolePoliciesOutput, *core.Refusal) {
			page, next, refused := core.Paged(r.names(), in.Marker, in.MaxItems)
			return &iam.ListRolePoliciesOutput{PolicyNames: page, Marker: next, IsTruncated: next != nil}, refused
		}),

		alterUser[iam.AttachUserPolicyInput, iam.AttachUserPolicyOutput]("PolicyArn", (*holder).attach),
		alterRole[iam.AttachRolePolicyInput, iam.AttachRolePolicyOutput]("PolicyArn", (*holder).attach),
		alterUser[iam.DetachUserPolicyInput, iam.DetachUserPolicyOutput]("PolicyArn", (*holder).detach),
		alterRole[iam.DetachRolePolicyInput, iam.DetachRolePolicyOutput]("PolicyArn", (*holder).detach),
		readUser("Marker MaxItems", func(_ *core.Call, in *iam.ListAttachedUserPoliciesInput, u *user) (*iam.ListAttachedUserPoliciesOutput, *core.Refusal) {
			page, next, refused := core.Paged(u.attachments(), in.Marker, in.MaxItems)
			return &iam.ListAttachedUserPoliciesOutput{AttachedPolicies: page, Marker: next, IsTruncated: next != nil}, refused
		}),
		readRole("Marker MaxItems", func(_ *core.Call, in *iam.ListAttachedRolePoliciesInput, r *role) (*iam.ListAttachedRolePoliciesOutput, *core.Refusal) {
			page, next, refused := core.Paged(r.attachments(), in.Marker, in.MaxItems)
			return &iam.ListAttachedRolePoliciesOutput{AttachedPolicies: page, Marker: next, IsTruncated: next != nil}, refused
		}),

		unseen(alterUser[iam.PutUserPermissionsBoundaryInput, iam.PutUserPermissionsBoundaryOutput]("PermissionsBoundary", (*holder).bind)),
		unseen(alterRole[iam.PutRolePermissionsBoundaryInput, iam.PutRolePermissionsBoundaryOutput]("PermissionsBoundary", (*holder).bind)),
		unseen(alterUser[iam.DeleteUserPermissionsBoundaryInput, iam.DeleteUserPermissionsBoundaryOutput]("", (*holder).unbind)),
		unseen(alterRole[iam.DeleteRolePermissionsBoundaryInput, iam.DeleteRolePermissionsBoundaryOutput]("", (*holder).unbind)),

		unseen(alterUser[iam.TagUserInput, iam.TagUserOutput]("Tags", (*holder).tag)),
		unseen(alterRole[iam.TagRoleInput, iam.TagRoleOutput]("Tags", (*holder).tag)),
		unseen(alterUser[iam.UntagUserInput, iam.UntagUserOutput]("TagKeys", (*holder).untag)),
		unseen(alterRole[iam.UntagRoleInput, iam.UntagRoleOutput]("TagKeys", (*holder).untag)),
	}}
}

// alterUser is the row of a change of a user's policies, whose answer is empty.
func alterUser[I, O any](knows string, alter func(*holder, *core.Call, any) *core.Refusal) core.Operation {
	return changeUser(knows, func(c *core.Call, in *I, u *user) (*O, *core.Refusal) { return new(O), alter(&u.holder, c, in) })
}

// alterRole is the same of a role's.
func alterRole[I, O any](knows string, alter func(*holder, *core.Call, any) *core.Refusal) core.Operation {
	return changeRole(knows, func(c *core.Call, in *I, r *role) (*O, *core.Refusal) { return new(O), alter(&r.holder, c, in) })
}
