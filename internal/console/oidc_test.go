package console_test

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/coreos/go-oidc/v3/oidc/oidctest"

	"github.com/ripostehq/riposte/internal/console"
	"github.com/ripostehq/riposte/internal/ledger"
)

const staffed = asking + `
people:
  address: "{session}@example.com"
  aliases: {ann@old.example.com: ann@example.com}
  groups: {security: {members: [ann@example.com, bob@example.com]}, readers: {members: [eve@example.com]}}
owners: {accounts: {"111122223333": olga@example.com}}
approval: {approvers: [security]}
`

// provider is an OpenID provider, and what its tokens say.
type provider struct {
	*stage
	server *httptest.Server
	signer *rsa.PrivateKey
	token  func(claims map[string]any) string // made of what an honest one says
	asked  url.Values                         // of the browser that was sent to it
}

// signsIn puts a provider before the console.
func (s *stage) signsIn() *provider {
	s.Helper()
	signer, err := rsa.GenerateKey(rand.Reader, 2048)
	s.must(err)
	p := &provider{stage: s, signer: signer}
	keys := &oidctest.Server{PublicKeys: []oidctest.PublicKey{{PublicKey: signer.Public(), KeyID: "k", Algorithm: oidc.RS256}}}
	mux := http.NewServeMux()
	mux.Handle("/", keys)
	mux.HandleFunc("POST /token", p.exchange)
	p.server = httptest.NewServer(mux)
	s.Cleanup(p.server.Close)
	keys.SetIssuer(p.server.URL)
	s.options.Key = ""
	s.options.SignIn = console.SignIn{Issuer: p.server.URL, ClientID: "riposte", Secret: "of the client", Host: "riposte.example.com"}
	pages, err := console.New(s.options)
	s.must(err)
	s.server.Config.Handler = pages.Handler()
	p.token = p.signed
	return p
}

func (p *provider) signed(claims map[string]any) string {
	return p.signedBy(p.signer, oidc.RS256, claims)
}

func (p *provider) signedBy(key crypto.PrivateKey, alg string, claims map[string]any) string {
	raw, err := json.Marshal(claims)
	p.must(err)
	return oidctest.SignIDToken(key, "k", alg, string(raw))
}

// exchange gives the token for the code, to the client and the browser that began.
func (p *provider) exchange(w http.ResponseWriter, r *http.Request) {
	id, secret, _ := r.BasicAuth()
	sum := sha256.Sum256([]byte(r.FormValue("code_verifier")))
	if id != "riposte" || secret != "of+the+client" || base64.RawURLEncoding.EncodeToString(sum[:]) != p.asked.Get("code_challenge") {
		http.Error(w, `{"error": "invalid_grant", "error_description": "of the client"}`, http.StatusBadRequest)
		return
	}
	email, _, _ := strings.Cut(r.FormValue("code"), " ")
	subject, _, _ := strings.Cut(email, "@") // who has two addresses of one name is one account of the provider's
	now := p.options.Clock().Unix()
	claims := map[string]any{
		"iss": p.server.URL, "aud": "riposte", "sub": strings.ToLower(subject), "exp": now + 300, "iat": now, "nonce": p.asked.Get("nonce"), "email": email, "email_verified": true, "auth_time": now,
	}
	w.Header().Set("Content-Type", "application/json")
	fmt.Fprintf(w, `{"access_token": "a", "token_type": "Bearer", "id_token": %q}`, p.token(claims))
}

// begin sends the browser to the provider; it keeps the way back.
func (p *provider) begin(path string) (way string) {
	p.Helper()
	a := p.get(path)
	to, err := url.Parse(a.header.Get("Location"))
	p.must(err)
	if a.status != http.StatusSeeOther || !strings.HasPrefix(to.String(), p.server.URL+"/auth?") {
		p.Fatalf("%d %s %s", a.status, to, a.body)
	}
	p.asked = to.Query()
	return regexp.MustCompile(`__Host-riposte-way=([^;]+)`).FindStringSubmatch(a.header.Get("Set-Cookie"))[1]
}

// back is the way back, with whatever the provider, or somebody else, says.
func (p *provider) back(way, state, code string) answer {
	p.Helper()
	a := p.get("/login/callback?"+url.Values{"state": {state}, "code": {code}}.Encode(), with("Cookie", "__Host-riposte-way="+way))
	for _, set := range a.header.Values("Set-Cookie") {
		if found := regexp.MustCompile(`^__Host-riposte=([A-Z2-7]+); .*SameSite=Strict$`).FindStringSubmatch(set); found != nil {
			p.cookie = found[1]
		}
	}
	return a
}

