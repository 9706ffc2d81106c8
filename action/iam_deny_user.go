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

var denyUserKind = Define[DenyUser](Kind{
	Name: "iam.deny-user", Version: 2, Does: "deny an IAM user by an inline policy", Class: Contain, Tier: TierAuthor,
	Reads:    append(findingReads(), call.IAMGetUserPolicy),
	Writes:   []call.ID{call.IAMPutUserPolicy},
	UndoneBy: []call.ID{call.IAMDeleteUserPolicy, call.IAMPutUserPolicy, call.IAMDeleteUser, call.IAMUpdateUser},
})

var undenyUserKind = Define[UndenyUser](Kind{
	Name: "iam.undeny-user", Version: 2, Does: "lift an inline deny from an IAM user", Class: Mend, Tier: TierAuthor,
	Reads:    append(findingReads(), call.IAMGetUserPolicy),
	Writes:   []call.ID{call.IAMDeleteUserPolicy},
	UndoneBy: []call.ID{call.IAMPutUserPolicy},
})

// DenyUser wants an inline deny on a user. All inline policies of a user share 2,048 characters: where they are used up,
// AWS refuses for good.
type DenyUser struct {
	User   event.Resource
	Case   string // goes into the policy's name
	Scope  Scope
	UserID string // AIDA..., "": not known; a later user of that name is left alone
}

// UndenyUser wants that deny gone.
type UndenyUser struct {
	User   event.Resource
	Case   string
	Scope  Scope
	UserID string
}

// About is the action as data.
func (d DenyUser) About() About {
	return About{
		Kind: denyUserKind, Target: d.User,
		Identity: d.UserID,
		Facet:    inline(d.Case), // the policy's name: each case has its own deny, so that taking one back leaves the others
		Hits:     wholeUser(name(d.User), d.Scope),
	}
}

// Denies the scope's calls to the user, whatever the key.
func (d DenyUser) Denies(a event.Actor, made call.ID) bool {
	return isUser(d.User, d.UserID, a) && d.Scope.covers(made)
}

// Look compares the document, since a policy of that name may have been emptied.
func (d DenyUser) Look(ctx context.Context, r access.Reads) (Look, error) {
	return lookAtUser(ctx, r, d)
}

func (d DenyUser) by(now event.Resource) renamable { d.User = now; return d }
func (d DenyUser) identity() identity              { return identity{d.User, d.UserID, ""} }

func (d DenyUser) look(ctx context.Context, r access.Reads) (Look, error) {
	found, gone, err := userInline(ctx, r, d.User, d.About().Facet)
	if err != nil || gone != "" {
		return Look{Missing: gone}.unless(err)
	}
	wanted, err := deny(d.Scope, nil)
	if err != nil || sameDocument(found, wanted) {
		return Look{Satisfied: true}.unless(err)
	}
	return Look{Inverse: UndenyUser(d)}, nil
}

// Do writes the policy, over whatever had its name.
func (d DenyUser) Do(ctx context.Context, w access.Writes) error {
	doc, err := deny(d.Scope, nil)
	if err != nil {
		return err
	}
	_, err = w.IAM(d.User.Place()).PutUserPolicy(ctx, &iam.PutUserPolicyInput{
		UserName: aws.String(name(d.User)), PolicyName: aws.String(d.About().Facet), PolicyDocument: aws.String(string(doc)),
	})
	return Refused(fmt.Sprintf("deny user %q", name(d.User)), err)
}

// About is the action as data.
func (d UndenyUser) About() About {
	return About{
		Kind: undenyUserKind, Target: d.User,
		Facet: inline(d.Case), // the policy's name
	}
}

// Look reads whether the policy is there.
func (d UndenyUser) Look(ctx context.Context, r access.Reads) (Look, error) {
	return lookAtUser(ctx, r, d)
}

func (d UndenyUser) by(now event.Resource) renamable { d.User = now; return d }
func (d UndenyUser) identity() identity              { return identity{d.User, d.UserID, ""} }

func (d UndenyUser) look(ctx context.Context, r access.Reads) (Look, error) {
	found, gone, err := userInline(ctx, r, d.User, d.About().Facet)
	if err != nil || gone != "" {
		return Look{Missing: gone}.unless(err)
	}
	if found == "" {
		return Look{Satisfied: true}, nil
	}
	return Look{Inverse: DenyUser(d)}, nil
}

// Do deletes the policy; one that is not there is deleted enough.
func (d UndenyUser) Do(ctx context.Context, w access.Writes) error {
	_, err := w.IAM(d.User.Place()).DeleteUserPolicy(ctx, &iam.DeleteUserPolicyInput{
		UserName: aws.String(name(d.User)), PolicyName: aws.String(d.About().Facet),
	})
	if Missing(err) {
		return nil
	}
	return Refused(fmt.Sprintf("lift the deny from user %q", name(d.User)), err)
}

// userInline reads an inline policy, "" where there is none. IAM says NoSuchEntity of a missing user, too.
func userInline(ctx context.Context, r access.Reads, user event.Resource, policy string) (doc, gone string, err error) {
	out, err := r.IAM(user.Place()).GetUserPolicy(ctx, &iam.GetUserPolicyInput{UserName: aws.String(name(user)), PolicyName: aws.String(policy)})
	if Missing(err) {
		_, gone, err := called(ctx, r, user)
		return "", gone, err
	}
	if err != nil {
		return "", "", fmt.Errorf("read policy %q of user %q: %w", policy, name(user), err)
	}
	doc, err = unescape(aws.ToString(out.PolicyDocument))
	return doc, "", err
}
