package world

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
)

// onUser finds a user and lets something be done with the policies that it holds.
func onUser[O any](c *call, name *string, do func(holder) (*O, *refusal)) (*O, *refusal) {
	u, ok := c.iam().Users[aws.ToString(name)]
	if !ok {
		return nil, noUser(name)
	}
	return do(u.holder())
}

// done is an output without content, unless the call was refused.
func done[O any](refused *refusal) (*O, *refusal) {
	if refused != nil {
		return nil, refused
	}
	return new(O), nil
}

func putUserPolicy(c *call, in *iam.PutUserPolicyInput) (*iam.PutUserPolicyOutput, *refusal) {
	return onUser(c, in.UserName, func(h holder) (*iam.PutUserPolicyOutput, *refusal) {
		return done[iam.PutUserPolicyOutput](h.put(*in.PolicyName, *in.PolicyDocument))
	})
}

func getUserPolicy(c *call, in *iam.GetUserPolicyInput) (*iam.GetUserPolicyOutput, *refusal) {
	return onUser(c, in.UserName, func(h holder) (*iam.GetUserPolicyOutput, *refusal) {
		d, refused := h.get(in.PolicyName)
		return &iam.GetUserPolicyOutput{UserName: in.UserName, PolicyName: in.PolicyName, PolicyDocument: aws.String(percent(d))}, refused
	})
}

func deleteUserPolicy(c *call, in *iam.DeleteUserPolicyInput) (*iam.DeleteUserPolicyOutput, *refusal) {
	return onUser(c, in.UserName, func(h holder) (*iam.DeleteUserPolicyOutput, *refusal) {
		return done[iam.DeleteUserPolicyOutput](h.delete(in.PolicyName))
	})
}

func listUserPolicies(c *call, in *iam.ListUserPoliciesInput) (*iam.ListUserPoliciesOutput, *refusal) {
	return onUser(c, in.UserName, func(h holder) (*iam.ListUserPoliciesOutput, *refusal) {
		page, next, refused := paged(h.names(), in.Marker, in.MaxItems)
		return &iam.ListUserPoliciesOutput{PolicyNames: page, Marker: next, IsTruncated: next != nil}, refused
	})
}

func attachUserPolicy(c *call, in *iam.AttachUserPolicyInput) (*iam.AttachUserPolicyOutput, *refusal) {
	return onUser(c, in.UserName, func(h holder) (*iam.AttachUserPolicyOutput, *refusal) {
		return done[iam.AttachUserPolicyOutput](h.attach(c, in.PolicyArn))
	})
}

func detachUserPolicy(c *call, in *iam.DetachUserPolicyInput) (*iam.DetachUserPolicyOutput, *refusal) {
	return onUser(c, in.UserName, func(h holder) (*iam.DetachUserPolicyOutput, *refusal) {
		return done[iam.DetachUserPolicyOutput](h.detach(in.PolicyArn))
	})
}

func listAttachedUserPolicies(c *call, in *iam.ListAttachedUserPoliciesInput) (*iam.ListAttachedUserPoliciesOutput, *refusal) {
	return onUser(c, in.UserName, func(h holder) (*iam.ListAttachedUserPoliciesOutput, *refusal) {
		page, next, refused := paged(h.attachments(), in.Marker, in.MaxItems)
		return &iam.ListAttachedUserPoliciesOutput{AttachedPolicies: page, Marker: next, IsTruncated: next != nil}, refused
	})
}

func putUserBoundary(c *call, in *iam.PutUserPermissionsBoundaryInput) (*iam.PutUserPermissionsBoundaryOutput, *refusal) {
	return onUser(c, in.UserName, func(h holder) (*iam.PutUserPermissionsBoundaryOutput, *refusal) {
		return done[iam.PutUserPermissionsBoundaryOutput](h.bind(c, in.PermissionsBoundary))
	})
}

func deleteUserBoundary(c *call, in *iam.DeleteUserPermissionsBoundaryInput) (*iam.DeleteUserPermissionsBoundaryOutput, *refusal) {
	return onUser(c, in.UserName, func(h holder) (*iam.DeleteUserPermissionsBoundaryOutput, *refusal) {
		return done[iam.DeleteUserPermissionsBoundaryOutput](h.unbind())
	})
}
