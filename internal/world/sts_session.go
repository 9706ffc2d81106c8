package world

import (
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ripostehq/riposte/event"
)

// SessionOptions are what temporary credentials may carry.
type SessionOptions struct {
	Name           string        // of a role's session
	MFA            bool          // a user's session with a second factor; a role's sessions say "false" when an identity provider asked for it
	SourceIdentity string        // set when the role was assumed, kept through chains
	Policy         string        // session policy, "" for none
	Duration       time.Duration // one hour
}

// Mint makes temporary credentials of a user or a role, as an identity provider or the console would, without a call
// that anybody could see or deny. It is for tests and demos.
func (w *World) Mint(arn string, o SessionOptions) (aws.Credentials, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	parts := strings.SplitN(arn, ":", 6)
	if len(parts) < 6 || w.state.Accounts[parts[4]] == nil {
		return aws.Credentials{}, fmt.Errorf("mint a session of %s: no such account", arn)
	}
	in := &w.state.Accounts[parts[4]].IAM
	s := session{Name: o.Name, MFA: o.MFA, SourceIdentity: o.SourceIdentity, Document: o.Policy}
	if r, ok := in.Roles[lastPart(arn)]; ok && r.ARN == arn && o.Name != "" {
		s.Role = r.Name
	} else if u, ok := in.Users[lastPart(arn)]; ok && u.ARN == arn {
		s.User = u.ID
	} else {
		return aws.Credentials{}, fmt.Errorf("mint a session of %s: no such user, or role with a session name", arn)
	}
	made := w.state.open(in, s, orDefault(o.Duration, time.Hour))
	return aws.Credentials{AccessKeyID: made.Key, SecretAccessKey: made.Secret, SessionToken: made.Token}, w.save()
}

// open begins a session. Sessions work at once: no propagation was ever seen to hold them up.
func (s *state) open(in *iamState, n session, lasts time.Duration) *session {
	n.Key, n.Secret, n.Token = s.keyID("ASIA"), s.mint(40), s.mint(64)
	n.Created, n.Expires = s.Now, s.Now.Add(lasts)
	if in.Sessions == nil {
		in.Sessions = map[string]*session{}
	}
	in.Sessions[n.Key] = &n
	return &n
}

// credential looks a key up in all accounts, as it is enforced: a key that was just deactivated still works, one that
// was just made does not yet.
func (s *state) credential(key string) (credential, bool) {
	for id, a := range s.Accounts {
		held := s.enforced(id)
		if n, ok := a.IAM.Sessions[key]; ok {
			p, ok := s.inSession(id, held, n)
			return credential{principal: p, secret: n.Secret, token: n.Token, active: true, expired: !s.Now.Before(n.Expires)}, ok
		}
		for _, u := range held.users {
			for _, k := range u.Keys {
				if k.ID == key {
					return credential{principal: u.principal(id, key), secret: k.Secret, active: !k.Inactive}, true
				}
			}
		}
	}
	return credential{}, false
}

// inSession is who acts in a session; nobody, once the role or user behind it is gone.
func (s *state) inSession(accountID string, held enforced, n *session) (principal, bool) {
	if n.Role == "" {
		u := held.byID(n.User)
		if u == nil {
			return principal{}, false
		}
		p := u.principal(accountID, n.Key)
		p.session = n
		return p, true
	}
	r, ok := held.roles[n.Role]
	if !ok {
		return principal{}, false
	}
	return principal{
		account: accountID, arn: s.sessionARN(accountID, r.Name, n.Name), id: r.ID + ":" + n.Name, role: r, key: n.Key, session: n,
	}, true
}

// sessionARN leaves out the role's path, as AWS does.
func (s *state) sessionARN(accountID, role, name string) string {
	return s.arn(event.Place{Account: accountID}, "sts", "assumed-role/"+role+"/"+name)
}
