package action

import (
	"context"
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

func (DenySession) Kind() Kind               { return denySessionKind }
func (d DenySession) Target() event.Resource { return d.Role }

// Facet is the policy's name. A case may deny several instances of one role: each has a policy of its own.
func (d DenySession) Facet() string {
	if session := d.UserID[strings.LastIndexByte(d.UserID, ':')+1:]; strings.HasPrefix(session, "i-") {
		return inline(d.Case) + "-" + session
	}
	return inline(d.Case)
}

// Denies the scope's calls to the session.
func (d DenySession) Denies(a event.Actor, made call.ID) bool {
	return a.PrincipalID == d.UserID && isRole(d.Role, a) && d.Scope.covers(made)
}

// Look compares the document.
func (d DenySession) Look(ctx context.Context, r access.Reads) (Look, error) {
	return lookRoleInline(ctx, r, d.Role, d.Facet(), func(found string) (bool, error) {
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
	return putRoleInline(ctx, w, d.Role, d.Facet(), doc)
}

func (d DenySession) document() ([]byte, error) { return deny(d.Scope, onlySession(d.UserID)) }
