package action

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
)

var boundUserKind = Define[BoundUser](Kind{
	Name: "iam.bound-user", Version: 2, Does: "set the pre-deployed deny boundary on an IAM user", Class: Contain, Tier: TierContain,
	Reads:          append(findingReads(), deployedReads()...),
	Writes:         []call.ID{call.IAMPutUserPermissionsBoundary},
	UndoneBy:       []call.ID{call.IAMDeleteUserPermissionsBoundary, call.IAMPutUserPermissionsBoundary, call.IAMCreatePolicyVersion, call.IAMSetDefaultPolicyVersion, call.IAMDeleteUser, call.IAMUpdateUser},
	SharedUndoneBy: policyUndoneBy(),
})

// A role that may set riposte's boundary over a user's own and then take it off can free the user of both: no right for
// the contain tier.
var unboundUserKind = Define[UnboundUser](Kind{
	Name: "iam.unbound-user", Version: 2, Does: "give an IAM user its permissions boundary back, or take it off", Class: Mend, Tier: TierAuthor,
	Reads:    findingReads(),
	Writes:   []call.ID{call.IAMDeleteUserPermissionsBoundary, call.IAMPutUserPermissionsBoundary},
	UndoneBy: []call.ID{call.IAMDeleteUserPermissionsBoundary, call.IAMPutUserPermissionsBoundary},
})

// BoundUser wants BoundaryPolicy as a user's permissions boundary, and denying. A user has one boundary and no quota, so
// it is the rung for a user that has no room for a policy.
type BoundUser struct {
	User   event.Resource
	UserID string // AIDA..., "": not known; a later user of that name is left alone
}

// UnboundUser wants the boundary that a user had before.
type UnboundUser struct {
	User     event.Resource
	Previous string // ARN; "": none
	UserID   string
}

// About is the action as data.
func (b BoundUser) About() About {
	return About{
		Kind: boundUserKind, Target: b.User,
		Identity: b.UserID,
		Shares:   []string{BoundaryPolicy},
		Hits:     wholeUser(name(b.User), Everything),
	}
}

// Denies everything, as the policy does.
func (b BoundUser) Denies(a event.Actor, made call.ID) bool {
	return isUser(b.User, b.UserID, a) && Everything.covers(made)
}

// Look holds only where the boundary is set and its default version denies.
func (b BoundUser) Look(ctx context.Context, r access.Reads) (Look, error) {
	return lookAtUser(ctx, r, b)
}

func (b BoundUser) by(now event.Resource) renamable { b.User = now; return b }
func (b BoundUser) identity() identity              { return identity{b.User, b.UserID, ""} }

func (b BoundUser) look(ctx context.Context, r access.Reads) (Look, error) {
	now, gone, err := boundary(ctx, r, b.User)
	if err != nil || gone != "" {
		return Look{Missing: gone}.unless(err)
	}
	why, err := unsound(ctx, r, b.User, BoundaryPolicy)
	switch {
	case err != nil || why != "":
		return Look{Refused: why}.unless(err)
	case now == deployed(b.User.Place(), BoundaryPolicy):
		return Look{Satisfied: true}, nil
	}
	return Look{Inverse: UnboundUser{b.User, now, b.UserID}}, nil
}

// Do sets the boundary, in place of any other.
func (b BoundUser) Do(ctx context.Context, w access.Writes) error {
	return bound(ctx, w, b.User, deployed(b.User.Place(), BoundaryPolicy))
}

// About is the action as data.
func (b UnboundUser) About() About {
	return About{Kind: unboundUserKind, Target: b.User}
}

// Look reads the boundary that the user has.
func (b UnboundUser) Look(ctx context.Context, r access.Reads) (Look, error) {
	return lookAtUser(ctx, r, b)
}

func (b UnboundUser) by(now event.Resource) renamable { b.User = now; return b }
func (b UnboundUser) identity() identity              { return identity{b.User, b.UserID, ""} }

func (b UnboundUser) look(ctx context.Context, r access.Reads) (Look, error) {
	now, gone, err := boundary(ctx, r, b.User)
	switch {
	case err != nil || gone != "":
		return Look{Missing: gone}.unless(err)
	case now == b.Previous:
		return Look{Satisfied: true}, nil
	case now == deployed(b.User.Place(), BoundaryPolicy):
		return Look{Inverse: BoundUser{b.User, b.UserID}}, nil
	}
	return Look{Inverse: UnboundUser{b.User, now, b.UserID}}, nil
}

// Do puts the previous boundary back or, where there was none, takes it off. Without the author tier it is refused, and a
// person does it.
func (b UnboundUser) Do(ctx context.Context, w access.Writes) error {
	if b.Previous != "" {
		return bound(ctx, w, b.User, b.Previous)
	}
	_, err := w.IAM(b.User.Place()).DeleteUserPermissionsBoundary(ctx, &iam.DeleteUserPermissionsBoundaryInput{UserName: aws.String(name(b.User))})
	if Missing(err) {
		return nil
	}
	return Refused(fmt.Sprintf("take the boundary off user %q", name(b.User)), err)
}

// back takes riposte's boundary off, and no other.
func (b UnboundUser) back(now Action, _ []Action) Back {
	if other, ok := now.(UnboundUser); ok {
		return Back{Stays: []string{fmt.Sprintf("the boundary was set to %q since by another caller", other.Previous)}}
	}
	return Back{Do: b}
}

func bound(ctx context.Context, w access.Writes, user event.Resource, arn string) error {
	_, err := w.IAM(user.Place()).PutUserPermissionsBoundary(ctx, &iam.PutUserPermissionsBoundaryInput{
		UserName: aws.String(name(user)), PermissionsBoundary: aws.String(arn),
	})
	return undeployed(fmt.Sprintf("set the boundary of user %q", name(user)), err)
}

// boundary is the ARN of a user's permissions boundary, "" where it has none.
func boundary(ctx context.Context, r access.Reads, user event.Resource) (arn, gone string, err error) {
	u, gone, err := called(ctx, r, user)
	if err != nil || gone != "" || u.PermissionsBoundary == nil {
		return "", gone, err
	}
	return aws.ToString(u.PermissionsBoundary.PermissionsBoundaryArn), "", nil
}