// as signs a person in.
func (p *provider) as(email string) answer {
	p.Helper()
	p.cookie = ""
	way := p.begin("/login/start?next=/cases")
	return p.back(way, p.asked.Get("state"), email)
}

func TestAPersonSignsIn(t *testing.T) {
	s := set(t, staffed)
	p := s.signsIn()
	c := s.attack()
	if a := s.ask("POST", "/login", url.Values{"key": {""}}); a.status == http.StatusSeeOther || a.header.Get("Set-Cookie") != "" {
		t.Errorf("an empty key, where there is none: %d", a.status)
	}
	if !strings.Contains(s.page("/login"), `href="/login/start?next=%2F"`) {
		t.Error("the login leads nowhere")
	}
	a := p.as("Ann@Example.com")
	if a.status != http.StatusOK || a.header.Get("Refresh") != "0; url=/cases" {
		t.Fatal(a.status, a.body)
	}
	if got := p.asked.Get("redirect_uri"); got != "https://riposte.example.com/login/callback" {
		t.Error(got)
	}
	s.says(s.page("/"), "ann@example.com")
	if a := s.order(c.ID, "dismiss"); a.status != http.StatusSeeOther {
		t.Fatal(a.status, a.body)
	}
	s.work()
	if now := s.load(c.ID); now.State != ledger.Dismissed {
		t.Errorf("the case is %s", now.State)
	}
	s.says(s.page("/cases/"+c.ID), "dismissed by ann@example.com")
}

// Whom the provider knows as one is one, however many addresses the configuration names.
func TestTwoAddressesOfOneAccountAreOnePerson(t *testing.T) {
	s := set(t, strings.Replace(staffed, "development", "production", 1))
	p := s.signsIn()
	c := s.attack()
	p.token = func(claims map[string]any) string {
		claims["sub"] = "one human"
		return p.signed(claims)
	}
	for _, who := range []string{"ann@example.com", "bob@example.com"} {
		p.as(who)
		s.passes(time.Second)
		if a := s.order(c.ID, "approve", "typed", c.Root.ID); a.status != http.StatusSeeOther {
			t.Fatal(who, a.status, a.body)
		}
		s.work()
	}
	if now := s.load(c.ID); now.State != ledger.Asked {
		t.Errorf("after two addresses of one account the case is %s", now.State)
	}
}

// What takes two persons takes two who signed in; one with two addresses is one.
func TestTwoPersonsApprove(t *testing.T) {
	s := set(t, strings.Replace(staffed, "development", "production", 1))
	p := s.signsIn()
	c := s.attack()
	approve := func(email string) string {
		t.Helper()
		p.as(email)
		s.passes(time.Second)
		a := s.order(c.ID, "approve", "typed", c.Root.ID)
		if a.status != http.StatusSeeOther {
			t.Fatal(email, a.status, a.body)
		}
		s.work()
		return s.page(a.header.Get("Location"))
	}
	s.says(approve("ann@example.com"), "it is one of several that this needs")
	s.says(approve("ann@old.example.com"), "it is one of several that this needs")
	if now := s.load(c.ID); now.State != ledger.Asked {
		t.Errorf("after one person's two addresses the case is %s", now.State)
	}
	s.says(approve("bob@example.com"), "Your order was taken.")
	if now := s.load(c.ID); now.State == ledger.Asked {
		t.Error("after two persons it still asks")
	}
}

// Who is nobody's approver looks, and orders nothing.
func TestAReaderOrdersNothing(t *testing.T) {
	s := set(t, staffed)
	p := s.signsIn()
	c := s.attack()
	s.must(s.store.Halt(t.Context(), brake("account:111122223333")))
	p.as("eve@example.com")
	s.says(s.page("/cases/"+c.ID), "not by you")
	if a := s.get("/cases/" + c.ID + "/approve"); a.status != http.StatusForbidden {
		t.Error(a.status)
	}
	if a := s.ask("POST", "/release", s.filled(s.page("/halt"), "/release")); a.status != http.StatusForbidden {
		t.Errorf("a release: %d", a.status)
	}
	p.as("bob@example.com")
	if a := s.ask("POST", "/release", s.filled(s.page("/halt"), "/release")); a.status != http.StatusSeeOther {
		t.Errorf("an approver's release: %d", a.status)
	}
}

