package world

import (
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
)

// renameNeed is the right on the user as it is called and as it will be.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateUser.html
func (c *call) renameNeed(in *iam.UpdateUserInput) []need {
	needs := c.userNeed("UpdateUser", in.UserName, nil)
	if u, refused := c.userNamed(in.UserName); refused == nil {
		name, path := u.renamed(in)
		needs = append(needs, on("iam:UpdateUser", c.iamARN("user", &path, &name))...)
	}
	return needs
}

func (u *user) renamed(in *iam.UpdateUserInput) (name, path string) {
	return orElse(aws.ToString(in.NewUserName), u.Name), orElse(aws.ToString(in.NewPath), u.Path)
}

// updateUser renames a user or moves it to another path. Id, keys, policies and boundary stay.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_users_rename.html
func updateUser(c *call, in *iam.UpdateUserInput) (*iam.UpdateUserOutput, *refusal) {
	u, refused := c.userNamed(in.UserName)
	if refused != nil {
		return nil, refused
	}
	name, path := u.renamed(in)
	for other, holder := range c.iam().Users {
		if holder != u && strings.EqualFold(other, name) {
			return nil, entityExists("User with name %s already exists.", name)
		}
	}
	delete(c.iam().Users, u.Name)
	u.Name, u.Path, u.ARN = name, path, c.iamARN("user", &path, &name)
	c.iam().Users[name] = u
	return &iam.UpdateUserOutput{}, nil
}

// keyHolder is the user who has a key now.
func (c *call) keyHolder(key *string) *user {
	for _, u := range c.iam().Users {
		if _, refused := u.key(key); refused == nil {
			return u
		}
	}
	return nil
}

func lastUsedNeed(c *call, in *iam.GetAccessKeyLastUsedInput) []need {
	if u := c.keyHolder(in.AccessKeyId); u != nil {
		return on("iam:GetAccessKeyLastUsed", u.ARN)
	}
	return on("iam:GetAccessKeyLastUsed", "*")
}

// getAccessKeyLastUsed tells whose a key is. The world keeps no record of use, and says N/A, as IAM does of a key that was
// not used since it began to.
func getAccessKeyLastUsed(c *call, in *iam.GetAccessKeyLastUsedInput) (*iam.GetAccessKeyLastUsedOutput, *refusal) {
	u := c.keyHolder(in.AccessKeyId)
	if u == nil {
		return nil, c.denied(need{Action: "iam:GetAccessKeyLastUsed", Resource: "access key " + aws.ToString(in.AccessKeyId)}, "")
	}
	none := aws.String("N/A")
	return &iam.GetAccessKeyLastUsedOutput{
		UserName: aws.String(u.Name), AccessKeyLastUsed: &types.AccessKeyLastUsed{Region: none, ServiceName: none},
	}, nil
}
