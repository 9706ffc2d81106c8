package console_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/coreos/go-oidc/v3/oidc/oidctest"

	"github.com/ripostehq/riposte/internal/console"
	"github.com/ripostehq/riposte/internal/ledger"
)

const (
	balancerARN = "arn:aws:elasticloadbalancing:eu-west-1:111122223333:loadbalancer/app/console/0123456789abcdef"
	balancerKey = "01234567-89ab-cdef-0123-456789abcdef"
)

// balancer signs as a load balancer does, and has its keys where a server has AWS's.
type balancer struct {
	*stage
	signer *ecdsa.PrivateKey
	asked  atomic.Int64 // for keys
}

// behindALB puts a load balancer before the console.
func (s *stage) behindALB() *balancer {
	s.Helper()
	b := &balancer{stage: s}
	var err error
	b.signer, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	s.must(err)
	der, err := x509.MarshalPKIXPublicKey(&b.signer.PublicKey)
	s.must(err)
	keys := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b.asked.Add(1)
		if strings.HasSuffix(r.URL.Path, "/"+balancerKey) {
			_ = pem.Encode(w, &pem.Block{Type: "PUBLIC KEY", Bytes: der}) // a reader that is gone
			return
		}
		http.NotFound(w, r)
	}))
	s.Cleanup(keys.Close)
	s.behind(console.Front{ALB: console.ALB{ARN: balancerARN, ClientID: "riposte", Keys: keys.URL + "/keys/"}})
	return b
}

func (s *stage) behind(f console.Front) {
	s.Helper()
	s.options.Key, s.options.Front = "", f
	pages, err := console.New(s.options)
	s.must(err)
	s.server.Config.Handler = pages.Handler()
}

func (b *balancer) now() int64 { return b.options.Clock().Unix() }

// token is what the load balancer sends, but for what a story changes.
func (b *balancer) token(who string, head, more map[string]any) string {
	h := map[string]any{"typ": "JWT", "alg": "ES256", "kid": balancerKey, "signer": balancerARN, "client": "riposte", "iss": "https://login.example.com", "exp": b.now() + 120}
	p := map[string]any{"sub": "1", "email": who, "email_verified": "true", "auth_time": b.now() - 10, "exp": b.now() + 120, "iss": "https://login.example.com"}
	maps.Copy(h, head)
	maps.Copy(p, more)
	return b.signed(base64.URLEncoding, h, p)
}

func (b *balancer) signed(as *base64.Encoding, head, payload map[string]any) string {
	b.Helper()
	h, err := json.Marshal(head)
	b.must(err)
	p, err := json.Marshal(payload)
	b.must(err)
	text := as.EncodeToString(h) + "." + as.EncodeToString(p)
	sum := sha256.Sum256([]byte(text))
	r, s, err := ecdsa.Sign(rand.Reader, b.signer, sum[:])
	b.must(err)
	return text + "." + as.EncodeToString(append(r.FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32))...))
}

func by(token string) browser { return with("X-Amzn-Oidc-Data", token) }

// Behind a load balancer people come in by what it signs, padded as it does, and give orders by their own names.
func TestAPersonComesThroughTheLoadBalancer(t *testing.T) {
	s := set(t, staffed)
	b := s.behindALB()
	c := s.attack()
	ann := by(b.token("Ann@Example.com", nil, nil))
	path := "/cases/" + c.ID + "/dismiss"
	page := s.get(path, ann)
	if page.status != http.StatusOK || strings.Contains(page.body, `action="/logout"`) {
		t.Fatal(page.status, page.body)
	}
	s.says(page.body, "ann@example.com")
	again := by(b.token("ann@example.com", nil, map[string]any{"exp": b.now() + 60})) // each request has a token of its own
	if a := s.ask("POST", path, s.filled(page.body, path), again); a.status != http.StatusSeeOther {
		t.Fatal(a.status, a.body)
	}
	s.work()
	if now := s.load(c.ID); now.State != ledger.Dismissed {
		t.Errorf("the case is %s", now.State)
	}
	if n := b.asked.Load(); n != 1 {
		t.Errorf("the key was asked for %d times", n)
	}
}

