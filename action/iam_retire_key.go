package action

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
)

// retireKeyKind is iam.deactivate-key for a key that is old and that no caller uses: an owner who needs it again is not fought.
var retireKeyKind = Define[RetireKey](Kind{
	Name: "iam.retire-key", Version: 1, Does: "deactivate an old access key until its owner needs it", Class: Mend, Tier: TierContain, Yields: true, WayBack: "iam.reinstate-key",
	Reads:  append(findingReads(), call.IAMGetAccessKeyLastUsed, call.IAMListAccessKeys),
	Writes: []call.ID{call.IAMUpdateAccessKey},
})

// reinstateKeyKind is the way back.
var reinstateKeyKind = Define[ReinstateKey](Kind{
	Name: "iam.reinstate-key", Version: 1, Does: "activate an access key that was retired", Class: Mend, Tier: TierContain, Yields: true,
	Reads:  append(findingReads(), call.IAMGetAccessKeyLastUsed, call.IAMListAccessKeys),
	Writes: []call.ID{call.IAMUpdateAccessKey},
})

// RetireKey wants an access key inactive.
type RetireKey struct {
	User   event.Resource
	Key    string // its id, which is no secret
	UserID string // AIDA..., "": not known, and a renamed user is not found
}

// ReinstateKey wants an access key active.
type ReinstateKey struct {
	User   event.Resource
	Key    string
	UserID string
}

// About is the action as data.
func (k RetireKey) About() About {
	about := DeactivateKey(k).About()
	about.Kind = retireKeyKind
	return about
}

// Look reads the key's status.
func (k RetireKey) Look(ctx context.Context, r access.Reads) (Look, error) {
	return lookAtUser(ctx, r, k)
}

func (k RetireKey) by(now event.Resource) renamable { k.User = now; return k }
func (k RetireKey) identity() identity              { return identity{k.User, k.UserID, k.Key} }

func (k RetireKey) look(ctx context.Context, r access.Reads) (Look, error) {
	look, err := DeactivateKey(k).look(ctx, r)
	if look.Inverse != nil {
		look.Inverse = ReinstateKey(k)
	}
	return look, err
}

// Do switches the key off.
func (k RetireKey) Do(ctx context.Context, w access.Writes) error {
	return setKey(ctx, w, k.User, k.Key, types.StatusTypeInactive)
}

// About is the action as data.
func (k ReinstateKey) About() About {
	about := ActivateKey(k).About()
	about.Kind = reinstateKeyKind
	return about
}

// Look reads the key's status.
func (k ReinstateKey) Look(ctx context.Context, r access.Reads) (Look, error) {
	return lookAtUser(ctx, r, k)
}

func (k ReinstateKey) by(now event.Resource) renamable { k.User = now; return k }
func (k ReinstateKey) identity() identity              { return identity{k.User, k.UserID, k.Key} }

func (k ReinstateKey) look(ctx context.Context, r access.Reads) (Look, error) {
	look, err := ActivateKey(k).look(ctx, r)
	if look.Inverse != nil {
		look.Inverse = RetireKey(k)
	}
	return look, err
}

// Do switches the key on.
func (k ReinstateKey) Do(ctx context.Context, w access.Writes) error {
	return setKey(ctx, w, k.User, k.Key, types.StatusTypeActive)
}
