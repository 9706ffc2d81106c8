package console

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// SignIn is an OpenID provider that knows who people are. The zero value is none: then a key opens the pages.
type SignIn struct {
	Issuer, ClientID, Secret string
	Host                     string // of the console, to which it sends people back; with its port where browsers don't take the usual one
}

// How long ago a person signed in, at most, for an order; and for one that has no way back, in production.
const (
	freshFor = time.Hour
	finalFor = 5 * time.Minute
)

// signInLasts is how long a person may take at the provider's.
const signInLasts = 10 * time.Minute

// awayFor is how long a provider that did not answer is not asked again.
const awayFor = 5 * time.Second

// wayCookie keeps a sign-in to the browser that began it. The way back comes from the provider's site, so that it can't be strict.
const wayCookie = "__Host-riposte-way"

// signIn is the console's side of it. It keeps nothing of those who are on their way: noise could fill that up.
type signIn struct {
	SignIn
	client *http.Client
	clock  func() time.Time
	codes  *pace // how often the provider is asked what a code is worth

	mu       sync.Mutex
	provider *oidc.Provider // nil until it has answered once
	asking   bool           // for what it is
	again    time.Time      // when it is asked again, after it did not answer
}

func newSignIn(s SignIn, clock func() time.Time) *signIn {
	return &signIn{SignIn: s, client: &http.Client{Timeout: 10 * time.Second}, clock: clock, codes: &pace{one: 30, all: 120, clock: clock}}
}

// person is who has signed in.
type person struct {
	email   string
	subject string    // ISSUER|SUB
	at      time.Time // zero: the provider does not say
}

// ask is the provider, asked for what it is when it is first needed: a provider that is away keeps no daemon from its work.
func (s *signIn) ask(ctx context.Context) (*oidc.Provider, *oauth2.Config, error) {
	provider, err := s.discovered(ctx)
	if err != nil {
		return nil, nil, err
	}
	scheme, name := "https", s.Host
	if host, _, err := net.SplitHostPort(s.Host); err == nil {
		name = host
	}
	if loopback(name) {
		scheme = "http"
	}
	return provider, &oauth2.Config{
		ClientID: s.ClientID, ClientSecret: s.Secret, Endpoint: provider.Endpoint(), Scopes: []string{oidc.ScopeOpenID, "email"},
		RedirectURL: scheme + "://" + s.Host + "/login/callback",
	}, nil
}

// discovered asks once at a time: whoever comes meanwhile, or shortly after it did not answer, is told so and keeps nothing waiting.
func (s *signIn) discovered(ctx context.Context) (*oidc.Provider, error) {
	s.mu.Lock()
	provider, busy := s.provider, s.asking || s.clock().Before(s.again)
	s.asking = s.asking || provider == nil && !busy
	s.mu.Unlock()
	switch {
	case provider != nil:
		return provider, nil
	case busy:
		return nil, refused(http.StatusServiceUnavailable, "the provider has not answered yet: try again in some seconds")
	}
	provider, err := oidc.NewProvider(oidc.ClientContext(context.WithoutCancel(ctx), s.client), s.Issuer)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asking = false
	if err != nil {
		s.again = s.clock().Add(awayFor)
		return nil, fmt.Errorf("ask the provider %s: %w", s.Issuer, err)
	}
	s.provider = provider
	return provider, nil
}

// derived is one of the values that belong to a sign-in: each is made of the secret that only the browser has.
func derived(secret, what string) string {
	sum := sha256.Sum256([]byte(what + " " + secret))
	return hex.EncodeToString(sum[:])
}

// startSignIn sends a person to the provider; for an order, to sign in anew.
func (c *Console) startSignIn(w http.ResponseWriter, r *http.Request) error {
	_, client, err := c.signIn.ask(r.Context())
	if err != nil {
		return err
	}
	secret := rand.Text()
	way := secret + "." + base64.RawURLEncoding.EncodeToString([]byte(local(r.FormValue("next"))))
	if r.FormValue("anew") != "" {
		way += ".anew"
	}
	http.SetCookie(w, &http.Cookie{Name: wayCookie, Value: way, Path: "/", MaxAge: int(signInLasts.Seconds()), Secure: true, HttpOnly: true, SameSite: http.SameSiteLaxMode})
	with := []oauth2.AuthCodeOption{
		oidc.Nonce(derived(secret, "nonce")), oauth2.S256ChallengeOption(derived(secret, "verifier")),
		oauth2.SetAuthURLParam("max_age", fmt.Sprint(int(sessionLasts.Seconds()))), // so that the token says when it was
	}
	if r.FormValue("anew") != "" {
		with = append(with, oauth2.SetAuthURLParam("max_age", "0"), oauth2.SetAuthURLParam("prompt", "login"))
	}
	http.Redirect(w, r, client.AuthCodeURL(derived(secret, "state"), with...), http.StatusSeeOther)
	return nil
}

