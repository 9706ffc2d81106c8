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

// attachRoleDenyKind hits every session of the role, other people's too: plans ask first.
var attachRoleDenyKind = Define[AttachRoleDeny](Kind{
	Name: "iam.attach-role-deny", Version: 1, Does: "attach the pre-deployed deny policy to a role", Class: Contain, Tier: TierContain,
	Reads:          append(deployedReads(), call.IAMListAttachedRolePolicies),
	Writes:         []call.ID{call.IAMAttachRolePolicy},
	UndoneBy:       []call.ID{call.IAMDetachRolePolicy, call.IAMCreatePolicyVersion, call.IAMSetDefaultPolicyVersion, call.IAMDeletePolicy, call.IAMDeleteRole},
	SharedUndoneBy: policyUndoneBy(),
})

var detachRoleDenyKind = Define[DetachRoleDeny](Kind{
	Name: "iam.detach-role-deny", Version: 1, Does: "detach the pre-deployed deny policy from a role", Class: Mend, Tier: TierContain,
	Reads:    []call.ID{call.IAMListAttachedRolePolicies},
	Writes:   []call.ID{call.IAMDetachRolePolicy},
	UndoneBy: []call.ID{call.IAMAttachRolePolicy},
})

// AttachRoleDeny wants DenyPolicy attached to a role, and denying.
type AttachRoleDeny struct{ Role event.Resource }

// DetachRoleDeny wants DenyPolicy off a role.
type DetachRoleDeny struct{ Role event.Resource }

// About is the action as data.
func (d AttachRoleDeny) About() About {
	return About{
		Kind: attachRoleDenyKind, Target: d.Role,
		Shares: []string{DenyPolicy},
		Hits:   fmt.Sprintf("every session of role %s: %s", name(d.Role), Everything.reach()),
	}
}

// Denies everything, as the policy does.
func (d AttachRoleDeny) Denies(a event.Actor, made call.ID) bool {
	return isRole(d.Role, a) && Everything.covers(made)
}

// Look holds only where the policy is attached and its default version denies.
func (d AttachRoleDeny) Look(ctx context.Context, r access.Reads) (Look, error) {
	if why := fixed(d.Role); why != "" {
		return Look{Refused: why}, nil
	}
	attached, gone, err := roleHas(ctx, r, d.Role, DenyPolicy)
	if err != nil || gone != "" {
		return Look{Missing: gone}.unless(err)
	}
	why, err := unsound(ctx, r, d.Role, DenyPolicy)
	switch {
	case err != nil || why != "":
		return Look{Refused: why}.unless(err)
	case attached:
		return Look{Satisfied: true}, nil
	}
	return Look{Inverse: DetachRoleDeny(d)}, nil
}

// Do attaches the policy; a role with ten of them takes no more.
func (d AttachRoleDeny) Do(ctx context.Context, w access.Writes) error {
	if why := fixed(d.Role); why != "" {
		return cannot(why)
	}
	_, err := w.IAM(d.Role.Place()).AttachRolePolicy(ctx, &iam.AttachRolePolicyInput{
		RoleName: aws.String(name(d.Role)), PolicyArn: aws.String(deployed(d.Role.Place(), DenyPolicy)),
	})
	return undeployed(fmt.Sprintf("attach %s to role %q", DenyPolicy, name(d.Role)), err)
}

// About is the action as data.
func (d DetachRoleDeny) About() About {
	return About{Kind: detachRoleDenyKind, Target: d.Role}
}

// Look reads whether the policy is attached, whatever it says.
func (d DetachRoleDeny) Look(ctx context.Context, r access.Reads) (Look, error) {
	attached, gone, err := roleHas(ctx, r, d.Role, DenyPolicy)
	switch {
	case err != nil || gone != "":
		return Look{Missing: gone}.unless(err)
	case !attached:
		return Look{Satisfied: true}, nil
	}
	return Look{Inverse: AttachRoleDeny(d)}, nil
}

// Do detaches the policy; one that is not attached is detached enough.
func (d DetachRoleDeny) Do(ctx context.Context, w access.Writes) error {
	_, err := w.IAM(d.Role.Place()).DetachRolePolicy(ctx, &iam.DetachRolePolicyInput{
		RoleName: aws.String(name(d.Role)), PolicyArn: aws.String(deployed(d.Role.Place(), DenyPolicy)),
	})
	if Missing(err) {
		return nil
	}
	return Refused(fmt.Sprintf("detach %s from role %q", DenyPolicy, name(d.Role)), err)
}

// back detaches the policy, whatever it says by now.
func (d DetachRoleDeny) back(Action, []Action) Back { return Back{Do: d} }

func roleHas(ctx context.Context, r access.Reads, role event.Resource, policy string) (attached bool, gone string, err error) {
	pages := iam.NewListAttachedRolePoliciesPaginator(r.IAM(role.Place()), &iam.ListAttachedRolePoliciesInput{RoleName: aws.String(name(role))})
	for pages.HasMorePages() {
		out, err := pages.NextPage(ctx)
		if Missing(err) {
			return false, "the role is deleted", nil
		}
		if err != nil {
			return false, "", fmt.Errorf("read policies of role %q: %w", name(role), err)
		}
		if slices.ContainsFunc(out.AttachedPolicies, func(p types.AttachedPolicy) bool { return aws.ToString(p.PolicyArn) == deployed(role.Place(), policy) }) {
			return true, "", nil
		}
	}
	return false, "", nil
}
