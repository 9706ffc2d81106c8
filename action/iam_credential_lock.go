package action

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/iam"
)

// CredentialLockPolicy is the inline policy in which riposte's lock stands.
const CredentialLockPolicy = "riposte-credential-lock"

var credentialLockKind = Define[CredentialLock](Kind{
	Name: "iam.put-credential-lock", Version: 1, Does: "lock the credentials of a role's instances to the instances' ways out", Class: Mend, Tier: TierAuthor,
	Reads:    inlineReads(),
	Writes:   []call.ID{call.IAMPutRolePolicy},
	UndoneBy: []call.ID{call.IAMDeleteRolePolicy, call.IAMPutRolePolicy, call.IAMDeleteRole},
})

var credentialUnlockKind = Define[CredentialUnlock](Kind{
	Name: "iam.restore-credential-lock", Version: 1, Does: "put back the lock that a role had before, or none", Class: Mend, Tier: TierAuthor,
	Reads:    inlineReads(),
	Writes:   []call.ID{call.IAMPutRolePolicy, call.IAMDeleteRolePolicy},
	UndoneBy: []call.ID{call.IAMDeleteRolePolicy, call.IAMPutRolePolicy},
})

// CredentialLock wants the credentials that a role's instances are given to work by these public addresses alone, and through
// endpoints of each instance's own network. Other users of the role are not concerned, nor what AWS calls on behalf.
type CredentialLock struct {
	Role    event.Resource
	WaysOut []string // CIDR blocks, sorted; none: only endpoints
}

// CredentialUnlock wants what stood in the lock's place before.
type CredentialUnlock struct {
	Role     event.Resource
	Previous string `json:",omitempty"` // the document; "": none
}

// About is the action as data.
func (l CredentialLock) About() About {
	return About{
		Kind: credentialLockKind, Target: l.Role, Facet: CredentialLockPolicy,
		Hits: fmt.Sprintf("credentials of the instances of role %s: denied from all addresses but %v and from endpoints of other networks", name(l.Role), l.WaysOut),
	}
}

// Look compares the document.
func (l CredentialLock) Look(ctx context.Context, r access.Reads) (Look, error) {
	wanted, err := l.Document()
	if err != nil {
		return Look{}, err
	}
	return lookLock(ctx, r, l.Role, func(found string) bool { return sameDocument(found, wanted) })
}

// Do writes the policy. A role without room for it is a definitive refusal.
func (l CredentialLock) Do(ctx context.Context, w access.Writes) error {
	doc, err := l.Document()
	if err != nil {
		return err
	}
	return putRoleInline(ctx, w, l.Role, CredentialLockPolicy, doc)
}

// Document is the lock: two statements, since a call has either the address that it came from by the internet or the network
// whose endpoint it came through, and a negated operator matches a key that is not there.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-ec2instancesourcevpc
func (l CredentialLock) Document() ([]byte, error) {
	guarded := func(sid, key, operator string, values ...string) iam.Statement {
		c := condition{"Null": {"ec2:SourceInstanceARN": {"false"}, key: {"false"}}, "BoolIfExists": {"aws:ViaAWSService": {"false"}}}
		if len(values) > 0 {
			c[operator] = map[string][]string{key: values}
		}
		return iam.Statement{Sid: sid, Effect: "Deny", Action: []string{"*"}, Resource: []string{"*"}, Condition: c}
	}
	return iam.Document{Statement: []iam.Statement{
		guarded("ByTheInternet", "aws:SourceIp", "NotIpAddress", l.WaysOut...),
		guarded("ThroughEndpoints", "aws:SourceVpc", "StringNotEquals", "${aws:EC2InstanceSourceVPC}"),
	}}.JSON()
}

// LockedTo returns the ways out that a document locks to, where it is a lock as riposte writes it.
func LockedTo(document string) (waysOut []string, ok bool) {
	var d iam.Document
	if json.Unmarshal([]byte(document), &d) != nil || len(d.Statement) != 2 {
		return nil, false
	}
	waysOut = d.Statement[0].Condition["NotIpAddress"]["aws:SourceIp"]
	wanted, err := CredentialLock{WaysOut: waysOut}.Document()
	return waysOut, err == nil && sameDocument(document, wanted)
}

// About is the action as data.
func (u CredentialUnlock) About() About {
	return About{Kind: credentialUnlockKind, Target: u.Role, Facet: CredentialLockPolicy}
}

// Look reads what stands there.
func (u CredentialUnlock) Look(ctx context.Context, r access.Reads) (Look, error) {
	return lookLock(ctx, r, u.Role, func(found string) bool {
		return found == u.Previous || found != "" && u.Previous != "" && sameDocument(found, []byte(u.Previous))
	})
}

// Do writes the document that was there, or deletes the policy.
func (u CredentialUnlock) Do(ctx context.Context, w access.Writes) error {
	if u.Previous != "" {
		return putRoleInline(ctx, w, u.Role, CredentialLockPolicy, []byte(u.Previous))
	}
	return deleteRoleInline(ctx, w, u.Role, CredentialLockPolicy)
}

// back puts back what was there, unless another caller has written another policy since.
func (u CredentialUnlock) back(now Action, did []Action) Back {
	is, _ := now.(CredentialUnlock)
	for _, a := range did {
		if l, ok := a.(CredentialLock); ok {
			if to, locked := LockedTo(is.Previous); locked && reflect.DeepEqual(slices.Sorted(slices.Values(to)), slices.Sorted(slices.Values(l.WaysOut))) {
				return Back{Do: u}
			}
		}
	}
	return Back{Stays: []string{"the lock was written anew since by another caller, or taken off"}}
}

// lookLock compares what stands in the lock's place; the way back is to what does.
func lookLock(ctx context.Context, r access.Reads, role event.Resource, fits func(found string) bool) (Look, error) {
	if why := fixed(role); why != "" {
		return Look{Refused: why}, nil
	}
	found, gone, err := roleInline(ctx, r, role, CredentialLockPolicy)
	switch {
	case err != nil || gone != "":
		return Look{Missing: gone}.unless(err)
	case fits(found):
		return Look{Satisfied: true}, nil
	}
	return Look{Inverse: CredentialUnlock{role, found}}, nil
}