// An order takes somebody who signed in lately; what is final in production, just now.
func TestAnOrderTakesAFreshSignIn(t *testing.T) {
	s := set(t, strings.Replace(staffed, "development", "production", 1))
	p := s.signsIn()
	c := s.attack()
	p.as("ann@example.com")
	path := "/cases/" + c.ID + "/approve"
	form := s.filled(s.page(path), path, "typed", c.Root.ID)
	s.wall.Add(301)
	if a := s.ask("POST", path, form); a.status != http.StatusForbidden || len(s.load(c.ID).Approvals()) != 0 {
		t.Errorf("what is final, after five minutes: %d", a.status)
	}
	s.page("/cases/" + c.ID + "/dismiss")
	leads := s.get(path).header.Get("Location")
	way := p.begin(leads)
	if p.asked.Get("prompt") != "login" || p.asked.Get("max_age") != "0" {
		t.Errorf("it is asked for %v", p.asked)
	}
	if a := p.back(way, p.asked.Get("state"), "ann@example.com"); a.header.Get("Refresh") != "0; url="+path {
		t.Errorf("signed in anew, it leads to %q", a.header.Get("Refresh"))
	}
	s.page(path)
	p.token = func(claims map[string]any) string { delete(claims, "auth_time"); return p.signed(claims) }
	p.as("ann@example.com")
	a := s.get("/cases/" + c.ID + "/dismiss")
	if a.status != http.StatusForbidden { // to send it back would have no end
		t.Errorf("where the provider does not say when: %d", a.status)
	}
	s.says(a.body, "the provider does not say when you signed in")
}

// A provider that hands out an old sign-in where a new one was asked for is told: the order's page would send there again, and again.
func TestAProviderThatDoesNotAskAnew(t *testing.T) {
	s := set(t, staffed)
	p := s.signsIn()
	c := s.attack()
	p.token = func(claims map[string]any) string {
		claims["auth_time"] = s.options.Clock().Unix() - 2*3600
		return p.signed(claims)
	}
	p.as("ann@example.com")
	way := p.begin(s.get("/cases/" + c.ID + "/dismiss").header.Get("Location"))
	a := p.back(way, p.asked.Get("state"), "ann@example.com")
	if a.status != http.StatusForbidden || a.header.Get("Refresh") != "" {
		t.Errorf("%d, on to %q", a.status, a.header.Get("Refresh"))
	}
	s.says(a.body, "the provider did not have you sign in anew")
	s.page("/cases")
}

// A person has eight sessions: a ninth ends the oldest of that person's, and nobody else's; a logout ends them all.
func TestAPersonsSessions(t *testing.T) {
	s := set(t, staffed)
	p := s.signsIn()
	p.as("bob@example.com")
	bob := s.cookie
	var anns []string
	for range 9 {
		s.wall.Add(1)
		p.as("ann@example.com")
		anns = append(anns, s.cookie)
	}
	in := func(cookie string) bool {
		s.cookie = cookie
		return s.get("/").status == http.StatusOK
	}
	if in(anns[0]) || !in(anns[1]) || !in(bob) {
		t.Error("another session than the person's oldest has ended")
	}
	s.cookie = anns[8]
	if a := s.ask("POST", "/logout", s.filled(s.page("/"), "/logout")); a.status != http.StatusSeeOther {
		t.Fatal(a.status, a.body)
	}
	if in(anns[1]) || in(anns[8]) || !in(bob) {
		t.Error("a logout ends all sessions of the person, and of nobody else")
	}
}

// A provider is asked for what it is once at a time, and not again for some seconds after it failed.
func TestAProviderIsNotAskedByEverybody(t *testing.T) {
	s := set(t, staffed)
	p := s.signsIn()
	asked, goes, fails := make(chan bool, 9), make(chan bool), true
	well := p.server.Config.Handler
	p.server.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasPrefix(r.URL.Path, "/.well-known/") {
			well.ServeHTTP(w, r)
			return
		}
		asked <- true
		if <-goes; fails {
			http.Error(w, "away", http.StatusBadGateway)
			return
		}
		well.ServeHTTP(w, r)
	})
	first := make(chan int)
	go func() { first <- s.get("/login/start").status }()
	<-asked
	if a := s.get("/login/start"); a.status != http.StatusServiceUnavailable {
		t.Errorf("while another waits for it: %d", a.status)
	}
	goes <- true
	if status := <-first; status != http.StatusInternalServerError {
		t.Errorf("where it does not answer: %d", status)
	}
	if a := s.get("/login/start"); a.status != http.StatusServiceUnavailable || len(asked) != 0 {
		t.Errorf("right after that: %d, asked %d times more", a.status, len(asked))
	}
	fails = false
	s.wall.Add(5)
	go func() { first <- s.get("/login/start").status }()
	<-asked
	goes <- true
	if status := <-first; status != http.StatusSeeOther {
		t.Errorf("some seconds later: %d", status)
	}
}