// What the load balancer did not sign, or not for this, opens nothing.
func TestForgedHeadersOpenNothing(t *testing.T) {
	s := set(t, staffed)
	b := s.behindALB()
	honest := b.token("ann@example.com", nil, nil)
	part := strings.Split(honest, ".")
	none := func(alg, signature string) string {
		head, err := json.Marshal(map[string]any{"alg": alg, "kid": balancerKey, "signer": balancerARN, "client": "riposte", "exp": b.now() + 120})
		s.must(err)
		return base64.URLEncoding.EncodeToString(head) + "." + part[1] + "." + signature
	}
	mac := hmac.New(sha256.New, []byte(balancerKey))
	mac.Write([]byte(part[1]))
	other := &balancer{stage: s}
	var err error
	other.signer, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	s.must(err)
	for name, token := range map[string]string{
		"nothing": "", "no parts": "x", "alg none": none("none", ""), "alg HS256": none("HS256", base64.URLEncoding.EncodeToString(mac.Sum(nil))),
		"no signature": part[0] + "." + part[1] + ".", "another's signature": other.token("ann@example.com", nil, nil),
		"another payload": part[0] + "." + strings.Split(b.token("bob@example.com", nil, nil), ".")[1] + "." + part[2],
		"another signer":  b.token("ann@example.com", map[string]any{"signer": strings.Replace(balancerARN, "console", "else", 1)}, nil),
		"no signer":       b.token("ann@example.com", map[string]any{"signer": ""}, nil),
		"another client":  b.token("ann@example.com", map[string]any{"client": "wiki"}, nil),
		"expired":         b.token("ann@example.com", map[string]any{"exp": b.now()}, nil), "no end": b.token("ann@example.com", map[string]any{"exp": 0}, nil),
		"a path for a key": b.token("ann@example.com", map[string]any{"kid": "../keys/" + balancerKey}, nil),
		"no key":           b.token("ann@example.com", map[string]any{"kid": ""}, nil),
		"a key not there":  b.token("ann@example.com", map[string]any{"kid": strings.Replace(balancerKey, "0", "f", 1)}, nil),
		"unconfirmed":      b.token("ann@example.com", nil, map[string]any{"email_verified": false}), "no address": b.token("", nil, nil),
		"a stranger": b.token("mallory@example.org", nil, nil),
	} {
		for _, path := range []string{"/", "/cases", "/changes"} {
			if a := s.get(path, by(token)); a.status != http.StatusUnauthorized && a.status != http.StatusForbidden {
				t.Errorf("%s opens %s: %d", name, path, a.status)
			}
		}
	}
	twice := func(r *http.Request) { r.Header["X-Amzn-Oidc-Data"] = []string{honest, honest} }
	if a := s.get("/", twice); a.status != http.StatusUnauthorized {
		t.Errorf("two headers: %d", a.status)
	}
	if a := s.get("/"); a.status != http.StatusUnauthorized {
		t.Errorf("no header: %d", a.status)
	}
	if a := s.get("/", by(honest)); a.status != http.StatusOK {
		t.Errorf("the honest one: %d %s", a.status, a.body)
	}
}

// Whoever invents ids of keys has AWS asked for few of them, and keeps nobody out whose key is known.
func TestInventedKeysAreAskedForSparingly(t *testing.T) {
	s := set(t, staffed)
	b := s.behindALB()
	honest := by(b.token("ann@example.com", nil, nil))
	s.get("/", honest)
	for i := range 50 {
		s.get("/", by(b.token("ann@example.com", map[string]any{"kid": fmt.Sprintf("%08x-89ab-cdef-0123-456789abcdef", i)}, nil)))
	}
	if n := b.asked.Load(); n > 10 {
		t.Errorf("keys were asked for %d times", n)
	}
	if a := s.get("/", honest); a.status != http.StatusOK {
		t.Errorf("who is known is kept out: %d", a.status)
	}
}

// A browser sends what the load balancer goes by from any site: forms are a session's own all the same.
func TestAForeignFormIsNoOrderBehindALoadBalancer(t *testing.T) {
	s := set(t, staffed)
	b := s.behindALB()
	c := s.attack()
	ann, bob := by(b.token("ann@example.com", nil, nil)), by(b.token("bob@example.com", nil, nil))
	path := "/cases/" + c.ID + "/dismiss"
	form := s.filled(s.get(path, ann).body, path)
	for name, as := range map[string][]browser{
		"from another site": {ann, with("Sec-Fetch-Site", "cross-site")}, "from another origin": {ann, with("Origin", "https://evil.example.com")}, "of another person": {bob},
	} {
		if a := s.ask("POST", path, form, as...); a.status != http.StatusForbidden {
			t.Errorf("%s: %d", name, a.status)
		}
	}
	form.Set("form", "x.y")
	if a := s.ask("POST", path, form, ann); a.status != http.StatusForbidden {
		t.Errorf("a form that nobody made: %d", a.status)
	}
	if now := s.load(c.ID); now.State != ledger.Asked {
		t.Errorf("the case is %s", now.State)
	}
}

// Who signed in long ago, or of whom nobody says when, looks and orders nothing.
func TestALoadBalancersOldSignInGivesNoOrders(t *testing.T) {
	s := set(t, staffed)
	b := s.behindALB()
	c := s.attack()
	for name, at := range map[string]any{"long ago": b.now() - 2*3600, "never said": 0, "ahead": b.now() + 3600} {
		as := by(b.token("ann@example.com", nil, map[string]any{"auth_time": at}))
		if a := s.get("/cases/"+c.ID, as); a.status != http.StatusOK {
			t.Errorf("%s: %d", name, a.status)
		}
		if a := s.get("/cases/"+c.ID+"/dismiss", as); a.status != http.StatusForbidden {
			t.Errorf("%s: %d", name, a.status)
		}
	}
}

