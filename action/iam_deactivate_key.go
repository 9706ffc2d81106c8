package action

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
)

// deactivateKeyKind stops one access key. Sessions that the key opened before go on: the user is denied beside it.
var deactivateKeyKind = Define[DeactivateKey](Kind{
	Name: "iam.deactivate-key", Version: 2, Does: "deactivate an IAM user's access key", Class: Contain, Tier: TierContain,
	Reads:    append(findingReads(), call.IAMGetAccessKeyLastUsed, call.IAMListAccessKeys),
	Writes:   []call.ID{call.IAMUpdateAccessKey},
	UndoneBy: []call.ID{call.IAMUpdateAccessKey, call.IAMDeleteAccessKey, call.IAMUpdateUser},
})

var activateKeyKind = Define[ActivateKey](Kind{
	Name: "iam.activate-key", Version: 2, Does: "activate an IAM user's access key again", Class: Mend, Tier: TierContain,
	Reads:    append(findingReads(), call.IAMGetAccessKeyLastUsed, call.IAMListAccessKeys),
	Writes:   []call.ID{call.IAMUpdateAccessKey},
	UndoneBy: []call.ID{call.IAMUpdateAccessKey, call.IAMDeleteAccessKey},
})

// DeactivateKey wants an access key inactive.
type DeactivateKey struct {
	User   event.Resource
	Key    string // its id, which is no secret
	UserID string // AIDA..., "": not known, and a renamed user is not found
}

// ActivateKey wants an access key active.
type ActivateKey struct {
	User   event.Resource
	Key    string
	UserID string
}

// About is the action as data.
func (k DeactivateKey) About() About {
	return About{
		Kind: deactivateKeyKind, Target: k.User.Place().In(event.AccessKey, k.Key),
		Hits:     "access key " + k.Key + " of user " + name(k.User) + ", and nothing else that it has",
		Concerns: []event.Resource{k.User}, // IAM knows no key as a resource
	}
}

// Denies every call that the key signs.
func (k DeactivateKey) Denies(actor event.Actor, made call.ID) bool {
	return actor.AccessKey == k.Key && deniable(made)
}

// Look reads the key's status.
func (k DeactivateKey) Look(ctx context.Context, r access.Reads) (Look, error) {
	return lookAtUser(ctx, r, k)
}

func (k DeactivateKey) by(now event.Resource) renamable { k.User = now; return k }
func (k DeactivateKey) identity() identity              { return identity{k.User, k.UserID, k.Key} }

func (k DeactivateKey) look(ctx context.Context, r access.Reads) (Look, error) {
	status, gone, err := keyStatus(ctx, r, k.User, k.Key)
	if err != nil || gone != "" {
		return Look{Missing: gone}.unless(err)
	}
	if status == types.StatusTypeActive {
		return Look{Inverse: ActivateKey(k)}, nil
	}
	return Look{Satisfied: true}, nil
}

// Do switches the key off.
func (k DeactivateKey) Do(ctx context.Context, w access.Writes) error {
	return setKey(ctx, w, k.User, k.Key, types.StatusTypeInactive)
}

// About is the action as data.
func (k ActivateKey) About() About {
	return About{Kind: activateKeyKind, Target: k.User.Place().In(event.AccessKey, k.Key), Concerns: []event.Resource{k.User}}
}

// Look reads the key's status.
func (k ActivateKey) Look(ctx context.Context, r access.Reads) (Look, error) {
	return lookAtUser(ctx, r, k)
}

func (k ActivateKey) by(now event.Resource) renamable { k.User = now; return k }
func (k ActivateKey) identity() identity              { return identity{k.User, k.UserID, k.Key} }

func (k ActivateKey) look(ctx context.Context, r access.Reads) (Look, error) {
	status, gone, err := keyStatus(ctx, r, k.User, k.Key)
	if err != nil || gone != "" {
		return Look{Missing: gone}.unless(err)
	}
	if status == types.StatusTypeActive {
		return Look{Satisfied: true}, nil
	}
	return Look{Inverse: DeactivateKey(k)}, nil
}

// Do switches the key on.
func (k ActivateKey) Do(ctx context.Context, w access.Writes) error {
	return setKey(ctx, w, k.User, k.Key, types.StatusTypeActive)
}

func keyStatus(ctx context.Context, r access.Reads, user event.Resource, key string) (status types.StatusType, gone string, err error) {
	pages := iam.NewListAccessKeysPaginator(r.IAM(user.Place()), &iam.ListAccessKeysInput{UserName: aws.String(name(user))})
	for pages.HasMorePages() {
		out, err := pages.NextPage(ctx)
		if Missing(err) {
			return "", deletedUser, nil
		}
		if err != nil {
			return "", "", fmt.Errorf("read access keys of %q: %w", name(user), err)
		}
		for _, k := range out.AccessKeyMetadata {
			if aws.ToString(k.AccessKeyId) == key {
				return k.Status, "", nil
			}
		}
	}
	return "", "the access key is deleted", nil
}

func setKey(ctx context.Context, w access.Writes, user event.Resource, key string, s types.StatusType) error {
	_, err := w.IAM(user.Place()).UpdateAccessKey(ctx, &iam.UpdateAccessKeyInput{
		UserName: aws.String(name(user)), AccessKeyId: aws.String(key), Status: s,
	})
	return Refused(fmt.Sprintf("set access key %q %s", key, s), err)
}
