package iam

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/ripostehq/riposte/internal/world/core"
)

func userPolicyResource() core.Resource {
	return core.Resource{Operations: []core.Operation{
		unseen(changeUser("PolicyName PolicyDocument", putPolicy[iam.PutUserPolicyInput, iam.PutUserPolicyOutput, *user])),
		readUser("PolicyName", func(_ *core.Call, in *iam.GetUserPolicyInput, u *user) (*iam.GetUserPolicyOutput, *core.Refusal) {
			d, refused := u.get(in.PolicyName)
			return &iam.GetUserPolicyOutput{UserName: in.UserName, PolicyName: in.PolicyName, PolicyDocument: aws.String(percent(d))}, refused
		}),
		unseen(changeUser("PolicyName", deletePolicy[iam.DeleteUserPolicyInput, iam.DeleteUserPolicyOutput, *user])),
		readUser("Marker MaxItems", func(_ *core.Call, in *iam.ListUserPoliciesInput, u *user) (*iam.ListUserPoliciesOutput, *core.Refusal) {
			page, next, refused := core.Paged(u.names(), in.Marker, in.MaxItems)
			return &iam.ListUserPoliciesOutput{PolicyNames: page, Marker: next, IsTruncated: next != nil}, refused
		}),
		changeUser("PolicyArn", attachPolicy[iam.AttachUserPolicyInput, iam.AttachUserPolicyOutput, *user]),
		changeUser("PolicyArn", detachPolicy[iam.DetachUserPolicyInput, iam.DetachUserPolicyOutput, *user]),
		readUser("Marker MaxItems", func(_ *core.Call, in *iam.ListAttachedUserPoliciesInput, u *user) (*iam.ListAttachedUserPoliciesOutput, *core.Refusal) {
			page, next, refused := core.Paged(u.attachments(), in.Marker, in.MaxItems)
			return &iam.ListAttachedUserPoliciesOutput{AttachedPolicies: page, Marker: next, IsTruncated: next != nil}, refused
		}),
		unseen(changeUser("PermissionsBoundary", putBoundary[iam.PutUserPermissionsBoundaryInput, iam.PutUserPermissionsBoundaryOutput, *user])),
		unseen(changeUser("", deleteBoundary[iam.DeleteUserPermissionsBoundaryInput, iam.DeleteUserPermissionsBoundaryOutput, *user])),
	}}
}

func rolePolicyResource() core.Resource {
	return core.Resource{Operations: []core.Operation{
		changeRole("PolicyName PolicyDocument", putPolicy[iam.PutRolePolicyInput, iam.PutRolePolicyOutput, *role]),
		readRole("PolicyName", func(_ *core.Call, in *iam.GetRolePolicyInput, r *role) (*iam.GetRolePolicyOutput, *core.Refusal) {
			d, refused := r.get(in.PolicyName)
			return &iam.GetRolePolicyOutput{RoleName: in.RoleName, PolicyName: in.PolicyName, PolicyDocument: aws.String(percent(d))}, refused
		}),
		changeRole("PolicyName", deletePolicy[iam.DeleteRolePolicyInput, iam.DeleteRolePolicyOutput, *role]),
		readRole("Marker MaxItems", func(_ *core.Call, in *iam.ListRolePoliciesInput, r *role) (*iam.ListRolePoliciesOutput, *core.Refusal) {
			page, next, refused := core.Paged(r.names(), in.Marker, in.MaxItems)
			return &iam.ListRolePoliciesOutput{PolicyNames: page, Marker: next, IsTruncated: next != nil}, refused
		}),
		changeRole("PolicyArn", attachPolicy[iam.AttachRolePolicyInput, iam.AttachRolePolicyOutput, *role]),
		changeRole("PolicyArn", detachPolicy[iam.DetachRolePolicyInput, iam.DetachRolePolicyOutput, *role]),
		readRole("Marker MaxItems", func(_ *core.Call, in *iam.ListAttachedRolePoliciesInput, r *role) (*iam.ListAttachedRolePoliciesOutput, *core.Refusal) {
			page, next, refused := core.Paged(r.attachments(), in.Marker, in.MaxItems)
			return &iam.ListAttachedRolePoliciesOutput{AttachedPolicies: page, Marker: next, IsTruncated: next != nil}, refused
		}),
		unseen(changeRole("PermissionsBoundary", putBoundary[iam.PutRolePermissionsBoundaryInput, iam.PutRolePermissionsBoundaryOutput, *role])),
		unseen(changeRole("", deleteBoundary[iam.DeleteRolePermissionsBoundaryInput, iam.DeleteRolePermissionsBoundaryOutput, *role])),
	}}
}

// holding is a user or a role.
type holding interface{ self() *holder }

// done is an output without content, unless the call was refused.
func done[O any](refused *core.Refusal) (*O, *core.Refusal) {
	if refused != nil {
		return nil, refused
	}
	return new(O), nil
}

func putPolicy[I, O any, H holding](_ *core.Call, in *I, h H) (*O, *core.Refusal) {
	return done[O](h.self().put(*given(in, "PolicyName"), *given(in, "PolicyDocument")))
}

func deletePolicy[I, O any, H holding](_ *core.Call, in *I, h H) (*O, *core.Refusal) {
	return done[O](h.self().delete(given(in, "PolicyName")))
}

func attachPolicy[I, O any, H holding](c *core.Call, in *I, h H) (*O, *core.Refusal) {
	return done[O](h.self().attach(c, given(in, "PolicyArn")))
}

func detachPolicy[I, O any, H holding](_ *core.Call, in *I, h H) (*O, *core.Refusal) {
	return done[O](h.self().detach(given(in, "PolicyArn")))
}

func putBoundary[I, O any, H holding](c *core.Call, in *I, h H) (*O, *core.Refusal) {
	return done[O](h.self().bind(c, given(in, "PermissionsBoundary")))
}

func deleteBoundary[I, O any, H holding](_ *core.Call, _ *I, h H) (*O, *core.Refusal) {
	return done[O](h.self().unbind())
}
