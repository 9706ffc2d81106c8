package world

import "github.com/aws/aws-sdk-go-v2/service/iam"

const iamReference = "https://docs.aws.amazon.com/IAM/latest/APIReference/API_"

func iamOperations() []operation {
	return append(iamUserOperations(), append(iamRoleOperations(), iamPolicyOperations()...)...)
}

func iamUserOperations() []operation {
	return []operation{
		iamChange("CreateUser", "UserName Path PermissionsBoundary", func(c *call, in *iam.CreateUserInput) []need {
			return c.newNeed("iam:CreateUser", c.iamARN("user", in.Path, in.UserName), boundaryKey, in.PermissionsBoundary)
		}, createUser, func(out *iam.CreateUserOutput) any { return out.User }, "user"),
		iamRead("GetUser", "UserName", func(c *call, in *iam.GetUserInput) []need { return c.userNeed("GetUser", in.UserName, nil) }, getUser),
		iamRead("ListUsers", "PathPrefix Marker MaxItems", nil, listUsers),
		iamChange("UpdateUser", "UserName NewUserName NewPath", func(c *call, in *iam.UpdateUserInput) []need {
			return c.renameNeed(in)
		}, updateUser, nil, ""),
		iamChange("DeleteUser", "UserName", func(c *call, in *iam.DeleteUserInput) []need { return c.userNeed("DeleteUser", in.UserName, nil) }, deleteUser, nil, ""),
		iamChange("CreateAccessKey", "UserName", func(c *call, in *iam.CreateAccessKeyInput) []need {
			return c.userNeed("CreateAccessKey", in.UserName, nil)
		}, createAccessKey, func(out *iam.CreateAccessKeyOutput) any { return withoutSecret(out.AccessKey) }, "accessKey"),
		define(spec[iam.GetAccessKeyLastUsedInput, iam.GetAccessKeyLastUsedOutput]{
			name: "iam.GetAccessKeyLastUsed", basis: iamReference + "GetAccessKeyLastUsed.html; AccessDenied for a key that is not the account's: unverified",
			knows: "AccessKeyId", needs: lastUsedNeed, do: getAccessKeyLastUsed,
		}),
		iamRead("ListAccessKeys", "UserName Marker MaxItems", func(c *call, in *iam.ListAccessKeysInput) []need {
			return c.userNeed("ListAccessKeys", in.UserName, nil)
		}, listAccessKeys),
		iamChange("UpdateAccessKey", "UserName AccessKeyId Status", func(c *call, in *iam.UpdateAccessKeyInput) []need {
			return c.userNeed("UpdateAccessKey", in.UserName, nil)
		}, updateAccessKey, nil, ""),
		iamChange("DeleteAccessKey", "UserName AccessKeyId", func(c *call, in *iam.DeleteAccessKeyInput) []need {
			return c.userNeed("DeleteAccessKey", in.UserName, nil)
		}, deleteAccessKey, nil, ""),
		iamChange("PutUserPolicy", "UserName PolicyName PolicyDocument", func(c *call, in *iam.PutUserPolicyInput) []need {
			return c.userNeed("PutUserPolicy", in.UserName, nil)
		}, putUserPolicy, nil, ""),
		iamRead("GetUserPolicy", "UserName PolicyName", func(c *call, in *iam.GetUserPolicyInput) []need {
			return c.userNeed("GetUserPolicy", in.UserName, nil)
		}, getUserPolicy),
		iamChange("DeleteUserPolicy", "UserName PolicyName", func(c *call, in *iam.DeleteUserPolicyInput) []need {
			return c.userNeed("DeleteUserPolicy", in.UserName, nil)
		}, deleteUserPolicy, nil, ""),
		iamRead("ListUserPolicies", "UserName Marker MaxItems", func(c *call, in *iam.ListUserPoliciesInput) []need {
			return c.userNeed("ListUserPolicies", in.UserName, nil)
		}, listUserPolicies),
		iamChange("AttachUserPolicy", "UserName PolicyArn", func(c *call, in *iam.AttachUserPolicyInput) []need {
			return c.userNeed("AttachUserPolicy", in.UserName, in.PolicyArn)
		}, attachUserPolicy, nil, ""),
		iamChange("DetachUserPolicy", "UserName PolicyArn", func(c *call, in *iam.DetachUserPolicyInput) []need {
			return c.userNeed("DetachUserPolicy", in.UserName, in.PolicyArn)
		}, detachUserPolicy, nil, ""),
		iamRead("ListAttachedUserPolicies", "UserName Marker MaxItems", func(c *call, in *iam.ListAttachedUserPoliciesInput) []need {
			return c.userNeed("ListAttachedUserPolicies", in.UserName, nil)
		}, listAttachedUserPolicies),
		iamChange("PutUserPermissionsBoundary", "UserName PermissionsBoundary", func(c *call, in *iam.PutUserPermissionsBoundaryInput) []need {
			return c.newNeed("iam:PutUserPermissionsBoundary", c.userARN(in.UserName), boundaryKey, in.PermissionsBoundary)
		}, putUserBoundary, nil, ""),
		iamChange("DeleteUserPermissionsBoundary", "UserName", func(c *call, in *iam.DeleteUserPermissionsBoundaryInput) []need {
			return c.userNeed("DeleteUserPermissionsBoundary", in.UserName, nil)
		}, deleteUserBoundary, nil, ""),
	}
}

