package iam

import (
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	policy "github.com/ripostehq/riposte/iam"
	"github.com/ripostehq/riposte/internal/world/core"
)

// LongestSession is the default maximum of a role's session in seconds, and that of any chained one.
const LongestSession = 3600

// role is an IAM role.
type role struct {
	holder
	Trust    string
	Accessed map[string]time.Time // actions that IAM tracks, by when each was accessed last; zero: never
}

var roles = core.Shelf[role]{Kind: "iam.role", Global: true, ID: "Name", Missing: func(name string) *core.Refusal {
	return noEntity("The role with name %s cannot be found.", name)
}}

func roleResource() core.Resource {
	return core.Resource{Shelf: &roles, Operations: []core.Operation{
		change("RoleName Path AssumeRolePolicyDocument PermissionsBoundary", func(c *core.Call, in *iam.CreateRoleInput) []core.Need {
			return conditioned(c.On(iamARN(c.At, "role", in.Path, in.RoleName)), in, "")
		}, createRole),
		readRole("", func(_ *core.Call, _ *iam.GetRoleInput, r *role) (*iam.GetRoleOutput, *core.Refusal) {
			d := r.describe()
			d.MaxSessionDuration = aws.Int32(LongestSession)
			return &iam.GetRoleOutput{Role: d}, nil
		}),
		core.Define(core.Spec[iam.GetInstanceProfileInput, iam.GetInstanceProfileOutput]{
			Basis: "each role that EC2 may assume has the profile of its name, as the console makes it", Knows: "InstanceProfileName", Answer: getInstanceProfile,
			Needs: func(c *core.Call, in *iam.GetInstanceProfileInput) []core.Need {
				return c.On(iamARN(c.At, "instance-profile", nil, in.InstanceProfileName))
			},
		}),
		readRole("Marker MaxItems", func(c *core.Call, in *iam.ListInstanceProfilesForRoleInput, r *role) (*iam.ListInstanceProfilesForRoleOutput, *core.Refusal) {
			page, next, refused := core.Paged(r.profiles(c), in.Marker, in.MaxItems)
			return &iam.ListInstanceProfilesForRoleOutput{InstanceProfiles: page, Marker: next, IsTruncated: next != nil}, refused
		}),
		core.List[iam.ListRolesInput, iam.ListRolesOutput](&roles, core.Listing{}, func(_ *core.Call, r *role) types.Role {
			d := r.describe()
			d.PermissionsBoundary, d.Tags = nil, nil // lists leave them out
			return *d
		}),
		changeRole("PolicyDocument", func(_ *core.Call, in *iam.UpdateAssumeRolePolicyInput, r *role) (*iam.UpdateAssumeRolePolicyOutput, *core.Refusal) {
			if _, err := policy.ParseTrust([]byte(*in.PolicyDocument)); err != nil {
				return nil, Malformed(err)
			}
			r.Trust = *in.PolicyDocument
			return &iam.UpdateAssumeRolePolicyOutput{}, nil
		}),
	}}
}

// ownRole finds a role that a call wants to change. Service-linked roles belong to AWS; those of Identity Center can be
// changed by it alone: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create-service-linked-role.html
func ownRole(c *core.Call, name *string) (*role, *core.Refusal) {
	r, refused := roles.Find(c.At, name)
	if refused != nil {
		return nil, refused
	}
	if strings.HasPrefix(r.Path, "/aws-service-role/") || strings.HasPrefix(r.Path, "/aws-reserved/") {
		m := fmt.Sprintf("Cannot perform the operation on the protected role '%s' - this role is only modifiable by AWS", r.Name)
		return nil, core.Refuse("UnmodifiableEntity", "%s", m).With(&types.UnmodifiableEntityException{Message: &m})
	}
	return r, nil
}

func createRole(c *core.Call, in *iam.CreateRoleInput) (*iam.CreateRoleOutput, *core.Refusal) {
	for name := range roles.Of(c.At) { // names are unique without regard to case
		if strings.EqualFold(name, *in.RoleName) {
			return nil, entityExists("Role with name %s already exists.", *in.RoleName)
		}
	}
	if _, err := policy.ParseTrust([]byte(*in.AssumeRolePolicyDocument)); err != nil {
		return nil, Malformed(err)
	}
	h, refused := create(c, "role", in.RoleName, in.Path, in)
	if refused != nil {
		return nil, refused
	}
	r := roles.Put(c.At, &role{holder: h, Trust: *in.AssumeRolePolicyDocument})
	return &iam.CreateRoleOutput{Role: r.describe()}, nil
}

func (r *role) describe() *types.Role {
	return &types.Role{
		RoleName: aws.String(r.Name), Path: aws.String(r.Path), RoleId: aws.String(r.ID), Arn: aws.String(r.ARN),
		CreateDate: aws.Time(r.Created), AssumeRolePolicyDocument: aws.String(percent(r.Trust)),
		PermissionsBoundary: r.attachedBoundary(), Tags: r.tagged(),
	}
}

func getInstanceProfile(c *core.Call, in *iam.GetInstanceProfileInput) (*iam.GetInstanceProfileOutput, *core.Refusal) {
	r, ok := roles.Of(c.At)[aws.ToString(in.InstanceProfileName)]
	if !ok || len(r.profiles(c)) == 0 {
		return nil, noEntity("Instance Profile %s cannot be found.", aws.ToString(in.InstanceProfileName))
	}
	return &iam.GetInstanceProfileOutput{InstanceProfile: &r.profiles(c)[0]}, nil
}

// profiles are the instance profiles of a role.
func (r *role) profiles(c *core.Call) []types.InstanceProfile {
	if !strings.Contains(r.Trust, "ec2.amazonaws.com") {
		return []types.InstanceProfile{}
	}
	return []types.InstanceProfile{{
		InstanceProfileName: aws.String(r.Name), Path: aws.String("/"), InstanceProfileId: aws.String("AIPA" + r.ID[4:]),
		Arn: aws.String(iamARN(c.At, "instance-profile", nil, &r.Name)), CreateDate: aws.Time(r.Created), Roles: []types.Role{*r.describe()},
	}}
}
