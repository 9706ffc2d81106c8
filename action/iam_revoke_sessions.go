package action

import (
	"context"
	"time"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/event"
)

var revokeSessionsKind = kind[RevokeSessions](Kind{
	Name: "iam.revoke-sessions", Version: 1, Does: "deny all sessions of a role that were opened before a moment", Class: Contain, Tier: TierAuthor,
	Reads:    inlineReads(),
	Writes:   []string{"iam:PutRolePolicy"},
	UndoneBy: inlineUndoneBy(),
})

// RevokeSessions wants every session of a role denied that was opened before a moment. Those who use the role rightly
// assume it again; so can the attacker, where what he assumed it with still works.
type RevokeSessions struct {
	Role   event.Resource
	Before time.Time
	UserID string // ROLEID:SESSION of the session that gave cause
	Case   string // goes into the policy's name
	Scope  Scope
}

func (RevokeSessions) Kind() Kind               { return revokeSessionsKind }
func (d RevokeSessions) Target() event.Resource { return d.Role }

// Facet is the policy's name.
func (d RevokeSessions) Facet() string { return revocation(d.Case) }

// Denies the scope's calls to the session that gave cause. When the others were opened, no record of their calls tells;
// this one still calling, under a session of the same name perhaps, is reason enough to go on.
func (d RevokeSessions) Denies(a event.Actor, call string) bool {
	return a.PrincipalID == d.UserID && isRole(d.Role, a) && d.Scope.covers(call)
}

// Look compares the document.
func (d RevokeSessions) Look(ctx context.Context, r access.Reads) (Look, error) {
	doc, err := d.document()
	if err != nil {
		return Look{}, err
	}
	return lookRoleInline(ctx, r, d.Role, d.Facet(), doc)
}

// Do writes the policy.
func (d RevokeSessions) Do(ctx context.Context, w access.Writes) error {
	doc, err := d.document()
	if err != nil {
		return err
	}
	return putRoleInline(ctx, w, d.Role, d.Facet(), doc)
}

func (d RevokeSessions) document() ([]byte, error) { return deny(d.Scope, olderSessions(d.Before)) }