func TestALoadBalancersARNSaysWhereItsKeysAre(t *testing.T) {
	s := set(t, staffed)
	for _, arn := range []string{"", "arn:aws:iam::111122223333:role/r", "arn:aws:elasticloadbalancing:evil.example.com/#:111122223333:loadbalancer/app/a/0", "arn:aws-cn:elasticloadbalancing:cn-north-1:111122223333:loadbalancer/app/a/0"} {
		s.options.Key, s.options.Front = "", console.Front{ALB: console.ALB{ARN: arn, ClientID: "riposte"}}
		if _, err := console.New(s.options); err == nil {
			t.Errorf("%q is taken", arn)
		}
	}
}

// Behind a proxy it is a signed token in the header that is named, of one issuer, for one audience.
func TestAPersonComesThroughAProxy(t *testing.T) {
	s := set(t, staffed)
	signer, err := rsa.GenerateKey(rand.Reader, 2048)
	s.must(err)
	other, err := rsa.GenerateKey(rand.Reader, 2048)
	s.must(err)
	keys := &oidctest.Server{PublicKeys: []oidctest.PublicKey{{PublicKey: signer.Public(), KeyID: "k", Algorithm: oidc.RS256}}}
	server := httptest.NewServer(keys)
	s.Cleanup(server.Close)
	keys.SetIssuer(server.URL)
	s.behind(console.Front{Proxy: console.Proxy{Header: "X-Token", Issuer: "https://proxy.example.com", Audience: "console", Keys: server.URL + "/keys"}})
	now := s.options.Clock().Unix()
	token := func(key *rsa.PrivateKey, more map[string]any) string {
		all := map[string]any{"iss": "https://proxy.example.com", "aud": "console", "sub": "1", "exp": now + 60, "email": "ann@example.com", "email_verified": true, "auth_time": now}
		maps.Copy(all, more)
		raw, err := json.Marshal(all)
		s.must(err)
		return oidctest.SignIDToken(key, "k", oidc.RS256, string(raw))
	}
	unsigned := func(head string) string {
		part := strings.Split(token(signer, nil), ".")
		return base64.RawURLEncoding.EncodeToString([]byte(head)) + "." + part[1] + "."
	}
	for name, bad := range map[string]string{
		"another issuer": token(signer, map[string]any{"iss": "https://evil.example.com"}), "another audience": token(signer, map[string]any{"aud": "wiki"}),
		"expired": token(signer, map[string]any{"exp": now - 1}), "another key": token(other, nil), "alg none": unsigned(`{"alg":"none","kid":"k"}`),
		"alg HS256": unsigned(`{"alg":"HS256","kid":"k"}`), "an address": "ann@example.com", "unconfirmed": token(signer, map[string]any{"email_verified": nil}),
	} {
		if a := s.get("/cases", with("X-Token", bad)); a.status != http.StatusForbidden {
			t.Errorf("%s: %d", name, a.status)
		}
	}
	if a := s.get("/cases", with("X-Forwarded-Email", "ann@example.com")); a.status != http.StatusUnauthorized {
		t.Errorf("an unsigned header: %d", a.status)
	}
	if a := s.get("/cases", with("X-Token", "Bearer "+token(signer, nil))); a.status != http.StatusOK {
		t.Errorf("an honest one: %d %s", a.status, a.body)
	}
	s.wall.Store(int64((2 * time.Minute).Seconds()))
	if a := s.get("/cases", with("X-Token", token(signer, nil))); a.status != http.StatusForbidden {
		t.Errorf("an honest one, two minutes later: %d", a.status)
	}
}

// Who is named to look alone does so, and neither orders nor halts.
func TestAViewerLooks(t *testing.T) {
	s := set(t, staffed+"console: {alb: {arn: "+balancerARN+"}, viewers: [vera@example.com]}\n")
	b := s.behindALB()
	c := s.attack()
	vera := by(b.token("vera@example.com", nil, nil))
	for path, want := range map[string]int{"/": 200, "/cases/" + c.ID: 200, "/cases/" + c.ID + "/dismiss": 403} {
		if a := s.get(path, vera); a.status != want {
			t.Errorf("%s: %d, want %d", path, a.status, want)
		}
	}
	if a := s.ask("POST", "/halt", s.filled(s.get("/halt", vera).body, "/halt"), vera); a.status != http.StatusForbidden {
		t.Errorf("a halt by a viewer: %d", a.status)
	}
	if on, err := s.store.Brakes(t.Context()); err != nil || len(on) > 0 {
		t.Errorf("%v, %v", on, err)
	}
}
