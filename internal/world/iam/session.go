package iam

import (
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ripostehq/riposte/internal/world/core"
)

// Session holds temporary credentials of a role or a user.
type Session struct {
	core.Session
	Key, Secret, Token string
	Role, Name         string // the role, and what the session is called
	User               string // or the user, by its id
	Expires            time.Time
}

var sessions = core.Shelf[Session]{Kind: "iam.session", Global: true, ID: "Key"}

// Open begins a session. Sessions work at once: no propagation was ever seen to hold them up.
func Open(at core.At, s Session, lasts time.Duration) *Session {
	s.Key, s.Secret, s.Token = keyID(at.State, "ASIA"), at.Mint(40), at.Mint(64)
	s.Created, s.Expires = at.Now, at.Now.Add(lasts)
	return sessions.Put(at, &s)
}

// SessionOptions are what temporary credentials may carry.
type SessionOptions struct {
	Name           string        // of a role's session
	MFA            bool          // a user's session with a second factor; a role's sessions say "false" when an identity provider asked for it
	SourceIdentity string        // set when the role was assumed, kept through chains
	Policy         string        // session policy, "" for none
	Duration       time.Duration // one hour
	Instance       *core.Instance
}

// Mint makes temporary credentials of a user or a role, as an identity provider or the console would, without a call.
func Mint(s *core.State, arn string, o SessionOptions) (aws.Credentials, error) {
	parts := strings.SplitN(arn, ":", 6)
	if len(parts) < 6 || s.Accounts[parts[4]] == nil {
		return aws.Credentials{}, fmt.Errorf("mint a session of %s: no such account", arn)
	}
	at := s.At(parts[4], "")
	n := Session{Session: core.Session{MFA: o.MFA, SourceIdentity: o.SourceIdentity, Document: o.Policy, Instance: o.Instance}, Name: o.Name}
	if r, ok := roles.Of(at)[lastPart(arn)]; ok && r.ARN == arn && o.Name != "" {
		n.Role = r.Name
	} else if u, ok := users.Of(at)[lastPart(arn)]; ok && u.ARN == arn {
		n.User = u.ID
	} else {
		return aws.Credentials{}, fmt.Errorf("mint a session of %s: no such user, or role with a session name", arn)
	}
	if o.Duration == 0 {
		o.Duration = time.Hour
	}
	made := Open(at, n, max(o.Duration, 0))
	return aws.Credentials{AccessKeyID: made.Key, SecretAccessKey: made.Secret, SessionToken: made.Token}, nil
}

// Credential is a key with what is needed to check a signature.
type Credential struct {
	Principal       core.Principal
	Secret, Token   string
	Active, Expired bool
}

// FindCredential looks a key up in all accounts, as it is enforced: a key that was just deactivated still works, one that
// was just made does not yet.
func FindCredential(s *core.State, key string) (Credential, bool) {
	for account := range s.Accounts {
		in := enforced(s, account)
		if n, ok := sessions.Of(s.At(account, ""))[key]; ok {
			p, ok := in.session(s.At(account, ""), n)
			return Credential{Principal: p, Secret: n.Secret, Token: n.Token, Active: true, Expired: !s.Now.Before(n.Expires)}, ok
		}
		for _, u := range in.Users {
			if k, refused := u.key(&key); refused == nil {
				return Credential{Principal: u.principal(account, key), Secret: k.Secret, Active: !k.Inactive}, true
			}
		}
	}
	return Credential{}, false
}

func (u *user) principal(account, key string) core.Principal {
	return core.Principal{Account: account, ARN: u.ARN, ID: u.ID, User: u.Name, Key: key}
}

// session is the principal that acts in a session, until the role or user behind it is gone.
func (h held) session(at core.At, n *Session) (core.Principal, bool) {
	if n.Role == "" {
		for _, u := range h.Users { // whatever it is called by now
			if u.ID == n.User {
				p := u.principal(at.Place.Account, n.Key)
				p.Session = &n.Session
				return p, true
			}
		}
		return core.Principal{}, false
	}
	r, ok := h.Roles[n.Role]
	if !ok {
		return core.Principal{}, false
	}
	return core.Principal{
		Account: at.Place.Account, ARN: SessionARN(at, r.Name, n.Name), ID: r.ID + ":" + n.Name, Key: n.Key, Session: &n.Session,
		Role: &core.Role{Name: r.Name, ID: r.ID, ARN: r.ARN},
	}, true
}

// SessionARN leaves out the role's path, as AWS does.
func SessionARN(at core.At, role, name string) string {
	return at.Global().ARN("sts", "assumed-role/"+role+"/"+name)
}