func iamRoleOperations() []operation {
	return []operation{
		iamChange("CreateRole", "RoleName Path AssumeRolePolicyDocument PermissionsBoundary", func(c *call, in *iam.CreateRoleInput) []need {
			return c.newNeed("iam:CreateRole", c.iamARN("role", in.Path, in.RoleName), boundaryKey, in.PermissionsBoundary)
		}, createRole, func(out *iam.CreateRoleOutput) any { return out.Role }, "role"),
		iamRead("GetRole", "RoleName", func(c *call, in *iam.GetRoleInput) []need { return c.roleNeed("GetRole", in.RoleName, nil) }, getRole),
		define(spec[iam.GetInstanceProfileInput, iam.GetInstanceProfileOutput]{
			name: "iam.GetInstanceProfile", basis: iamReference + "GetInstanceProfile.html; each role has the profile of its name, as the console makes it",
			knows: "InstanceProfileName", do: getInstanceProfile,
			needs: func(c *call, in *iam.GetInstanceProfileInput) []need {
				return on("iam:GetInstanceProfile", c.iamARN("instance-profile", nil, in.InstanceProfileName))
			},
		}),
		iamRead("ListRoles", "PathPrefix Marker MaxItems", nil, listRoles),
		iamChange("UpdateAssumeRolePolicy", "RoleName PolicyDocument", func(c *call, in *iam.UpdateAssumeRolePolicyInput) []need {
			return c.roleNeed("UpdateAssumeRolePolicy", in.RoleName, nil)
		}, updateAssumeRolePolicy, nil, ""),
		iamChange("PutRolePolicy", "RoleName PolicyName PolicyDocument", func(c *call, in *iam.PutRolePolicyInput) []need {
			return c.roleNeed("PutRolePolicy", in.RoleName, nil)
		}, putRolePolicy, nil, ""),
		iamRead("GetRolePolicy", "RoleName PolicyName", func(c *call, in *iam.GetRolePolicyInput) []need {
			return c.roleNeed("GetRolePolicy", in.RoleName, nil)
		}, getRolePolicy),
		iamChange("DeleteRolePolicy", "RoleName PolicyName", func(c *call, in *iam.DeleteRolePolicyInput) []need {
			return c.roleNeed("DeleteRolePolicy", in.RoleName, nil)
		}, deleteRolePolicy, nil, ""),
		iamRead("ListRolePolicies", "RoleName Marker MaxItems", func(c *call, in *iam.ListRolePoliciesInput) []need {
			return c.roleNeed("ListRolePolicies", in.RoleName, nil)
		}, listRolePolicies),
		iamChange("AttachRolePolicy", "RoleName PolicyArn", func(c *call, in *iam.AttachRolePolicyInput) []need {
			return c.roleNeed("AttachRolePolicy", in.RoleName, in.PolicyArn)
		}, attachRolePolicy, nil, ""),
		iamChange("DetachRolePolicy", "RoleName PolicyArn", func(c *call, in *iam.DetachRolePolicyInput) []need {
			return c.roleNeed("DetachRolePolicy", in.RoleName, in.PolicyArn)
		}, detachRolePolicy, nil, ""),
		iamRead("ListAttachedRolePolicies", "RoleName Marker MaxItems", func(c *call, in *iam.ListAttachedRolePoliciesInput) []need {
			return c.roleNeed("ListAttachedRolePolicies", in.RoleName, nil)
		}, listAttachedRolePolicies),
		iamChange("PutRolePermissionsBoundary", "RoleName PermissionsBoundary", func(c *call, in *iam.PutRolePermissionsBoundaryInput) []need {
			return c.newNeed("iam:PutRolePermissionsBoundary", c.roleARN(in.RoleName), boundaryKey, in.PermissionsBoundary)
		}, putRoleBoundary, nil, ""),
		iamChange("DeleteRolePermissionsBoundary", "RoleName", func(c *call, in *iam.DeleteRolePermissionsBoundaryInput) []need {
			return c.roleNeed("DeleteRolePermissionsBoundary", in.RoleName, nil)
		}, deleteRoleBoundary, nil, ""),
	}
}

func iamPolicyOperations() []operation {
	return []operation{
		iamChange("CreatePolicy", "PolicyName Path PolicyDocument Description", func(c *call, in *iam.CreatePolicyInput) []need {
			return on("iam:CreatePolicy", c.iamARN("policy", in.Path, in.PolicyName))
		}, createPolicy, func(out *iam.CreatePolicyOutput) any { return out.Policy }, "policy"),
		iamRead("GetPolicy", "PolicyArn", func(_ *call, in *iam.GetPolicyInput) []need { return on("iam:GetPolicy", *in.PolicyArn) }, getPolicy),
		iamChange("CreatePolicyVersion", "PolicyArn PolicyDocument SetAsDefault", func(_ *call, in *iam.CreatePolicyVersionInput) []need {
			return on("iam:CreatePolicyVersion", *in.PolicyArn)
		}, createPolicyVersion, func(out *iam.CreatePolicyVersionOutput) any { return out.PolicyVersion }, "policyVersion"),
		iamRead("GetPolicyVersion", "PolicyArn VersionId", func(_ *call, in *iam.GetPolicyVersionInput) []need {
			return on("iam:GetPolicyVersion", *in.PolicyArn)
		}, getPolicyVersion),
		iamRead("ListPolicyVersions", "PolicyArn", func(_ *call, in *iam.ListPolicyVersionsInput) []need {
			return on("iam:ListPolicyVersions", *in.PolicyArn)
		}, listPolicyVersions),
		iamChange("SetDefaultPolicyVersion", "PolicyArn VersionId", func(_ *call, in *iam.SetDefaultPolicyVersionInput) []need {
			return on("iam:SetDefaultPolicyVersion", *in.PolicyArn)
		}, setDefaultPolicyVersion, nil, ""),
		iamChange("DeletePolicyVersion", "PolicyArn VersionId", func(_ *call, in *iam.DeletePolicyVersionInput) []need {
			return on("iam:DeletePolicyVersion", *in.PolicyArn)
		}, deletePolicyVersion, nil, ""),
	}
}
