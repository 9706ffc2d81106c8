package world

import (
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	policy "github.com/ripostehq/riposte/iam"
)

func (c *call) roleNamed(name *string) (*role, *refusal) {
	if r, ok := c.iam().Roles[aws.ToString(name)]; ok {
		return r, nil
	}
	return nil, noRole(name)
}

// ownRole finds a role that a call wants to change. Service-linked roles belong to AWS; those of Identity Center can be
// changed by it alone: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create-service-linked-role.html
func (c *call) ownRole(name *string) (*role, *refusal) {
	r, refused := c.roleNamed(name)
	if refused != nil {
		return nil, refused
	}
	if strings.HasPrefix(r.Path, "/aws-service-role/") || strings.HasPrefix(r.Path, "/aws-reserved/") {
		return nil, unmodifiable(r)
	}
	return r, nil
}

func createRole(c *call, in *iam.CreateRoleInput) (*iam.CreateRoleOutput, *refusal) {
	for name := range c.iam().Roles { // names are unique without regard to case
		if strings.EqualFold(name, *in.RoleName) {
			return nil, entityExists("Role with name %s already exists.", *in.RoleName)
		}
	}
	if _, err := policy.ParseTrust([]byte(*in.AssumeRolePolicyDocument)); err != nil {
		return nil, malformed(err)
	}
	if in.PermissionsBoundary != nil && c.iam().managed(*in.PermissionsBoundary) == nil {
		return nil, noEntity("Policy %s does not exist or is not attachable.", *in.PermissionsBoundary)
	}
	r := &role{
		Name: *in.RoleName, Path: pathOf(in.Path), ID: c.uniqueID("AROA"), ARN: c.iamARN("role", in.Path, in.RoleName),
		Created: c.Now, Trust: *in.AssumeRolePolicyDocument, Boundary: aws.ToString(in.PermissionsBoundary),
	}
	c.iam().Roles[r.Name] = r
	return &iam.CreateRoleOutput{Role: r.describe()}, nil
}

func (r *role) describe() *types.Role {
	return &types.Role{
		RoleName: aws.String(r.Name), Path: aws.String(r.Path), RoleId: aws.String(r.ID), Arn: aws.String(r.ARN),
		CreateDate: aws.Time(r.Created), AssumeRolePolicyDocument: aws.String(percent(r.Trust)),
		PermissionsBoundary: r.holder().attachedBoundary(),
	}
}

func getRole(c *call, in *iam.GetRoleInput) (*iam.GetRoleOutput, *refusal) {
	r, refused := c.roleNamed(in.RoleName)
	if refused != nil {
		return nil, refused
	}
	d := r.describe()
	d.MaxSessionDuration = aws.Int32(longestSession)
	return &iam.GetRoleOutput{Role: d}, nil
}

func getInstanceProfile(c *call, in *iam.GetInstanceProfileInput) (*iam.GetInstanceProfileOutput, *refusal) {
	r, ok := c.iam().Roles[aws.ToString(in.InstanceProfileName)]
	if !ok {
		return nil, noEntity("Instance Profile %s cannot be found.", aws.ToString(in.InstanceProfileName))
	}
	return &iam.GetInstanceProfileOutput{InstanceProfile: &types.InstanceProfile{
		InstanceProfileName: in.InstanceProfileName, Path: aws.String("/"), InstanceProfileId: aws.String("AIPA" + r.ID[4:]),
		Arn: aws.String(c.iamARN("instance-profile", nil, in.InstanceProfileName)), CreateDate: aws.Time(r.Created), Roles: []types.Role{*r.describe()},
	}}, nil
}

func listRoles(c *call, in *iam.ListRolesInput) (*iam.ListRolesOutput, *refusal) {
	var all []types.Role
	for _, name := range slices.Sorted(maps.Keys(c.iam().Roles)) {
		if r := c.iam().Roles[name]; strings.HasPrefix(r.Path, aws.ToString(in.PathPrefix)) {
			d := r.describe()
			d.PermissionsBoundary = nil // lists leave it out
			all = append(all, *d)
		}
	}
	page, next, refused := paged(all, in.Marker, in.MaxItems)
	if refused != nil {
		return nil, refused
	}
	return &iam.ListRolesOutput{Roles: page, Marker: next, IsTruncated: next != nil}, nil
}

func updateAssumeRolePolicy(c *call, in *iam.UpdateAssumeRolePolicyInput) (*iam.UpdateAssumeRolePolicyOutput, *refusal) {
	r, refused := c.ownRole(in.RoleName)
	if refused != nil {
		return nil, refused
	}
	if _, err := policy.ParseTrust([]byte(*in.PolicyDocument)); err != nil {
		return nil, malformed(err)
	}
	r.Trust = *in.PolicyDocument
	return &iam.UpdateAssumeRolePolicyOutput{}, nil
}
