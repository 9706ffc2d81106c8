package permissions_test

import (
	"context"
	"net/url"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsiam "github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/ripostehq/riposte/iam"
)

// standing is what every user and role of the account may do, read back as any auditor would read it, and by what keys and
// trust it can be reached.
type standing struct {
	may   map[string]bool // "ARN action resource"
	keys  map[string]bool
	trust map[string]string // by role
}

// probes are what an administrator may do, and what an attacker who takes over riposte would want.
func probes() map[string]string {
	return map[string]string{
		"iam:CreateUser": "arn:aws:iam::111122223333:user/eve", "iam:PutUserPolicy": "arn:aws:iam::111122223333:user/staff/mallory",
		"iam:CreatePolicyVersion": "arn:aws:iam::111122223333:policy/team", "iam:PassRole": "arn:aws:iam::111122223333:role/ci/builder",
		"ec2:RunInstances": "arn:aws:ec2:eu-west-1:111122223333:instance/*", "ec2:TerminateInstances": "arn:aws:ec2:eu-west-1:111122223333:instance/i-0alone",
		"s3:GetObject": "arn:aws:s3:::vault/secret", "sts:AssumeRole": "arn:aws:iam::111122223333:role/riposte-author", "kms:Decrypt": "*",
	}
}

// stand reads the account with an administrator's eyes.
func stand(t *testing.T, c *awsiam.Client) standing {
	t.Helper()
	r := reader{t.Context(), t, c}
	s := standing{map[string]bool{}, map[string]bool{}, map[string]string{}}
	users, err := c.ListUsers(r.ctx, &awsiam.ListUsersInput{})
	r.must(err)
	for _, u := range users.Users {
		s.judge(aws.ToString(u.Arn), r.user(u.UserName))
		keys, err := c.ListAccessKeys(r.ctx, &awsiam.ListAccessKeysInput{UserName: u.UserName})
		r.must(err)
		for _, k := range keys.AccessKeyMetadata {
			s.keys[aws.ToString(k.AccessKeyId)] = true
		}
	}
	roles, err := c.ListRoles(r.ctx, &awsiam.ListRolesInput{})
	r.must(err)
	for _, x := range roles.Roles {
		s.judge(aws.ToString(x.Arn), r.role(x.RoleName))
		s.trust[aws.ToString(x.Arn)] = aws.ToString(x.AssumeRolePolicyDocument)
	}
	return s
}

func (s standing) judge(arn string, p iam.Policies) {
	for action, resource := range probes() {
		if iam.Evaluate(iam.Request{Action: action, Resource: resource}, p).Effect == iam.Allowed {
			s.may[arn+" "+action+" "+resource] = true
		}
	}
}

type reader struct {
	ctx context.Context
	t   *testing.T
	*awsiam.Client
}

func (r reader) must(err error) {
	r.t.Helper()
	if err != nil {
		r.t.Fatal(err)
	}
}

func (r reader) user(name *string) (p iam.Policies) {
	inline, err := r.ListUserPolicies(r.ctx, &awsiam.ListUserPoliciesInput{UserName: name})
	r.must(err)
	for _, policy := range inline.PolicyNames {
		doc, err := r.GetUserPolicy(r.ctx, &awsiam.GetUserPolicyInput{UserName: name, PolicyName: &policy})
		r.must(err)
		p.Identity = append(p.Identity, r.parsed(doc.PolicyDocument))
	}
	attached, err := r.ListAttachedUserPolicies(r.ctx, &awsiam.ListAttachedUserPoliciesInput{UserName: name})
	r.must(err)
	for _, a := range attached.AttachedPolicies {
		p.Identity = append(p.Identity, r.managed(a.PolicyArn))
	}
	u, err := r.GetUser(r.ctx, &awsiam.GetUserInput{UserName: name})
	r.must(err)
	if b := u.User.PermissionsBoundary; b != nil {
		limit := r.managed(b.PermissionsBoundaryArn)
		p.Boundary = &limit
	}
	return p
}

func (r reader) role(name *string) (p iam.Policies) {
	inline, err := r.ListRolePolicies(r.ctx, &awsiam.ListRolePoliciesInput{RoleName: name})
	r.must(err)
	for _, policy := range inline.PolicyNames {
		doc, err := r.GetRolePolicy(r.ctx, &awsiam.GetRolePolicyInput{RoleName: name, PolicyName: &policy})
		r.must(err)
		p.Identity = append(p.Identity, r.parsed(doc.PolicyDocument))
	}
	attached, err := r.ListAttachedRolePolicies(r.ctx, &awsiam.ListAttachedRolePoliciesInput{RoleName: name})
	r.must(err)
	for _, a := range attached.AttachedPolicies {
		p.Identity = append(p.Identity, r.managed(a.PolicyArn))
	}
	x, err := r.GetRole(r.ctx, &awsiam.GetRoleInput{RoleName: name})
	r.must(err)
	if b := x.Role.PermissionsBoundary; b != nil {
		limit := r.managed(b.PermissionsBoundaryArn)
		p.Boundary = &limit
	}
	return p
}

func (r reader) managed(arn *string) iam.Policy {
	p, err := r.GetPolicy(r.ctx, &awsiam.GetPolicyInput{PolicyArn: arn})
	r.must(err)
	v, err := r.GetPolicyVersion(r.ctx, &awsiam.GetPolicyVersionInput{PolicyArn: arn, VersionId: p.Policy.DefaultVersionId})
	r.must(err)
	return r.parsed(v.PolicyVersion.Document)
}

func (r reader) parsed(document *string) iam.Policy {
	text, err := url.PathUnescape(aws.ToString(document))
	r.must(err)
	p, err := iam.Parse([]byte(text))
	r.must(err)
	return p
}