// What is not the provider's word, for this console and this browser, lets nobody in.
func TestForgedSignIns(t *testing.T) {
	s := set(t, staffed)
	p := s.signsIn()
	other, err := rsa.GenerateKey(rand.Reader, 2048)
	s.must(err)
	changed := func(key string, value any) func(map[string]any) string {
		return func(claims map[string]any) string {
			claims = maps.Clone(claims)
			claims[key] = value
			return p.signed(claims)
		}
	}
	for name, token := range map[string]func(map[string]any) string{
		"of another signer":       func(claims map[string]any) string { return p.signedBy(other, oidc.RS256, claims) },
		"of another client":       changed("aud", "somebody-else"),
		"of another provider":     changed("iss", "https://evil.example.com"),
		"expired":                 changed("exp", 1_900_000_000-3600),
		"of another sign-in":      changed("nonce", "0"),
		"without a nonce":         changed("nonce", ""),
		"of no confirmed address": changed("email_verified", false),
		"that does not say":       changed("email_verified", nil),
		"of an address in doubt":  changed("email_verified", "maybe"),
		"without an address":      changed("email", ""),
		"of a stranger":           changed("email", "mallory@example.com"),
		"of a name as an address": changed("email", "ann"),
		"unsigned": func(claims map[string]any) string {
			raw, _ := json.Marshal(claims)
			return base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none"}`)) + "." + base64.RawURLEncoding.EncodeToString(raw) + "."
		},
		"signed with what is public": func(claims map[string]any) string {
			return p.signedBy([]byte("0123456789abcdef0123456789abcdef"), "HS256", claims)
		},
		"nothing": func(map[string]any) string { return "" },
	} {
		p.token = token
		if a := p.as("ann@example.com"); a.status != http.StatusForbidden || p.cookie != "" || s.get("/").status != http.StatusSeeOther {
			t.Errorf("a token %s: %d %s", name, a.status, text(a.body))
		}
	}
	p.token = p.signed
	p.cookie = ""
	way := p.begin("/login/start")
	state := p.asked.Get("state")
	if a := p.back(way, "0", "ann@example.com"); a.status != http.StatusForbidden || p.cookie != "" {
		t.Errorf("another state: %d", a.status)
	}
	if a := p.back("another."+strings.SplitN(way, ".", 2)[1], state, "ann@example.com"); a.status != http.StatusForbidden || p.cookie != "" {
		t.Errorf("another browser: %d", a.status)
	}
	if a := s.get("/login/callback?state=" + state + "&code=ann@example.com"); a.status != http.StatusForbidden {
		t.Errorf("a browser that did not begin: %d", a.status)
	}
	if a := p.back(strings.SplitN(way, ".", 2)[0]+"."+base64.RawURLEncoding.EncodeToString([]byte("https://evil.example.com")), state, "ann@example.com"); a.header.Get("Refresh") != "0; url=/" {
		t.Errorf("a way that leads away: %q", a.header.Get("Refresh"))
	}
}

// Whom the configuration does not know any more is out at once.
func TestWhoIsTakenOutOfTheConfigurationIsOut(t *testing.T) {
	s := set(t, staffed)
	p := s.signsIn()
	p.as("eve@example.com")
	s.page("/")
	delete(s.app.Config.Groups, "readers")
	if a := s.get("/"); a.status != http.StatusSeeOther {
		t.Errorf("a page: %d", a.status)
	}
}

// A provider that is away is told, and nothing else happens.
func TestAProviderThatIsAway(t *testing.T) {
	s := set(t, staffed)
	p := s.signsIn()
	p.server.Close()
	began := time.Now()
	if a := s.get("/login/start"); a.status != http.StatusInternalServerError || strings.Contains(a.body, "127.0.0.1") || time.Since(began) > 10*time.Second {
		t.Errorf("%d %s", a.status, text(a.body))
	}
}
