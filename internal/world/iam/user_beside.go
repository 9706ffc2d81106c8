package iam

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/ripostehq/riposte/internal/world/core"
)

// What a user has beside policies and keys: a password, groups, MFA devices. Of certificates, SSH keys and credentials of single services the
// world has none.

func getLoginProfile(_ *core.Call, _ *iam.GetLoginProfileInput, u *user) (*iam.GetLoginProfileOutput, *core.Refusal) {
	if !u.Password {
		return nil, noEntity("Login Profile for User %s cannot be found.", u.Name)
	}
	return &iam.GetLoginProfileOutput{LoginProfile: &types.LoginProfile{UserName: aws.String(u.Name), CreateDate: aws.Time(u.Created)}}, nil
}

func deleteLoginProfile(_ *core.Call, _ *iam.DeleteLoginProfileInput, u *user) (*iam.DeleteLoginProfileOutput, *core.Refusal) {
	if !u.Password {
		return nil, noEntity("Login Profile for User %s cannot be found.", u.Name)
	}
	u.Password = false
	return &iam.DeleteLoginProfileOutput{}, nil
}

// ofGroup is the right on the group: a user's place in it is the group's.
func ofGroup(c *core.Call, in *iam.RemoveUserFromGroupInput) []core.Need {
	return c.On(iamARN(c.At, "group", nil, in.GroupName))
}

func removeUserFromGroup(_ *core.Call, in *iam.RemoveUserFromGroupInput, u *user) (*iam.RemoveUserFromGroupOutput, *core.Refusal) {
	at := slices.Index(u.Groups, aws.ToString(in.GroupName))
	if at < 0 {
		return nil, noEntity("The group with name %s cannot be found.", aws.ToString(in.GroupName))
	}
	u.Groups = slices.Delete(u.Groups, at, at+1)
	return &iam.RemoveUserFromGroupOutput{}, nil
}

func (u *user) memberships(at core.At) []types.Group {
	out := []types.Group{}
	for _, name := range u.Groups {
		out = append(out, types.Group{
			GroupName: aws.String(name), Path: aws.String("/"), Arn: aws.String(iamARN(at, "group", nil, &name)), GroupId: aws.String("AGPA" + name), CreateDate: aws.Time(u.Created),
		})
	}
	return out
}

func (u *user) devices() []types.MFADevice {
	out := []types.MFADevice{}
	for _, serial := range u.Factors {
		out = append(out, types.MFADevice{UserName: aws.String(u.Name), SerialNumber: aws.String(serial), EnableDate: aws.Time(u.Created)})
	}
	return out
}
