package action

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/iam"
)

var revokeSessionsKind = Define[RevokeSessions](Kind{
	Name: "iam.revoke-sessions", Version: 1, Does: "deny all sessions of a role that were opened before a moment", Class: Contain, Tier: TierAuthor,
	Reads:    inlineReads(),
	Writes:   []call.ID{call.IAMPutRolePolicy},
	UndoneBy: []call.ID{call.IAMDeleteRolePolicy, call.IAMPutRolePolicy, call.IAMDeleteRole},
})

// RevokeSessions wants every session of a role denied that was opened before a moment. Rightful users of the role
// assume it again; so can an attacker whose own credentials still work.
type RevokeSessions struct {
	Role   event.Resource
	Before time.Time
	UserID string // ROLEID:SESSION of the session that gave cause
	Case   string // goes into the policy's name
	Scope  Scope
}

// About is the action as data.
func (d RevokeSessions) About() About {
	return About{
		Kind: revokeSessionsKind, Target: d.Role,
		Facet: inlinePrefix + d.Case + "-older", // the policy's name
		Hits:  fmt.Sprintf("every session of role %s that was opened before %s: %s", name(d.Role), d.Before.UTC().Format(time.RFC3339), d.Scope.reach()),
	}
}

// Denies the scope's calls to the session that gave cause. When the others were opened, no record of their calls tells;
// this one still calling, under a session of the same name perhaps, is reason enough to go on.
func (d RevokeSessions) Denies(a event.Actor, made call.ID) bool {
	return a.PrincipalID == d.UserID && isRole(d.Role, a) && d.Scope.covers(made)
}

// Look compares the document. One with a later moment holds as well: another lead of the case may have moved it on.
func (d RevokeSessions) Look(ctx context.Context, r access.Reads) (Look, error) {
	return lookRoleInline(ctx, r, d.Role, d.About().Facet, func(found string) (bool, error) {
		later := d
		if at := moment(found); at.After(d.Before) {
			later.Before = at
		}
		wanted, err := later.document()
		return sameDocument(found, wanted), err
	})
}

// moment is the time that a revocation names; zero where it names none.
func moment(text string) time.Time {
	var doc iam.Document
	if json.Unmarshal([]byte(text), &doc) != nil || len(doc.Statement) != 1 {
		return time.Time{}
	}
	values := doc.Statement[0].Condition["DateLessThan"]["aws:TokenIssueTime"]
	if len(values) != 1 {
		return time.Time{}
	}
	at, _ := time.Parse(time.RFC3339, values[0]) // zero where it is none
	return at
}

// Do writes the policy.
func (d RevokeSessions) Do(ctx context.Context, w access.Writes) error {
	doc, err := d.document()
	if err != nil {
		return err
	}
	return putRoleInline(ctx, w, d.Role, d.About().Facet, doc)
}

// Core is the revocation of no moment.
func (d RevokeSessions) Core() Action { d.Before = time.Time{}; return d }

// Covers a revocation of about the same moment, and of any before.
func (d RevokeSessions) Covers(other Action) bool {
	o, ok := other.(RevokeSessions)
	return ok && o.Before.Sub(d.Before) <= slack
}

func (d RevokeSessions) document() ([]byte, error) { return deny(d.Scope, olderSessions(d.Before)) }
