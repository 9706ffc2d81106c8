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

var undenyRoleKind = Define[UndenyRole](Kind{
	Name: "iam.undeny-role", Version: 1, Does: "lift an inline deny from a role", Class: Mend, Tier: TierAuthor,
	Final:    "a deny that was lifted comes back with a new case, not by itself",
	Reads:    inlineReads(),
	Writes:   []call.ID{call.IAMDeleteRolePolicy},
	UndoneBy: []call.ID{call.IAMPutRolePolicy},
})

// UndenyRole wants an inline deny of riposte's gone.
type UndenyRole struct {
	Role   event.Resource
	Policy string
}

// About is the action as data.
func (d UndenyRole) About() About {
	return About{Kind: undenyRoleKind, Target: d.Role, Facet: d.Policy}
}

// Look reads whether the policy is there.
func (d UndenyRole) Look(ctx context.Context, r access.Reads) (Look, error) {
	found, gone, err := roleInline(ctx, r, d.Role, d.Policy)
	return Look{Missing: gone, Satisfied: gone == "" && found == ""}.unless(err)
}

// Do deletes the policy.
func (d UndenyRole) Do(ctx context.Context, w access.Writes) error {
	return deleteRoleInline(ctx, w, d.Role, d.Policy)
}

// deleteRoleInline deletes an inline policy; one that is not there is deleted enough.
func deleteRoleInline(ctx context.Context, w access.Writes, role event.Resource, policy string) error {
	_, err := w.IAM(role.Place()).DeleteRolePolicy(ctx, &iam.DeleteRolePolicyInput{RoleName: aws.String(name(role)), PolicyName: &policy})
	if Missing(err) {
		return nil
	}
	return Refused(fmt.Sprintf("delete policy %q of role %q", policy, name(role)), err)
}

func inlineReads() []call.ID { return []call.ID{call.IAMGetRole, call.IAMGetRolePolicy} }

// lookRoleInline compares an inline deny, as text, with what it should be.
func lookRoleInline(ctx context.Context, r access.Reads, role event.Resource, policy string, fits func(found string) (bool, error)) (Look, error) {
	if why := fixed(role); why != "" {
		return Look{Refused: why}, nil
	}
	found, gone, err := roleInline(ctx, r, role, policy)
	if err != nil || gone != "" {
		return Look{Missing: gone}.unless(err)
	}
	ok, err := fits(found)
	if err != nil || ok {
		return Look{Satisfied: true}.unless(err)
	}
	return Look{Inverse: UndenyRole{role, policy}}, nil
}

func putRoleInline(ctx context.Context, w access.Writes, role event.Resource, policy string, doc []byte) error {
	if why := fixed(role); why != "" {
		return cannot(why)
	}
	_, err := w.IAM(role.Place()).PutRolePolicy(ctx, &iam.PutRolePolicyInput{
		RoleName: aws.String(name(role)), PolicyName: aws.String(policy), PolicyDocument: aws.String(string(doc)),
	})
	return Refused(fmt.Sprintf("write policy %q of role %q", policy, name(role)), err)
}

// roleInline reads an inline policy, "" where there is none. IAM says NoSuchEntity of a missing role, too.
func roleInline(ctx context.Context, r access.Reads, role event.Resource, policy string) (doc, gone string, err error) {
	reads := r.IAM(role.Place())
	out, err := reads.GetRolePolicy(ctx, &iam.GetRolePolicyInput{RoleName: aws.String(name(role)), PolicyName: aws.String(policy)})
	if err == nil {
		doc, err = unescape(aws.ToString(out.PolicyDocument))
		return doc, "", err
	}
	if !Missing(err) {
		return "", "", fmt.Errorf("read policy %q of role %q: %w", policy, name(role), err)
	}
	_, err = reads.GetRole(ctx, &iam.GetRoleInput{RoleName: aws.String(name(role))})
	if Missing(err) {
		return "", "the role is deleted", nil
	}
	if err != nil {
		return "", "", fmt.Errorf("read role %q: %w", name(role), err)
	}
	return "", "", nil
}