// endSignIn takes the provider's word for who it is, and begins a session for whoever the configuration knows.
func (c *Console) endSignIn(w http.ResponseWriter, r *http.Request) error {
	way, err := r.Cookie(wayCookie)
	if err != nil {
		return refused(http.StatusForbidden, "this browser did not begin to sign in, or took too long: begin again")
	}
	http.SetCookie(w, &http.Cookie{Name: wayCookie, Path: "/", MaxAge: -1, Secure: true, HttpOnly: true, SameSite: http.SameSiteLaxMode})
	secret, encoded, _ := strings.Cut(way.Value, ".")
	encoded, anew := strings.CutSuffix(encoded, ".anew")
	if subtle.ConstantTimeCompare([]byte(r.FormValue("state")), []byte(derived(secret, "state"))) != 1 {
		return refused(http.StatusForbidden, "this is not the way back of a sign-in that this browser began: begin again")
	}
	if c.signIn.codes.hasty(r.RemoteAddr) {
		return refused(http.StatusTooManyRequests, "too many sign-ins within a minute: begin again in a little while")
	}
	who, err := c.signIn.verify(r.Context(), r.FormValue("code"), secret)
	if err != nil {
		c.Log.Warn("a sign-in was refused", "error", err)
		return refused(http.StatusForbidden, "the provider's answer does not say who you are: the log of this process says more")
	}
	address := c.Config().People.Address(who.email)
	if !c.Config().MayCome(address) {
		c.Log.Warn("a sign-in was refused: nobody of this address is named in the configuration", "address", address)
		return refused(http.StatusForbidden, "%s is in no group of people.groups, owns nothing, is none of console.viewers and of none of people.domains: nobody comes in by that address", clip(100, address))
	}
	if anew && c.Clock().Sub(who.at) >= finalFor { // the order's page would send back to the provider, without end
		return refused(http.StatusForbidden, "the provider did not have you sign in anew, or does not say when it did (auth_time): no order was given")
	}
	if old, err := r.Cookie(cookieName); err == nil {
		c.sessions.end(old.Value)
	}
	http.SetCookie(w, cookie(c.sessions.begin(session{who: address, proven: true, guest: !c.Config().MayLook(address), subject: who.subject, signedIn: who.at}), int(sessionLasts.Seconds())))
	next, _ := base64.RawURLEncoding.DecodeString(encoded) // what can't be read leads to the overview
	// The session's cookie is strict: browsers send it from the page that this answer is, and not where the provider's page leads on.
	w.Header().Set("Refresh", "0; url="+local(string(next)))
	return c.show(w, r, http.StatusOK, "welcome", view{Title: "Signed in", Body: local(string(next))})
}

// verify exchanges the code for a token, and believes one that the provider signed for this client and this sign-in, with a confirmed address.
func (s *signIn) verify(ctx context.Context, code, secret string) (person, error) {
	provider, client, err := s.ask(ctx)
	if err != nil {
		return person{}, err
	}
	ctx = oidc.ClientContext(ctx, s.client)
	token, err := client.Exchange(ctx, code, oauth2.VerifierOption(derived(secret, "verifier")))
	if err != nil {
		return person{}, fmt.Errorf("exchange the code: %w", unsaid(err))
	}
	raw, _ := token.Extra("id_token").(string)
	id, err := provider.Verifier(&oidc.Config{ClientID: s.ClientID, Now: s.clock}).Verify(ctx, raw)
	if err != nil {
		return person{}, fmt.Errorf("verify the token: %w", err)
	}
	if subtle.ConstantTimeCompare([]byte(id.Nonce), []byte(derived(secret, "nonce"))) != 1 {
		return person{}, fmt.Errorf("verify the token: it is of another sign-in")
	}
	var said claims
	if err := id.Claims(&said); err != nil {
		return person{}, fmt.Errorf("read the token: %w", err)
	}
	return said.person(s.clock())
}

// unsaid is an error of the exchange without the provider's answer, which may hold what is secret.
func unsaid(err error) error {
	var said *oauth2.RetrieveError
	if errors.As(err, &said) && said.Response != nil {
		return fmt.Errorf("the provider answered %s", said.Response.Status)
	}
	return err
}

// fresh reports whether a person signed in lately enough for an order. A key says nothing of that, and counts for nobody where it mattered.
func (c *Console) fresh(one *session, final bool) bool {
	within := freshFor
	if final {
		within = finalFor
	}
	return !one.proven || c.Clock().Sub(one.signedIn) < within
}

// anew leads to the provider and back to a page.
func anew(r *http.Request) string {
	return "/login/start?" + url.Values{"anew": {"1"}, "next": {r.URL.RequestURI()}}.Encode()
}
