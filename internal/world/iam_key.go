package world

import (
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
)

// mostKeys is the quota of access keys of one user.
const mostKeys = 2

func createAccessKey(c *call, in *iam.CreateAccessKeyInput) (*iam.CreateAccessKeyOutput, *refusal) {
	u, refused := c.userNamed(in.UserName)
	if refused != nil {
		return nil, refused
	}
	if len(u.Keys) >= mostKeys {
		return nil, overQuota("Cannot exceed quota for AccessKeysPerUser: %d", mostKeys)
	}
	k := &accessKey{ID: c.keyID("AKIA"), Secret: c.mint(40), Created: c.Now}
	u.Keys = append(u.Keys, k)
	return &iam.CreateAccessKeyOutput{AccessKey: &types.AccessKey{
		AccessKeyId: aws.String(k.ID), SecretAccessKey: aws.String(k.Secret), UserName: aws.String(u.Name),
		Status: types.StatusTypeActive, CreateDate: aws.Time(k.Created),
	}}, nil
}

// keyID is the id of an access key: a prefix that tells its kind, and 16 letters and digits.
func (s *state) keyID(prefix string) string { return prefix + strings.ToUpper(s.mint(16)) }

func (k *accessKey) status() types.StatusType {
	if k.Inactive {
		return types.StatusTypeInactive
	}
	return types.StatusTypeActive
}

// key finds a user's key.
func (u *user) key(id *string) (*accessKey, *refusal) {
	for _, k := range u.Keys {
		if k.ID == aws.ToString(id) {
			return k, nil
		}
	}
	return nil, noEntity("The Access Key with id %s cannot be found.", aws.ToString(id))
}

func listAccessKeys(c *call, in *iam.ListAccessKeysInput) (*iam.ListAccessKeysOutput, *refusal) {
	u, refused := c.userNamed(in.UserName)
	if refused != nil {
		return nil, refused
	}
	var all []types.AccessKeyMetadata
	for _, k := range u.Keys {
		all = append(all, types.AccessKeyMetadata{
			AccessKeyId: aws.String(k.ID), UserName: aws.String(u.Name), Status: k.status(), CreateDate: aws.Time(k.Created),
		})
	}
	page, next, refused := paged(all, in.Marker, in.MaxItems)
	if refused != nil {
		return nil, refused
	}
	return &iam.ListAccessKeysOutput{AccessKeyMetadata: page, Marker: next, IsTruncated: next != nil}, nil
}

func updateAccessKey(c *call, in *iam.UpdateAccessKeyInput) (*iam.UpdateAccessKeyOutput, *refusal) {
	u, refused := c.userNamed(in.UserName)
	if refused != nil {
		return nil, refused
	}
	k, refused := u.key(in.AccessKeyId)
	if refused != nil {
		return nil, refused
	}
	if in.Status != types.StatusTypeActive && in.Status != types.StatusTypeInactive {
		return nil, invalidInput("Value '%s' at 'status' failed to satisfy constraint: Member must satisfy enum value set: [Active, Inactive]", in.Status)
	}
	k.Inactive = in.Status == types.StatusTypeInactive
	return &iam.UpdateAccessKeyOutput{}, nil
}

func deleteAccessKey(c *call, in *iam.DeleteAccessKeyInput) (*iam.DeleteAccessKeyOutput, *refusal) {
	u, refused := c.userNamed(in.UserName)
	if refused != nil {
		return nil, refused
	}
	k, refused := u.key(in.AccessKeyId)
	if refused != nil {
		return nil, refused
	}
	u.Keys = slices.DeleteFunc(u.Keys, func(other *accessKey) bool { return other == k })
	return &iam.DeleteAccessKeyOutput{}, nil
}
