package action

import (
	"context"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
)

// attachUserDenyKind needs no right to write a policy: it can attach one policy, which stands there beforehand.
var attachUserDenyKind = Define[AttachUserDeny](Kind{
	Name: "iam.attach-user-deny", Version: 2, Does: "attach the pre-deployed deny policy to an IAM user", Class: Contain, Tier: TierContain,
	Reads:          append(findingReads(), append(deployedReads(), call.IAMListAttachedUserPolicies)...),
	Writes:         []call.ID{call.IAMAttachUserPolicy},
	UndoneBy:       []call.ID{call.IAMDetachUserPolicy, call.IAMCreatePolicyVersion, call.IAMSetDefaultPolicyVersion, call.IAMDeletePolicy, call.IAMDeleteUser, call.IAMUpdateUser},
	SharedUndoneBy: policyUndoneBy(),
})

var detachUserDenyKind = Define[DetachUserDeny](Kind{
	Name: "iam.detach-user-deny", Version: 2, Does: "detach the pre-deployed deny policy from an IAM user", Class: Mend, Tier: TierContain,
	Reads:    append(findingReads(), call.IAMListAttachedUserPolicies),
	Writes:   []call.ID{call.IAMDetachUserPolicy},
	UndoneBy: []call.ID{call.IAMAttachUserPolicy},
})

// AttachUserDeny wants DenyPolicy attached to a user, and denying.
type AttachUserDeny struct {
	User   event.Resource
	UserID string // AIDA..., "": not known; a later user of that name is left alone
}

// DetachUserDeny wants DenyPolicy off a user.
type DetachUserDeny struct {
	User   event.Resource
	UserID string
}

// About is the action as data.
func (d AttachUserDeny) About() About {
	return About{
		Kind: attachUserDenyKind, Target: d.User,
		Identity: d.UserID,
		Shares:   []string{DenyPolicy},
		Hits:     wholeUser(name(d.User), Everything),
	}
}

// Denies everything, as the policy does.
func (d AttachUserDeny) Denies(a event.Actor, made call.ID) bool {
	return isUser(d.User, d.UserID, a) && Everything.covers(made)
}

// Look holds only where the policy is attached and its default version denies.
func (d AttachUserDeny) Look(ctx context.Context, r access.Reads) (Look, error) {
	return lookAtUser(ctx, r, d)
}

func (d AttachUserDeny) by(now event.Resource) renamable { d.User = now; return d }
func (d AttachUserDeny) identity() identity              { return identity{d.User, d.UserID, ""} }

func (d AttachUserDeny) look(ctx context.Context, r access.Reads) (Look, error) {
	attached, gone, err := userHas(ctx, r, d.User, DenyPolicy)
	if err != nil || gone != "" {
		return Look{Missing: gone}.unless(err)
	}
	why, err := unsound(ctx, r, d.User, DenyPolicy)
	switch {
	case err != nil || why != "":
		return Look{Refused: why}.unless(err)
	case attached:
		return Look{Satisfied: true}, nil
	}
	return Look{Inverse: DetachUserDeny(d)}, nil
}

// Do attaches the policy; a user with ten of them takes no more.
func (d AttachUserDeny) Do(ctx context.Context, w access.Writes) error {
	_, err := w.IAM(d.User.Place()).AttachUserPolicy(ctx, &iam.AttachUserPolicyInput{
		UserName: aws.String(name(d.User)), PolicyArn: aws.String(deployed(d.User.Place(), DenyPolicy)),
	})
	return undeployed(fmt.Sprintf("attach %s to user %q", DenyPolicy, name(d.User)), err)
}

// About is the action as data.
func (d DetachUserDeny) About() About {
	return About{Kind: detachUserDenyKind, Target: d.User}
}

// Look reads whether the policy is attached, whatever it says.
func (d DetachUserDeny) Look(ctx context.Context, r access.Reads) (Look, error) {
	return lookAtUser(ctx, r, d)
}

func (d DetachUserDeny) by(now event.Resource) renamable { d.User = now; return d }
func (d DetachUserDeny) identity() identity              { return identity{d.User, d.UserID, ""} }

func (d DetachUserDeny) look(ctx context.Context, r access.Reads) (Look, error) {
	attached, gone, err := userHas(ctx, r, d.User, DenyPolicy)
	switch {
	case err != nil || gone != "":
		return Look{Missing: gone}.unless(err)
	case !attached:
		return Look{Satisfied: true}, nil
	}
	return Look{Inverse: AttachUserDeny(d)}, nil
}

// Do detaches the policy; one that is not attached is detached enough.
func (d DetachUserDeny) Do(ctx context.Context, w access.Writes) error {
	_, err := w.IAM(d.User.Place()).DetachUserPolicy(ctx, &iam.DetachUserPolicyInput{
		UserName: aws.String(name(d.User)), PolicyArn: aws.String(deployed(d.User.Place(), DenyPolicy)),
	})
	if Missing(err) {
		return nil
	}
	return Refused(fmt.Sprintf("detach %s from user %q", DenyPolicy, name(d.User)), err)
}

// back detaches the policy, whatever it says by now: that it is attached is the change.
func (d DetachUserDeny) back(Action, []Action) Back { return Back{Do: d} }

func userHas(ctx context.Context, r access.Reads, user event.Resource, policy string) (attached bool, gone string, err error) {
	pages := iam.NewListAttachedUserPoliciesPaginator(r.IAM(user.Place()), &iam.ListAttachedUserPoliciesInput{UserName: aws.String(name(user))})
	for pages.HasMorePages() {
		out, err := pages.NextPage(ctx)
		if Missing(err) {
			return false, deletedUser, nil
		}
		if err != nil {
			return false, "", fmt.Errorf("read policies of user %q: %w", name(user), err)
		}
		if slices.ContainsFunc(out.AttachedPolicies, func(p types.AttachedPolicy) bool { return aws.ToString(p.PolicyArn) == deployed(user.Place(), policy) }) {
			return true, "", nil
		}
	}
	return false, "", nil
}
