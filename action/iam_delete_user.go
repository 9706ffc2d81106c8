package action

import (
	"context"
	"fmt"
	"reflect"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
)

// deleteUserKind ends a user that a case denied and announced. A user that is made again under the name is another one to every policy
// that names the first by its id, and nothing gives keys and passwords back: what a restored user would be worth is a few names of
// policies, for which riposte would need the right to make users who may everything.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids
var deleteUserKind = Define[DeleteUser](Kind{
	Name: "iam.delete-user", Version: 1, Does: "delete an IAM user; the case keeps what it had", Class: Destroy, Tier: TierDestroy,
	Final: "a user that is made again has another id, and neither its keys nor its password",
	Reads: slices.Concat(findingReads(), setupReads(), []call.ID{call.IAMGetPolicy, call.IAMGetPolicyVersion}),
	Writes: []call.ID{
		call.IAMPutUserPermissionsBoundary, call.IAMDeleteLoginProfile, call.IAMDeleteAccessKey, call.IAMRemoveUserFromGroup, call.IAMDetachUserPolicy, call.IAMDeleteUserPolicy, call.IAMDeleteUser,
	},
})

// DeleteUser wants a user gone that the case denied all along, and announced on the user itself.
type DeleteUser struct {
	User   event.Resource
	UserID string // AIDA...: a later user of that name is left alone
	Case   string
	Was    UserSetup // what it has, as people were told: what it was given since is told them, too
}

// About is the action as data.
func (d DeleteUser) About() About {
	about := About{
		Kind: deleteUserKind, Target: d.User, Identity: d.UserID,
		Hits: fmt.Sprintf("user %s with what it has (%s); made again it has another id, and neither its keys nor its password", name(d.User), d.Was),
	}
	for _, g := range d.Was.Groups {
		about.Concerns = append(about.Concerns, d.User.Place().In(event.UserGroup, g))
	}
	return about
}

// Look refuses whatever makes the deletion other than announced: a user that is no longer tagged, or no longer denied, or that has what riposte
// takes from no user. What it has beside what people were told comes back as the action of what it has.
func (d DeleteUser) Look(ctx context.Context, r access.Reads) (Look, error) {
	look, err := lookAtUser(ctx, r, d)
	if err == nil && look.Missing != "" {
		return Look{Satisfied: true}, nil
	}
	return look, err
}

func (d DeleteUser) by(now event.Resource) renamable { d.User = now; return d }
func (d DeleteUser) identity() identity              { return identity{d.User, d.UserID, ""} }

func (d DeleteUser) look(ctx context.Context, r access.Reads) (Look, error) {
	u, gone, err := called(ctx, r, d.User)
	if err != nil || gone != "" {
		return Look{Missing: gone}.unless(err)
	}
	has, err := lookSetup(ctx, r, d.User, d.Case)
	if err != nil {
		return Look{}, err
	}
	if b := u.PermissionsBoundary; b != nil {
		has.setup.Boundary = aws.ToString(b.PermissionsBoundaryArn)
	}
	if has.setup.Boundary == deployed(d.User.Place(), BoundaryPolicy) {
		has.denied, has.setup.Boundary = true, "" // what was there before the way back from it says
	}
	if refused := has.keeps(fromIAM(u.Tags), d.Case); refused != "" {
		return Look{Refused: refused}, nil
	}
	if why, err := unsound(ctx, r, d.User, BoundaryPolicy); err != nil || why != "" {
		return Look{Refused: why}.unless(err)
	}
	if !reflect.DeepEqual(d.Was, has.setup) {
		d.Was = has.setup
		return Look{Renamed: d}, nil
	}
	return Look{}, nil
}

// keeps says what keeps the user from being deleted, "" for nothing.
func (h holdings) keeps(tags map[string]string, caseID string) string {
	switch {
	case !h.denied:
		return "no deny of riposte's holds it any more: somebody lets it work"
	case h.kept != "":
		return "it has " + h.kept + ", which riposte takes from no user"
	}
	return announcedBy(tags, caseID)
}

// Do takes from the user what it has, what it signs with first and what denies it last, and deletes it. What is not there any more is taken
// enough. IAM refuses where the user was given something meanwhile, and the role's policy where its tag is gone. It deletes no user that has a
// policy, but one that has a boundary: the boundary denies in the denies' place, or a caller that gives the user a key at that moment has it freed.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteUser.html
func (d DeleteUser) Do(ctx context.Context, w access.Writes) error {
	for _, take := range d.takes(w.IAM(d.User.Place()), aws.String(name(d.User))) {
		if err := take(ctx); err != nil && !Missing(err) {
			return Refused(fmt.Sprintf("delete user %q", name(d.User)), err)
		}
	}
	return nil
}

func (d DeleteUser) takes(w access.IAMWrites, user *string) (all []func(context.Context) error) {
	take := func(one func(context.Context) error) { all = append(all, one) }
	take(func(ctx context.Context) error {
		_, err := w.PutUserPermissionsBoundary(ctx, &iam.PutUserPermissionsBoundaryInput{UserName: user, PermissionsBoundary: aws.String(deployed(d.User.Place(), BoundaryPolicy))})
		return err
	})
	if d.Was.Password {
		take(func(ctx context.Context) error {
			_, err := w.DeleteLoginProfile(ctx, &iam.DeleteLoginProfileInput{UserName: user})
			return err
		})
	}
	for _, key := range d.Was.Keys {
		take(func(ctx context.Context) error {
			_, err := w.DeleteAccessKey(ctx, &iam.DeleteAccessKeyInput{UserName: user, AccessKeyId: aws.String(key)})
			return err
		})
	}
	for _, group := range d.Was.Groups {
		take(func(ctx context.Context) error {
			_, err := w.RemoveUserFromGroup(ctx, &iam.RemoveUserFromGroupInput{UserName: user, GroupName: aws.String(group)})
			return err
		})
	}
	detach := func(arn string) {
		take(func(ctx context.Context) error {
			_, err := w.DetachUserPolicy(ctx, &iam.DetachUserPolicyInput{UserName: user, PolicyArn: aws.String(arn)})
			return err
		})
	}
	remove := func(policy string) {
		take(func(ctx context.Context) error {
			_, err := w.DeleteUserPolicy(ctx, &iam.DeleteUserPolicyInput{UserName: user, PolicyName: aws.String(policy)})
			return err
		})
	}
	for _, arn := range d.Was.Attached {
		detach(arn)
	}
	for _, p := range d.Was.Inline {
		remove(p.Name)
	}
	detach(deployed(d.User.Place(), DenyPolicy))
	remove(inline(d.Case))
	take(func(ctx context.Context) error {
		_, err := w.DeleteUser(ctx, &iam.DeleteUserInput{UserName: user})
		return err
	})
	return all
}
