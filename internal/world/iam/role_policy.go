package iam

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/ripostehq/riposte/internal/world/core"
)

func rolePolicyResource() core.Resource {
	return core.Resource{Operations: []core.Operation{
		change("RoleName PolicyName PolicyDocument", ofRole, putRolePolicy),
		read("RoleName PolicyName", ofRole, getRolePolicy),
		change("RoleName PolicyName", ofRole, deleteRolePolicy),
		read("RoleName Marker MaxItems", ofRole, listRolePolicies),
		change("RoleName PolicyArn", ofRole, attachRolePolicy),
		change("RoleName PolicyArn", ofRole, detachRolePolicy),
		read("RoleName Marker MaxItems", ofRole, listAttachedRolePolicies),
		unseen(change("RoleName PermissionsBoundary", ofRole, putRoleBoundary)),
		unseen(change("RoleName", ofRole, deleteRoleBoundary)),
	}}
}

// onRole finds a role and lets something be read of the policies that it holds.
func onRole[O any](c *core.Call, name *string, do func(holder) (*O, *core.Refusal)) (*O, *core.Refusal) {
	r, refused := roles.Find(c.At, name)
	if refused != nil {
		return nil, refused
	}
	return do(r.holder())
}

// onOwnRole is the same for changes, which AWS refuses on roles of its own.
func onOwnRole[O any](c *core.Call, name *string, do func(holder) (*O, *core.Refusal)) (*O, *core.Refusal) {
	r, refused := ownRole(c, name)
	if refused != nil {
		return nil, refused
	}
	return do(r.holder())
}

func putRolePolicy(c *core.Call, in *iam.PutRolePolicyInput) (*iam.PutRolePolicyOutput, *core.Refusal) {
	return onOwnRole(c, in.RoleName, func(h holder) (*iam.PutRolePolicyOutput, *core.Refusal) {
		return done[iam.PutRolePolicyOutput](h.put(*in.PolicyName, *in.PolicyDocument))
	})
}

func getRolePolicy(c *core.Call, in *iam.GetRolePolicyInput) (*iam.GetRolePolicyOutput, *core.Refusal) {
	return onRole(c, in.RoleName, func(h holder) (*iam.GetRolePolicyOutput, *core.Refusal) {
		d, refused := h.get(in.PolicyName)
		return &iam.GetRolePolicyOutput{RoleName: in.RoleName, PolicyName: in.PolicyName, PolicyDocument: aws.String(percent(d))}, refused
	})
}

func deleteRolePolicy(c *core.Call, in *iam.DeleteRolePolicyInput) (*iam.DeleteRolePolicyOutput, *core.Refusal) {
	return onOwnRole(c, in.RoleName, func(h holder) (*iam.DeleteRolePolicyOutput, *core.Refusal) {
		return done[iam.DeleteRolePolicyOutput](h.delete(in.PolicyName))
	})
}

func listRolePolicies(c *core.Call, in *iam.ListRolePoliciesInput) (*iam.ListRolePoliciesOutput, *core.Refusal) {
	return onRole(c, in.RoleName, func(h holder) (*iam.ListRolePoliciesOutput, *core.Refusal) {
		page, next, refused := core.Paged(h.names(), in.Marker, in.MaxItems)
		return &iam.ListRolePoliciesOutput{PolicyNames: page, Marker: next, IsTruncated: next != nil}, refused
	})
}

func attachRolePolicy(c *core.Call, in *iam.AttachRolePolicyInput) (*iam.AttachRolePolicyOutput, *core.Refusal) {
	return onOwnRole(c, in.RoleName, func(h holder) (*iam.AttachRolePolicyOutput, *core.Refusal) {
		return done[iam.AttachRolePolicyOutput](h.attach(c, in.PolicyArn))
	})
}

func detachRolePolicy(c *core.Call, in *iam.DetachRolePolicyInput) (*iam.DetachRolePolicyOutput, *core.Refusal) {
	return onOwnRole(c, in.RoleName, func(h holder) (*iam.DetachRolePolicyOutput, *core.Refusal) {
		return done[iam.DetachRolePolicyOutput](h.detach(in.PolicyArn))
	})
}

func listAttachedRolePolicies(c *core.Call, in *iam.ListAttachedRolePoliciesInput) (*iam.ListAttachedRolePoliciesOutput, *core.Refusal) {
	return onRole(c, in.RoleName, func(h holder) (*iam.ListAttachedRolePoliciesOutput, *core.Refusal) {
		page, next, refused := core.Paged(h.attachments(), in.Marker, in.MaxItems)
		return &iam.ListAttachedRolePoliciesOutput{AttachedPolicies: page, Marker: next, IsTruncated: next != nil}, refused
	})
}

func putRoleBoundary(c *core.Call, in *iam.PutRolePermissionsBoundaryInput) (*iam.PutRolePermissionsBoundaryOutput, *core.Refusal) {
	return onOwnRole(c, in.RoleName, func(h holder) (*iam.PutRolePermissionsBoundaryOutput, *core.Refusal) {
		return done[iam.PutRolePermissionsBoundaryOutput](h.bind(c, in.PermissionsBoundary))
	})
}

func deleteRoleBoundary(c *core.Call, in *iam.DeleteRolePermissionsBoundaryInput) (*iam.DeleteRolePermissionsBoundaryOutput, *core.Refusal) {
	return onOwnRole(c, in.RoleName, func(h holder) (*iam.DeleteRolePermissionsBoundaryOutput, *core.Refusal) {
		return done[iam.DeleteRolePermissionsBoundaryOutput](h.unbind())
	})
}
