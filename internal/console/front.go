package console

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
)

// Front is what stands before the console and says in a signed header who comes: a load balancer of AWS's, or a proxy. The zero value is
// nothing. A header that nobody signed is believed from nobody.
type Front struct {
	ALB   ALB
	Proxy Proxy
}

// Proxy is one that signs who comes, by a JWT.
type Proxy struct {
	Header   string // that holds the token, with or without "Bearer " before it
	Issuer   string
	Audience string
	Keys     string // URL of a JWKS
}

// front is the console's side of it.
type front struct {
	header string
	verify func(ctx context.Context, token string) (claims, error)
}

// keysTaken bounds how often within a minute keys are asked for, whatever ids tokens name that nobody signed.
const keysTaken = 10

// newFront returns nil where nothing stands before the console.
func newFront(f Front, clock func() time.Time) (*front, error) {
	client := &http.Client{
		Timeout: 5 * time.Second, Transport: &sparing{http.DefaultTransport, pace{one: keysTaken, all: keysTaken, clock: clock}},
		CheckRedirect: func(*http.Request, []*http.Request) error {
			return errors.New("keys are nowhere else than they should be")
		},
	}
	switch {
	case f.ALB != (ALB{}):
		keys, err := newBalancer(f.ALB, client, clock)
		if err != nil {
			return nil, err
		}
		return &front{albHeader, keys.verify}, nil
	case f.Proxy != (Proxy{}):
		set := oidc.NewRemoteKeySet(oidc.ClientContext(context.Background(), client), f.Proxy.Keys)
		verifier := oidc.NewVerifier(f.Proxy.Issuer, set, &oidc.Config{
			ClientID: f.Proxy.Audience, Now: clock,
			SupportedSigningAlgs: []string{oidc.RS256, oidc.RS384, oidc.RS512, oidc.ES256, oidc.ES384, oidc.ES512, oidc.PS256, oidc.PS384, oidc.PS512, oidc.EdDSA},
		})
		return &front{f.Proxy.Header, func(ctx context.Context, token string) (claims, error) {
			id, err := verifier.Verify(ctx, strings.TrimPrefix(token, "Bearer "))
			if err != nil {
				return claims{}, fmt.Errorf("verify the token: %w", err)
			}
			var said claims
			return said, id.Claims(&said)
		}}, nil
	}
	return nil, nil
}

// sparing lets few requests through.
type sparing struct {
	next http.RoundTripper
	pace pace
}

func (s *sparing) RoundTrip(r *http.Request) (*http.Response, error) {
	if s.pace.hasty("") {
		return nil, errors.New("keys were asked for too often: ask again in a minute")
	}
	return s.next.RoundTrip(r)
}

// claims are what a token says of a person.
type claims struct {
	Issuer   string  `json:"iss"`
	Subject  string  `json:"sub"`
	Email    string  `json:"email"`
	Verified any     `json:"email_verified"` // some say "true", in quotes
	AuthTime seconds `json:"auth_time"`
}

// seconds are a time. Some write it in quotes.
type seconds int64

// UnmarshalJSON takes a number, also in quotes.
func (m *seconds) UnmarshalJSON(text []byte) error {
	return json.Unmarshal([]byte(strings.Trim(string(text), `"`)), (*int64)(m))
}

// person is whom claims are of: only a confirmed address is one.
func (c claims) person(now time.Time) (person, error) {
	if !strings.Contains(c.Email, "@") || c.Verified != true && c.Verified != "true" {
		return person{}, errors.New("the token has no confirmed address")
	}
	who := person{email: c.Email}
	if c.Issuer != "" && c.Subject != "" {
		who.subject = c.Issuer + "|" + c.Subject
	}
	if at := int64(c.AuthTime); at > 0 && at <= now.Add(time.Minute).Unix() { // one that is ahead is no time
		who.at = time.Unix(at, 0)
	}
	return who, nil
}

// sent is the session of whoever the request's header names. Each request is verified: the front signs each anew.
func (c *Console) sent(r *http.Request) (*session, error) {
	tokens := r.Header.Values(c.front.header)
	if len(tokens) != 1 || tokens[0] == "" {
		return nil, refused(http.StatusUnauthorized, "what stands before the console did not say who you are: come through it")
	}
	said, err := c.front.verify(r.Context(), tokens[0])
	who := person{}
	if err == nil {
		who, err = said.person(c.Clock())
	}
	if err != nil {
		c.Log.Warn("a signed header was refused", "from", r.RemoteAddr, "error", err)
		return nil, refused(http.StatusForbidden, "the header does not say who you are: the log of this process says more")
	}
	address := c.Config().People.Address(who.email)
	if !c.Config().MayCome(address) {
		c.Log.Warn("a signed header was refused: nobody of this address is named in the configuration", "address", address)
		return nil, refused(http.StatusForbidden, "%s is in no group of people.groups, owns nothing, is none of console.viewers and of none of people.domains: nobody comes in by that address", clip(100, address))
	}
	return c.sessions.shared(session{who: address, proven: true, guest: !c.Config().MayLook(address), subject: who.subject, signedIn: who.at}), nil
}
