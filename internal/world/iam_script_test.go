package world_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/ripostehq/riposte/internal/world"
)

// iamScript changes each thing in IAM once, as an attacker or riposte might.
func iamScript(t *testing.T, w *world.World) {
	t.Helper()
	c := iamAs(w, eve)
	user, role, name, doc := aws.String("nobody"), aws.String("made"), aws.String("p"), aws.String(denyAll)
	trust := aws.String(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"sts:AssumeRole"}]}`)
	made := aws.String("arn:aws:iam::111122223333:policy/p")
	key := ""
	for i, do := range []func() error{
		func() error {
			_, err := c.CreateUser(ctx, &iam.CreateUserInput{UserName: aws.String("x"), Path: aws.String("/")})
			return err
		},
		func() error {
			_, err := c.UpdateUser(ctx, &iam.UpdateUserInput{UserName: aws.String("x"), NewUserName: aws.String("y"), NewPath: aws.String("/new/")})
			return err
		},
		func() error { _, err := c.DeleteUser(ctx, &iam.DeleteUserInput{UserName: aws.String("y")}); return err },
		func() error {
			out, err := c.CreateAccessKey(ctx, &iam.CreateAccessKeyInput{UserName: user})
			if err == nil {
				key = *out.AccessKey.AccessKeyId
			}
			return err
		},
		func() error {
			_, err := c.UpdateAccessKey(ctx, &iam.UpdateAccessKeyInput{UserName: user, AccessKeyId: &key, Status: "Inactive"})
			return err
		},
		func() error {
			_, err := c.DeleteAccessKey(ctx, &iam.DeleteAccessKeyInput{UserName: user, AccessKeyId: &key})
			return err
		},
		func() error {
			_, err := c.CreatePolicy(ctx, &iam.CreatePolicyInput{PolicyName: name, PolicyDocument: doc})
			return err
		},
		func() error {
			_, err := c.CreatePolicyVersion(ctx, &iam.CreatePolicyVersionInput{PolicyArn: made, PolicyDocument: doc})
			return err
		},
		func() error {
			_, err := c.SetDefaultPolicyVersion(ctx, &iam.SetDefaultPolicyVersionInput{PolicyArn: made, VersionId: aws.String("v2")})
			return err
		},
		func() error {
			_, err := c.DeletePolicyVersion(ctx, &iam.DeletePolicyVersionInput{PolicyArn: made, VersionId: aws.String("v1")})
			return err
		},
		func() error {
			_, err := c.PutUserPolicy(ctx, &iam.PutUserPolicyInput{UserName: user, PolicyName: name, PolicyDocument: doc})
			return err
		},
		func() error {
			_, err := c.DeleteUserPolicy(ctx, &iam.DeleteUserPolicyInput{UserName: user, PolicyName: name})
			return err
		},
		func() error {
			_, err := c.AttachUserPolicy(ctx, &iam.AttachUserPolicyInput{UserName: user, PolicyArn: made})
			return err
		},
		func() error {
			_, err := c.DetachUserPolicy(ctx, &iam.DetachUserPolicyInput{UserName: user, PolicyArn: made})
			return err
		},
		func() error {
			_, err := c.PutUserPermissionsBoundary(ctx, &iam.PutUserPermissionsBoundaryInput{UserName: user, PermissionsBoundary: made})
			return err
		},
		func() error {
			_, err := c.DeleteUserPermissionsBoundary(ctx, &iam.DeleteUserPermissionsBoundaryInput{UserName: user})
			return err
		},
		func() error {
			_, err := c.CreateRole(ctx, &iam.CreateRoleInput{RoleName: role, AssumeRolePolicyDocument: trust, PermissionsBoundary: made})
			return err
		},
		func() error {
			_, err := c.UpdateAssumeRolePolicy(ctx, &iam.UpdateAssumeRolePolicyInput{RoleName: role, PolicyDocument: trust})
			return err
		},
		func() error {
			_, err := c.PutRolePolicy(ctx, &iam.PutRolePolicyInput{RoleName: role, PolicyName: name, PolicyDocument: doc})
			return err
		},
		func() error {
			_, err := c.DeleteRolePolicy(ctx, &iam.DeleteRolePolicyInput{RoleName: role, PolicyName: name})
			return err
		},
		func() error {
			_, err := c.AttachRolePolicy(ctx, &iam.AttachRolePolicyInput{RoleName: role, PolicyArn: made})
			return err
		},
		func() error {
			_, err := c.DetachRolePolicy(ctx, &iam.DetachRolePolicyInput{RoleName: role, PolicyArn: made})
			return err
		},
		func() error {
			_, err := c.PutRolePermissionsBoundary(ctx, &iam.PutRolePermissionsBoundaryInput{RoleName: role, PermissionsBoundary: made})
			return err
		},
		func() error {
			_, err := c.DeleteRolePermissionsBoundary(ctx, &iam.DeleteRolePermissionsBoundaryInput{RoleName: role})
			return err
		},
		func() error {
			_, err := assume(w, eve, func(in *sts.AssumeRoleInput) { in.DurationSeconds = aws.Int32(900) })
			return err
		},
		func() error {
			_, err := sts.NewFromConfig(w.Config(ireland, eve)).GetSessionToken(ctx, &sts.GetSessionTokenInput{})
			return err
		},
	} {
		if err := do(); err != nil {
			t.Fatalf("step %d: %v", i+1, err)
		}
	}
}
