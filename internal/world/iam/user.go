package iam

import (
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/ripostehq/riposte/internal/world/core"
)

// user is an IAM user.
type user struct {
	Name, Path, ID, ARN string
	Created             time.Time
	Keys                []*accessKey
	Inline              map[string]string // documents by policy name
	Attached            []string          // ARNs
	Boundary            string            // ARN
}

var users = core.Shelf[user]{Kind: "iam:user", Global: true, ID: "Name", Missing: func(name string) *core.Refusal { return noUser(&name) }}

func userResource() core.Resource {
	return core.Resource{Shelf: &users, Operations: []core.Operation{
		change("UserName Path PermissionsBoundary", func(c *core.Call, in *iam.CreateUserInput) []core.Need {
			return with(c.On(iamARN(c.At, "user", in.Path, in.UserName)), boundaryKey, in.PermissionsBoundary)
		}, createUser),
		read("UserName", ofUser, getUser),
		read("PathPrefix Marker MaxItems", nil, listUsers),
		unseen(change("UserName NewUserName NewPath", toRename, updateUser)),
		change("UserName", ofUser, deleteUser),
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

// orElse is the first text unless it is empty.
func orElse(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// nameOr is the given user name, else the caller's.
func nameOr(c *core.Call, name *string) string {
	if name == nil {
		return c.By.User
	}
	return *name
}

// pathOf is a path with IAM's default.
func pathOf(path *string) string { return orElse(aws.ToString(path), "/") }

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
	if in.PermissionsBoundary != nil && managed(c.At, *in.PermissionsBoundary) == nil {
		return nil, noEntity("Policy %s does not exist or is not attachable.", *in.PermissionsBoundary)
	}
	u := &user{
		Name: *in.UserName, Path: pathOf(in.Path), ID: uniqueID(c.State, "AIDA"), ARN: iamARN(c.At, "user", in.Path, in.UserName),
		Created: c.Now, Boundary: aws.ToString(in.PermissionsBoundary),
	}
	users.Of(c.At)[u.Name] = u
	return &iam.CreateUserOutput{User: u.describe()}, nil
}

func (u *user) describe() *types.User {
	return &types.User{
		UserName: aws.String(u.Name), Path: aws.String(u.Path), UserId: aws.String(u.ID), Arn: aws.String(u.ARN),
		CreateDate: aws.Time(u.Created), PermissionsBoundary: u.holder().attachedBoundary(),
	}
}

func getUser(c *core.Call, in *iam.GetUserInput) (*iam.GetUserOutput, *core.Refusal) {
	u, refused := userNamed(c, in.UserName)
	if refused != nil {
		return nil, refused
	}
	return &iam.GetUserOutput{User: u.describe()}, nil
}

func listUsers(c *core.Call, in *iam.ListUsersInput) (*iam.ListUsersOutput, *core.Refusal) {
	var all []types.User
	for _, u := range users.Sorted(c.At) {
		if strings.HasPrefix(u.Path, aws.ToString(in.PathPrefix)) {
			d := u.describe()
			d.PermissionsBoundary = nil // lists leave it out
			all = append(all, *d)
		}
	}
	page, next, refused := core.Paged(all, in.Marker, in.MaxItems)
	if refused != nil {
		return nil, refused
	}
	return &iam.ListUsersOutput{Users: page, Marker: next, IsTruncated: next != nil}, nil
}

// deleteUser wants everything taken from the user before.
func deleteUser(c *core.Call, in *iam.DeleteUserInput) (*iam.DeleteUserOutput, *core.Refusal) {
	u, refused := userNamed(c, in.UserName)
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
	delete(users.Of(c.At), u.Name)
	return &iam.DeleteUserOutput{}, nil
}

// renamed is what the user will be called, and where.
func (u *user) renamed(in *iam.UpdateUserInput) (name, path string) {
	return orElse(aws.ToString(in.NewUserName), u.Name), orElse(aws.ToString(in.NewPath), u.Path)
}

// updateUser renames a user or moves it to another path. Id, keys, policies and boundary stay.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_users_rename.html
func updateUser(c *core.Call, in *iam.UpdateUserInput) (*iam.UpdateUserOutput, *core.Refusal) {
	u, refused := userNamed(c, in.UserName)
	if refused != nil {
		return nil, refused
	}
	name, path := u.renamed(in)
	for other, holder := range users.Of(c.At) {
		if holder != u && strings.EqualFold(other, name) {
			return nil, entityExists("User with name %s already exists.", name)
		}
	}
	delete(users.Of(c.At), u.Name)
	u.Name, u.Path, u.ARN = name, path, iamARN(c.At, "user", &path, &name)
	users.Of(c.At)[name] = u
	return &iam.UpdateUserOutput{}, nil
}
