package world

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
)

// onRole finds a role and lets something be read of the policies that it holds.
func onRole[O any](c *call, name *string, do func(holder) (*O, *refusal)) (*O, *refusal) {
	r, refused := c.roleNamed(name)
	if refused != nil {
		return nil, refused
	}
	return do(r.holder())
}

// onOwnRole is the same for changes, which AWS refuses on roles of its own.
func onOwnRole[O any](c *call, name *string, do func(holder) (*O, *refusal)) (*O, *refusal) {
	r, refused := c.ownRole(name)
	if refused != nil {
		return nil, refused
	}
	return do(r.holder())
}

func putRolePolicy(c *call, in *iam.PutRolePolicyInput) (*iam.PutRolePolicyOutput, *refusal) {
	return onOwnRole(c, in.RoleName, func(h holder) (*iam.PutRolePolicyOutput, *refusal) {
		return done[iam.PutRolePolicyOutput](h.put(*in.PolicyName, *in.PolicyDocument))
	})
}

func getRolePolicy(c *call, in *iam.GetRolePolicyInput) (*iam.GetRolePolicyOutput, *refusal) {
	return onRole(c, in.RoleName, func(h holder) (*iam.GetRolePolicyOutput, *refusal) {
		d, refused := h.get(in.PolicyName)
		return &iam.GetRolePolicyOutput{RoleName: in.RoleName, PolicyName: in.PolicyName, PolicyDocument: aws.String(percent(d))}, refused
	})
}

func deleteRolePolicy(c *call, in *iam.DeleteRolePolicyInput) (*iam.DeleteRolePolicyOutput, *refusal) {
	return onOwnRole(c, in.RoleName, func(h holder) (*iam.DeleteRolePolicyOutput, *refusal) {
		return done[iam.DeleteRolePolicyOutput](h.delete(in.PolicyName))
	})
}

func listRolePolicies(c *call, in *iam.ListRolePoliciesInput) (*iam.ListRolePoliciesOutput, *refusal) {
	return onRole(c, in.RoleName, func(h holder) (*iam.ListRolePoliciesOutput, *refusal) {
		page, next, refused := paged(h.names(), in.Marker, in.MaxItems)
		return &iam.ListRolePoliciesOutput{PolicyNames: page, Marker: next, IsTruncated: next != nil}, refused
	})
}

func attachRolePolicy(c *call, in *iam.AttachRolePolicyInput) (*iam.AttachRolePolicyOutput, *refusal) {
	return onOwnRole(c, in.RoleName, func(h holder) (*iam.AttachRolePolicyOutput, *refusal) {
		return done[iam.AttachRolePolicyOutput](h.attach(c, in.PolicyArn))
	})
}

func detachRolePolicy(c *call, in *iam.DetachRolePolicyInput) (*iam.DetachRolePolicyOutput, *refusal) {
	return onOwnRole(c, in.RoleName, func(h holder) (*iam.DetachRolePolicyOutput, *refusal) {
		return done[iam.DetachRolePolicyOutput](h.detach(in.PolicyArn))
	})
}

func listAttachedRolePolicies(c *call, in *iam.ListAttachedRolePoliciesInput) (*iam.ListAttachedRolePoliciesOutput, *refusal) {
	return onRole(c, in.RoleName, func(h holder) (*iam.ListAttachedRolePoliciesOutput, *refusal) {
		page, next, refused := paged(h.attachments(), in.Marker, in.MaxItems)
		return &iam.ListAttachedRolePoliciesOutput{AttachedPolicies: page, Marker: next, IsTruncated: next != nil}, refused
	})
}

func putRoleBoundary(c *call, in *iam.PutRolePermissionsBoundaryInput) (*iam.PutRolePermissionsBoundaryOutput, *refusal) {
	return onOwnRole(c, in.RoleName, func(h holder) (*iam.PutRolePermissionsBoundaryOutput, *refusal) {
		return done[iam.PutRolePermissionsBoundaryOutput](h.bind(c, in.PermissionsBoundary))
	})
}

func deleteRoleBoundary(c *call, in *iam.DeleteRolePermissionsBoundaryInput) (*iam.DeleteRolePermissionsBoundaryOutput, *refusal) {
	return onOwnRole(c, in.RoleName, func(h holder) (*iam.DeleteRolePermissionsBoundaryOutput, *refusal) {
		return done[iam.DeleteRolePermissionsBoundaryOutput](h.unbind())
	})
}
