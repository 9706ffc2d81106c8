package action

import (
	"context"
	"fmt"
	"strings"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
)

var denySessionKind = Define[DenySession](Kind{
	Name: "iam.deny-session", Version: 1, Does: "deny one session of a role by an inline policy", Class: Contain, Tier: TierAuthor,
	Reads:    inlineReads(),
	Writes:   []call.ID{call.IAMPutRolePolicy},
	UndoneBy: []call.ID{call.IAMDeleteRolePolicy, call.IAMPutRolePolicy, call.IAMDeleteRole},
})

// DenySession wants one session of a role denied; other sessions of the role go on. All inline policies of a role share
// 10,240 characters.
type DenySession struct {
	Role   event.Resource
	UserID string // ROLEID:SESSION, the session's principal id
	Case   string // goes into the policy's name
	Scope  Scope
}

// About is the action as data.
func (d DenySession) About() About {
	_, session, _ := strings.Cut(d.UserID, ":")
	policy := inline(d.Case)
	if last := d.UserID[strings.LastIndexByte(d.UserID, ':')+1:]; strings.HasPrefix(last, "i-") {
		policy += "-" + last // a case may deny several instances of one role: each has a policy of its own
	}
	return About{
		Kind: denySessionKind, Target: d.Role,
		Facet: policy, // its name
		Hits:  fmt.Sprintf("session %s of role %s: %s", session, name(d.Role), d.Scope.reach()),
	}
}

// Denies the scope's calls to the session.
func (d DenySession) Denies(a event.Actor, made call.ID) bool {
	return a.PrincipalID == d.UserID && isRole(d.Role, a) && d.Scope.covers(made)
}

// Look compares the document.
func (d DenySession) Look(ctx context.Context, r access.Reads) (Look, error) {
	return lookRoleInline(ctx, r, d.Role, d.About().Facet, func(found string) (bool, error) {
		wanted, err := d.document()
		return sameDocument(found, wanted), err
	})
}

// Do writes the policy.
func (d DenySession) Do(ctx context.Context, w access.Writes) error {
	doc, err := d.document()
	if err != nil {
		return err
	}
	return putRoleInline(ctx, w, d.Role, d.About().Facet, doc)
}

func (d DenySession) document() ([]byte, error) { return deny(d.Scope, onlySession(d.UserID)) }
