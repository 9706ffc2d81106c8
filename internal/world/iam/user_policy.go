package iam

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/ripostehq/riposte/internal/world/core"
)

func userPolicyResource() core.Resource {
	return core.Resource{Operations: []core.Operation{
		unseen(change("UserName PolicyName PolicyDocument", ofUser, putUserPolicy)),
		read("UserName PolicyName", ofUser, getUserPolicy),
		unseen(change("UserName PolicyName", ofUser, deleteUserPolicy)),
		read("UserName Marker MaxItems", ofUser, listUserPolicies),
		change("UserName PolicyArn", ofUser, attachUserPolicy),
		change("UserName PolicyArn", ofUser, detachUserPolicy),
		read("UserName Marker MaxItems", ofUser, listAttachedUserPolicies),
		unseen(change("UserName PermissionsBoundary", ofUser, putUserBoundary)),
		unseen(change("UserName", ofUser, deleteUserBoundary)),
	}}
}

// onUser finds a user and lets something be done with the policies that it holds.
func onUser[O any](c *core.Call, name *string, do func(holder) (*O, *core.Refusal)) (*O, *core.Refusal) {
	u, refused := users.Find(c.At, name)
	if refused != nil {
		return nil, refused
	}
	return do(u.holder())
}

// done is an output without content, unless the call was refused.
func done[O any](refused *core.Refusal) (*O, *core.Refusal) {
	if refused != nil {
		return nil, refused
	}
	return new(O), nil
}

func putUserPolicy(c *core.Call, in *iam.PutUserPolicyInput) (*iam.PutUserPolicyOutput, *core.Refusal) {
	return onUser(c, in.UserName, func(h holder) (*iam.PutUserPolicyOutput, *core.Refusal) {
		return done[iam.PutUserPolicyOutput](h.put(*in.PolicyName, *in.PolicyDocument))
	})
}

func getUserPolicy(c *core.Call, in *iam.GetUserPolicyInput) (*iam.GetUserPolicyOutput, *core.Refusal) {
	return onUser(c, in.UserName, func(h holder) (*iam.GetUserPolicyOutput, *core.Refusal) {
		d, refused := h.get(in.PolicyName)
		return &iam.GetUserPolicyOutput{UserName: in.UserName, PolicyName: in.PolicyName, PolicyDocument: aws.String(percent(d))}, refused
	})
}

func deleteUserPolicy(c *core.Call, in *iam.DeleteUserPolicyInput) (*iam.DeleteUserPolicyOutput, *core.Refusal) {
	return onUser(c, in.UserName, func(h holder) (*iam.DeleteUserPolicyOutput, *core.Refusal) {
		return done[iam.DeleteUserPolicyOutput](h.delete(in.PolicyName))
	})
}

func listUserPolicies(c *core.Call, in *iam.ListUserPoliciesInput) (*iam.ListUserPoliciesOutput, *core.Refusal) {
	return onUser(c, in.UserName, func(h holder) (*iam.ListUserPoliciesOutput, *core.Refusal) {
		page, next, refused := core.Paged(h.names(), in.Marker, in.MaxItems)
		return &iam.ListUserPoliciesOutput{PolicyNames: page, Marker: next, IsTruncated: next != nil}, refused
	})
}

func attachUserPolicy(c *core.Call, in *iam.AttachUserPolicyInput) (*iam.AttachUserPolicyOutput, *core.Refusal) {
	return onUser(c, in.UserName, func(h holder) (*iam.AttachUserPolicyOutput, *core.Refusal) {
		return done[iam.AttachUserPolicyOutput](h.attach(c, in.PolicyArn))
	})
}

func detachUserPolicy(c *core.Call, in *iam.DetachUserPolicyInput) (*iam.DetachUserPolicyOutput, *core.Refusal) {
	return onUser(c, in.UserName, func(h holder) (*iam.DetachUserPolicyOutput, *core.Refusal) {
		return done[iam.DetachUserPolicyOutput](h.detach(in.PolicyArn))
	})
}

func listAttachedUserPolicies(c *core.Call, in *iam.ListAttachedUserPoliciesInput) (*iam.ListAttachedUserPoliciesOutput, *core.Refusal) {
	return onUser(c, in.UserName, func(h holder) (*iam.ListAttachedUserPoliciesOutput, *core.Refusal) {
		page, next, refused := core.Paged(h.attachments(), in.Marker, in.MaxItems)
		return &iam.ListAttachedUserPoliciesOutput{AttachedPolicies: page, Marker: next, IsTruncated: next != nil}, refused
	})
}

func putUserBoundary(c *core.Call, in *iam.PutUserPermissionsBoundaryInput) (*iam.PutUserPermissionsBoundaryOutput, *core.Refusal) {
	return onUser(c, in.UserName, func(h holder) (*iam.PutUserPermissionsBoundaryOutput, *core.Refusal) {
		return done[iam.PutUserPermissionsBoundaryOutput](h.bind(c, in.PermissionsBoundary))
	})
}

func deleteUserBoundary(c *core.Call, in *iam.DeleteUserPermissionsBoundaryInput) (*iam.DeleteUserPermissionsBoundaryOutput, *core.Refusal) {
	return onUser(c, in.UserName, func(h holder) (*iam.DeleteUserPermissionsBoundaryOutput, *core.Refusal) {
		return done[iam.DeleteUserPermissionsBoundaryOutput](h.unbind())
	})
}
