package world

import (
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/ripostehq/riposte/event"
)

// userNamed finds a user; calls on oneself may leave the name out.
func (c *call) userNamed(name *string) (*user, *refusal) {
	n := c.nameOr(name)
	if u, ok := c.iam().Users[n]; ok {
		return u, nil
	}
	return nil, noUser(&n)
}

// nameOr is the given user name, else the caller's.
func (c *call) nameOr(name *string) string {
	if name == nil {
		return c.by.user
	}
	return *name
}

// pathOf is a path with IAM's default.
func pathOf(path *string) string { return orElse(aws.ToString(path), "/") }

// iamARN is the ARN of something new in IAM, which knows no regions.
func (c *call) iamARN(kind string, path, name *string) string {
	return c.arn(event.Place{Account: c.place.Account}, "iam", kind+pathOf(path)+aws.ToString(name))
}

func createUser(c *call, in *iam.CreateUserInput) (*iam.CreateUserOutput, *refusal) {
	for name := range c.iam().Users { // names are unique without regard to case
		if strings.EqualFold(name, *in.UserName) {
			return nil, entityExists("User with name %s already exists.", *in.UserName)
		}
	}
	if in.PermissionsBoundary != nil && c.iam().managed(*in.PermissionsBoundary) == nil {
		return nil, noEntity("Policy %s does not exist or is not attachable.", *in.PermissionsBoundary)
	}
	u := &user{
		Name: *in.UserName, Path: pathOf(in.Path), ID: c.uniqueID("AIDA"), ARN: c.iamARN("user", in.Path, in.UserName),
		Created: c.Now, Boundary: aws.ToString(in.PermissionsBoundary),
	}
	c.iam().Users[u.Name] = u
	return &iam.CreateUserOutput{User: u.describe()}, nil
}

func (u *user) describe() *types.User {
	return &types.User{
		UserName: aws.String(u.Name), Path: aws.String(u.Path), UserId: aws.String(u.ID), Arn: aws.String(u.ARN),
		CreateDate: aws.Time(u.Created), PermissionsBoundary: u.holder().attachedBoundary(),
	}
}

func getUser(c *call, in *iam.GetUserInput) (*iam.GetUserOutput, *refusal) {
	u, refused := c.userNamed(in.UserName)
	if refused != nil {
		return nil, refused
	}
	return &iam.GetUserOutput{User: u.describe()}, nil
}

func listUsers(c *call, in *iam.ListUsersInput) (*iam.ListUsersOutput, *refusal) {
	var all []types.User
	for _, name := range slices.Sorted(maps.Keys(c.iam().Users)) {
		if u := c.iam().Users[name]; strings.HasPrefix(u.Path, aws.ToString(in.PathPrefix)) {
			d := u.describe()
			d.PermissionsBoundary = nil // lists leave it out
			all = append(all, *d)
		}
	}
	page, next, refused := paged(all, in.Marker, in.MaxItems)
	if refused != nil {
		return nil, refused
	}
	return &iam.ListUsersOutput{Users: page, Marker: next, IsTruncated: next != nil}, nil
}

// deleteUser wants everything taken from the user before.
func deleteUser(c *call, in *iam.DeleteUserInput) (*iam.DeleteUserOutput, *refusal) {
	u, refused := c.userNamed(in.UserName)
	switch {
	case refused != nil:
		return nil, refused
	case len(u.Keys) > 0:
		return nil, inUse("delete access keys")
	case len(u.Inline) > 0:
		return nil, inUse("delete policies")
	case len(u.Attached) > 0:
		return nil, inUse("detach all policies")
	}
	delete(c.iam().Users, u.Name)
	return &iam.DeleteUserOutput{}, nil
}
