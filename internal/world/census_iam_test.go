package world_test

import (
	"maps"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/ripostehq/riposte/internal/world"
)

func iamExercise() exercise {
	unrecorded := because(nobodyRecorded, "iam", "DeletePolicyVersion DeleteRolePermissionsBoundary DeleteUserPermissionsBoundary "+
		"PutRolePermissionsBoundary SetDefaultPolicyVersion UpdateUser")
	maps.Copy(unrecorded, because(onlyRefused, "iam", "CreatePolicyVersion DeleteUserPolicy PutUserPermissionsBoundary PutUserPolicy UpdateAccessKey"))
	maps.Copy(unrecorded, because(onlyRefused, "sts", "GetSessionToken"))
	return exercise{
		estate: bank, unrecorded: unrecorded,
		unlike: []string{"sts.AssumeRole requestParameters.externalId string"}, // it stands in the call's documentation
		run: func(t *testing.T, w *world.World) {
			c := iamAs(w, eve)
			everyPolicyCall(t, c)
			everyUserCall(t, c)
			everyRoleCall(t, c)
			everySTSCall(t, w)
		},
	}
}

const madePolicy = "arn:aws:iam::111122223333:policy/p"

func everyPolicyCall(t *testing.T, c *iam.Client) {
	done, name, doc, made := mustDo(t), aws.String("p"), aws.String(denyAll), aws.String(madePolicy)
	done(c.CreatePolicy(ctx, &iam.CreatePolicyInput{
		PolicyName: name, PolicyDocument: doc, Path: aws.String("/"), Description: aws.String("x"), Tags: []types.Tag{{Key: aws.String("k"), Value: aws.String("v")}},
	}))
	done(c.GetPolicy(ctx, &iam.GetPolicyInput{PolicyArn: made}))
	done(c.CreatePolicyVersion(ctx, &iam.CreatePolicyVersionInput{PolicyArn: made, PolicyDocument: doc}))
	done(c.GetPolicyVersion(ctx, &iam.GetPolicyVersionInput{PolicyArn: made, VersionId: aws.String("v2")}))
	done(c.ListPolicyVersions(ctx, &iam.ListPolicyVersionsInput{PolicyArn: made}))
	done(c.SetDefaultPolicyVersion(ctx, &iam.SetDefaultPolicyVersionInput{PolicyArn: made, VersionId: aws.String("v2")}))
	done(c.DeletePolicyVersion(ctx, &iam.DeletePolicyVersionInput{PolicyArn: made, VersionId: aws.String("v1")}))
}

