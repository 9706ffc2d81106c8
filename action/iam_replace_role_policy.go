package action

import (
	"context"
	"fmt"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/iam"
)

// replaceRolePolicyKind writes one document over another, which IAM does in one step: the role is never without either.
// That the policy is put again is no undoing that is answered by itself: an owner's tool may keep it so, and a playbook that cares
// looks at that call anew.
var replaceRolePolicyKind = Define[ReplaceRolePolicy](Kind{
	Name: "iam.replace-role-policy", Version: 1, Does: "replace an inline policy of a role", Class: Mend, Tier: TierAuthor,
	Reads:    inlineReads(),
	Writes:   []call.ID{call.IAMPutRolePolicy},
	UndoneBy: []call.ID{call.IAMDeleteRolePolicy, call.IAMDeleteRole},
})

// ReplaceRolePolicy wants an inline policy of a role to be another document than it was. It is its own way back, the other way
// round.
type ReplaceRolePolicy struct {
	Role     event.Resource
	Policy   string // its name
	Old, New string // documents
}

// About is the action as data.
func (p ReplaceRolePolicy) About() About {
	return About{
		Kind: replaceRolePolicyKind, Target: p.Role, Facet: p.Policy,
		Hits: fmt.Sprintf("all that run as role %s: policy %s gives them what the new document says, and no more", name(p.Role), p.Policy),
	}
}

// Look compares the present document with both. One that is neither was written after the plan was made, and stays.
func (p ReplaceRolePolicy) Look(ctx context.Context, r access.Reads) (Look, error) {
	if why := fixed(p.Role); why != "" {
		return Look{Refused: why}, nil
	}
	found, gone, err := roleInline(ctx, r, p.Role, p.Policy)
	switch {
	case err != nil || gone != "":
		return Look{Missing: gone}.unless(err)
	case found == "":
		return Look{Missing: "the policy is deleted"}, nil
	case sameDocument(found, []byte(p.New)):
		return Look{Satisfied: true}, nil
	case !sameDocument(found, []byte(p.Old)):
		return Look{Refused: "the policy was written anew since it was planned to replace it"}, nil
	}
	return Look{Inverse: ReplaceRolePolicy{Role: p.Role, Policy: p.Policy, Old: p.New, New: found}}, nil
}

// Do writes the new document, if it is one.
func (p ReplaceRolePolicy) Do(ctx context.Context, w access.Writes) error {
	if _, err := iam.Parse([]byte(p.New)); err != nil {
		return cannot(fmt.Sprintf("policy %q of role %q: %v", p.Policy, name(p.Role), err))
	}
	return putRoleInline(ctx, w, p.Role, p.Policy, []byte(p.New))
}
