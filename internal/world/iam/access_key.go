package iam

import (
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/ripostehq/riposte/internal/world/core"
)

// accessKey is a user's long-lived key.
type accessKey struct {
	ID, Secret string
	Inactive   bool
	Created    time.Time
	Used       time.Time // as the estate has it: calls leave no trace here
}

func accessKeyResource() core.Resource {
	return core.Resource{Operations: []core.Operation{
		changeUser("", createAccessKey),
		core.Define(core.Spec[iam.GetAccessKeyLastUsedInput, iam.GetAccessKeyLastUsedOutput]{
			Basis: "AccessDenied for a key that is not the account's: unverified",
			Knows: "AccessKeyId", Answer: getAccessKeyLastUsed, Needs: func(c *core.Call, in *iam.GetAccessKeyLastUsedInput) []core.Need {
				if u := keyHolder(c, in.AccessKeyId); u != nil {
					return c.On(u.ARN)
				}
				return c.On("*")
			},
		}),
		readUser("Marker MaxItems", listAccessKeys),
		unseen(changeUser("AccessKeyId Status", updateAccessKey)),
		changeUser("AccessKeyId", func(_ *core.Call, in *iam.DeleteAccessKeyInput, u *user) (*iam.DeleteAccessKeyOutput, *core.Refusal) {
			k, refused := u.key(in.AccessKeyId)
			u.Keys = slices.DeleteFunc(u.Keys, func(other *accessKey) bool { return other == k })
			return &iam.DeleteAccessKeyOutput{}, refused
		}),
	}}
}

// mostKeys is the quota of access keys of one user.
const mostKeys = 2

func createAccessKey(c *core.Call, in *iam.CreateAccessKeyInput, u *user) (*iam.CreateAccessKeyOutput, *core.Refusal) {
	if len(u.Keys) >= mostKeys {
		return nil, overQuota("Cannot exceed quota for AccessKeysPerUser: %d", mostKeys)
	}
	k := &accessKey{ID: keyID(c.State, "AKIA"), Secret: c.Mint(40), Created: c.Now}
	u.Keys = append(u.Keys, k)
	return &iam.CreateAccessKeyOutput{AccessKey: &types.AccessKey{
		AccessKeyId: aws.String(k.ID), SecretAccessKey: aws.String(k.Secret), UserName: aws.String(u.Name),
		Status: types.StatusTypeActive, CreateDate: aws.Time(k.Created),
	}}, nil
}

// keyID is the id of an access key: a prefix that tells its kind, and 16 letters and digits.
func keyID(s *core.State, prefix string) string { return prefix + strings.ToUpper(s.Mint(16)) }

// key finds a user's key.
func (u *user) key(id *string) (*accessKey, *core.Refusal) {
	for _, k := range u.Keys {
		if k.ID == aws.ToString(id) {
			return k, nil
		}
	}
	return nil, noEntity("The Access Key with id %s cannot be found.", aws.ToString(id))
}

func listAccessKeys(c *core.Call, in *iam.ListAccessKeysInput, u *user) (*iam.ListAccessKeysOutput, *core.Refusal) {
	var all []types.AccessKeyMetadata
	for _, k := range u.Keys {
		status := types.StatusTypeActive
		if k.Inactive {
			status = types.StatusTypeInactive
		}
		all = append(all, types.AccessKeyMetadata{
			AccessKeyId: aws.String(k.ID), UserName: aws.String(u.Name), Status: status, CreateDate: aws.Time(k.Created),
		})
	}
	page, next, refused := core.Paged(all, in.Marker, in.MaxItems)
	return &iam.ListAccessKeysOutput{AccessKeyMetadata: page, Marker: next, IsTruncated: next != nil}, refused
}

func updateAccessKey(c *core.Call, in *iam.UpdateAccessKeyInput, u *user) (*iam.UpdateAccessKeyOutput, *core.Refusal) {
	k, refused := u.key(in.AccessKeyId)
	if refused != nil {
		return nil, refused
	}
	if in.Status != types.StatusTypeActive && in.Status != types.StatusTypeInactive {
		return nil, InvalidInput("Value '%s' at 'status' failed to satisfy constraint: Member must satisfy enum value set: [Active, Inactive]", in.Status)
	}
	k.Inactive = in.Status == types.StatusTypeInactive
	return &iam.UpdateAccessKeyOutput{}, nil
}

// keyHolder is the user that has a key now.
func keyHolder(c *core.Call, key *string) *user {
	for _, u := range users.Of(c.At) {
		if _, refused := u.key(key); refused == nil {
			return u
		}
	}
	return nil
}

// getAccessKeyLastUsed returns the user that has a key. Of use the world knows what the estate says, else it says N/A, as IAM does of a key that was
// not used since it began to.
func getAccessKeyLastUsed(c *core.Call, in *iam.GetAccessKeyLastUsedInput) (*iam.GetAccessKeyLastUsedOutput, *core.Refusal) {
	u := keyHolder(c, in.AccessKeyId)
	if u == nil {
		return nil, c.Denied(core.Need{Action: "iam:GetAccessKeyLastUsed", Resource: "access key " + aws.ToString(in.AccessKeyId)}, "")
	}
	none := aws.String("N/A")
	if k, refused := u.key(in.AccessKeyId); refused == nil && !k.Used.IsZero() {
		return &iam.GetAccessKeyLastUsedOutput{UserName: aws.String(u.Name), AccessKeyLastUsed: &types.AccessKeyLastUsed{
			LastUsedDate: aws.Time(k.Used), Region: aws.String("us-east-1"), ServiceName: aws.String("s3"),
		}}, nil
	}
	return &iam.GetAccessKeyLastUsedOutput{
		UserName: aws.String(u.Name), AccessKeyLastUsed: &types.AccessKeyLastUsed{Region: none, ServiceName: none},
	}, nil
}