func everyUserCall(t *testing.T, c *iam.Client) {
	done, user, name, doc, made := mustDo(t), aws.String("nobody"), aws.String("p"), aws.String(denyAll), aws.String(madePolicy)
	done(c.CreateUser(ctx, &iam.CreateUserInput{UserName: aws.String("x"), Path: aws.String("/")}))
	done(c.UpdateUser(ctx, &iam.UpdateUserInput{UserName: aws.String("x"), NewUserName: aws.String("y"), NewPath: aws.String("/new/")}))
	done(c.DeleteUser(ctx, &iam.DeleteUserInput{UserName: aws.String("y")}))
	done(c.GetUser(ctx, &iam.GetUserInput{UserName: user}))
	done(c.ListUsers(ctx, &iam.ListUsersInput{}))
	out, err := c.CreateAccessKey(ctx, &iam.CreateAccessKeyInput{UserName: user})
	done(out, err)
	key := out.AccessKey.AccessKeyId
	done(c.ListAccessKeys(ctx, &iam.ListAccessKeysInput{UserName: user}))
	done(c.GetAccessKeyLastUsed(ctx, &iam.GetAccessKeyLastUsedInput{AccessKeyId: key}))
	done(c.UpdateAccessKey(ctx, &iam.UpdateAccessKeyInput{UserName: user, AccessKeyId: key, Status: "Inactive"}))
	done(c.DeleteAccessKey(ctx, &iam.DeleteAccessKeyInput{UserName: user, AccessKeyId: key}))
	done(c.PutUserPolicy(ctx, &iam.PutUserPolicyInput{UserName: user, PolicyName: name, PolicyDocument: doc}))
	done(c.GetUserPolicy(ctx, &iam.GetUserPolicyInput{UserName: user, PolicyName: name}))
	done(c.ListUserPolicies(ctx, &iam.ListUserPoliciesInput{UserName: user}))
	done(c.DeleteUserPolicy(ctx, &iam.DeleteUserPolicyInput{UserName: user, PolicyName: name}))
	done(c.AttachUserPolicy(ctx, &iam.AttachUserPolicyInput{UserName: user, PolicyArn: made}))
	done(c.ListAttachedUserPolicies(ctx, &iam.ListAttachedUserPoliciesInput{UserName: user}))
	done(c.DetachUserPolicy(ctx, &iam.DetachUserPolicyInput{UserName: user, PolicyArn: made}))
	done(c.PutUserPermissionsBoundary(ctx, &iam.PutUserPermissionsBoundaryInput{UserName: user, PermissionsBoundary: made}))
	done(c.DeleteUserPermissionsBoundary(ctx, &iam.DeleteUserPermissionsBoundaryInput{UserName: user}))
}

func everyRoleCall(t *testing.T, c *iam.Client) {
	done, role, name, doc, made := mustDo(t), aws.String("made"), aws.String("p"), aws.String(denyAll), aws.String(madePolicy)
	trust := aws.String(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"sts:AssumeRole"}]}`)
	done(c.CreateRole(ctx, &iam.CreateRoleInput{RoleName: role, AssumeRolePolicyDocument: trust, PermissionsBoundary: made}))
	done(c.GetRole(ctx, &iam.GetRoleInput{RoleName: role}))
	done(c.GetInstanceProfile(ctx, &iam.GetInstanceProfileInput{InstanceProfileName: role}))
	done(c.ListRoles(ctx, &iam.ListRolesInput{}))
	done(c.UpdateAssumeRolePolicy(ctx, &iam.UpdateAssumeRolePolicyInput{RoleName: role, PolicyDocument: trust}))
	done(c.PutRolePolicy(ctx, &iam.PutRolePolicyInput{RoleName: role, PolicyName: name, PolicyDocument: doc}))
	done(c.GetRolePolicy(ctx, &iam.GetRolePolicyInput{RoleName: role, PolicyName: name}))
	done(c.ListRolePolicies(ctx, &iam.ListRolePoliciesInput{RoleName: role}))
	done(c.DeleteRolePolicy(ctx, &iam.DeleteRolePolicyInput{RoleName: role, PolicyName: name}))
	done(c.AttachRolePolicy(ctx, &iam.AttachRolePolicyInput{RoleName: role, PolicyArn: made}))
	done(c.ListAttachedRolePolicies(ctx, &iam.ListAttachedRolePoliciesInput{RoleName: role}))
	done(c.DetachRolePolicy(ctx, &iam.DetachRolePolicyInput{RoleName: role, PolicyArn: made}))
	done(c.PutRolePermissionsBoundary(ctx, &iam.PutRolePermissionsBoundaryInput{RoleName: role, PermissionsBoundary: made}))
	done(c.DeleteRolePermissionsBoundary(ctx, &iam.DeleteRolePermissionsBoundaryInput{RoleName: role}))
}

func everySTSCall(t *testing.T, w *world.World) {
	done, c := mustDo(t), sts.NewFromConfig(w.Config(ireland, eve))
	done(assume(w, eve, func(in *sts.AssumeRoleInput) { in.DurationSeconds = aws.Int32(900) }))
	done(c.GetSessionToken(ctx, &sts.GetSessionTokenInput{}))
	done(c.GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{}))
}
