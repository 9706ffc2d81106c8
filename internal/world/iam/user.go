package iam

import (
	"cmp"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/ripostehq/riposte/internal/world/core"
)

// user is an IAM user.
type user struct {
	holder
	Keys     []*accessKey
	Password bool     // for the console
	Groups   []string // names; what a group may is not modelled
	Factors  []string // serial numbers of MFA devices
}

var users = core.Shelf[user]{Kind: "iam.user", Global: true, ID: "Name", Missing: func(name string) *core.Refusal {
	return noEntity("The user with name %s cannot be found.", name)
}}

func userResource() core.Resource {
	return core.Resource{Shelf: &users, Operations: []core.Operation{
		change("UserName Path PermissionsBoundary Tags", func(c *core.Call, in *iam.CreateUserInput) []core.Need {
			needs := conditioned(c.On(iamARN(c.At, "user", in.Path, in.UserName)), in, "")
			if len(in.Tags) > 0 { // https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags_users.html
				needs = append(needs, core.Need{Action: "iam:TagUser", Resource: needs[0].Resource, Context: needs[0].Context})
			}
			return needs
		}, createUser),
		readUser("", func(_ *core.Call, _ *iam.GetUserInput, u *user) (*iam.GetUserOutput, *core.Refusal) {
			return &iam.GetUserOutput{User: u.describe()}, nil
		}),
		core.List[iam.ListUsersInput, iam.ListUsersOutput](&users, core.Listing{}, func(_ *core.Call, u *user) types.User {
			d := u.describe()
			d.PermissionsBoundary, d.Tags = nil, nil // lists leave them out
			return *d
		}),
		readUser("", getLoginProfile),
		unseen(changeUser("", deleteLoginProfile)),
		readUser("Marker MaxItems", func(c *core.Call, in *iam.ListGroupsForUserInput, u *user) (*iam.ListGroupsForUserOutput, *core.Refusal) {
			page, next, refused := core.Paged(u.memberships(c.At), in.Marker, in.MaxItems)
			return &iam.ListGroupsForUserOutput{Groups: page, Marker: next, IsTruncated: next != nil}, refused
		}),
		unseen(change("UserName GroupName", ofGroup, found(userNamed, "UserName", removeUserFromGroup))),
		readUser("Marker MaxItems", func(_ *core.Call, in *iam.ListMFADevicesInput, u *user) (*iam.ListMFADevicesOutput, *core.Refusal) {
			page, next, refused := core.Paged(u.devices(), in.Marker, in.MaxItems)
			return &iam.ListMFADevicesOutput{MFADevices: page, Marker: next, IsTruncated: next != nil}, refused
		}),
		readUser("Marker MaxItems", func(*core.Call, *iam.ListSigningCertificatesInput, *user) (*iam.ListSigningCertificatesOutput, *core.Refusal) {
			return &iam.ListSigningCertificatesOutput{Certificates: []types.SigningCertificate{}}, nil
		}),
		readUser("Marker MaxItems", func(*core.Call, *iam.ListSSHPublicKeysInput, *user) (*iam.ListSSHPublicKeysOutput, *core.Refusal) {
			return &iam.ListSSHPublicKeysOutput{}, nil
		}),
		readUser("", func(*core.Call, *iam.ListServiceSpecificCredentialsInput, *user) (*iam.ListServiceSpecificCredentialsOutput, *core.Refusal) {
			return &iam.ListServiceSpecificCredentialsOutput{}, nil
		}),
		unseen(change("UserName NewUserName NewPath", toRename, found(userNamed, "UserName", updateUser))),
		changeUser("", deleteUser),
	}}
}

// toRename is the right on the user as it is called and as it will be.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateUser.html
func toRename(c *core.Call, in *iam.UpdateUserInput) []core.Need {
	needs := ofUser(c, in)
	if u, refused := userNamed(c, in.UserName); refused == nil {
		name, path := u.renamed(in)
		needs = append(needs, c.On(iamARN(c.At, "user", &path, &name))...)
	}
	return needs
}

// userNamed finds a user; calls on oneself may leave the name out.
func userNamed(c *core.Call, name *string) (*user, *core.Refusal) {
	n := nameOr(c, name)
	return users.Find(c.At, &n)
}

// nameOr is the given user name, else the caller's.
func nameOr(c *core.Call, name *string) string {
	if name == nil {
		return c.By.User
	}
	return *name
}

// pathOf is a path with IAM's default.
func pathOf(path *string) string { return cmp.Or(aws.ToString(path), "/") }

// iamARN is the ARN of something new in IAM, which knows no regions.
func iamARN(at core.At, kind string, path, name *string) string {
	return at.Global().ARN("iam", kind+pathOf(path)+aws.ToString(name))
}

func createUser(c *core.Call, in *iam.CreateUserInput) (*iam.CreateUserOutput, *core.Refusal) {
	for name := range users.Of(c.At) { // names are unique without regard to case
		if strings.EqualFold(name, *in.UserName) {
			return nil, entityExists("User with name %s already exists.", *in.UserName)
		}
	}
	h, refused := create(c, "user", in.UserName, in.Path, in)
	if refused != nil {
		return nil, refused
	}
	if refused := h.tag(c, in); refused != nil {
		return nil, refused
	}
	u := users.Put(c.At, &user{holder: h})
	return &iam.CreateUserOutput{User: u.describe()}, nil
}

func (u *user) describe() *types.User {
	return &types.User{
		UserName: aws.String(u.Name), Path: aws.String(u.Path), UserId: aws.String(u.ID), Arn: aws.String(u.ARN),
		CreateDate: aws.Time(u.Created), PermissionsBoundary: u.attachedBoundary(), Tags: u.tagged(),
	}
}

// deleteUser wants everything taken from the user before.
func deleteUser(c *core.Call, _ *iam.DeleteUserInput, u *user) (*iam.DeleteUserOutput, *core.Refusal) {
	switch {
	case u.Password:
		return nil, inUse("delete login profile")
	case len(u.Groups) > 0:
		return nil, inUse("remove users from group")
	case len(u.Factors) > 0:
		return nil, inUse("delete MFA device")
	case len(u.Keys) > 0:
		return nil, inUse("delete access keys")
	case len(u.Inline) > 0:
		return nil, inUse("delete policies")
	case len(u.Attached) > 0:
		return nil, inUse("detach all policies")
	}
	delete(users.Of(c.At), u.Name)
	return &iam.DeleteUserOutput{}, nil
}

// renamed is what the user will be called, and where.
func (u *user) renamed(in *iam.UpdateUserInput) (name, path string) {
	return cmp.Or(aws.ToString(in.NewUserName), u.Name), cmp.Or(aws.ToString(in.NewPath), u.Path)
}

// updateUser renames a user or moves it to another path. Id, keys, policies and boundary stay.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_users_rename.html
func updateUser(c *core.Call, in *iam.UpdateUserInput, u *user) (*iam.UpdateUserOutput, *core.Refusal) {
	name, path := u.renamed(in)
	for other, has := range users.Of(c.At) {
		if has != u && strings.EqualFold(other, name) {
			return nil, entityExists("User with name %s already exists.", name)
		}
	}
	delete(users.Of(c.At), u.Name)
	u.Name, u.Path, u.ARN = name, path, iamARN(c.At, "user", &path, &name)
	users.Of(c.At)[name] = u
	return &iam.UpdateUserOutput{}, nil
}
