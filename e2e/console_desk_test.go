package e2e

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/coreos/go-oidc/v3/oidc/oidctest"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/app"
	"github.com/ripostehq/riposte/internal/config"
	"github.com/ripostehq/riposte/internal/console"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/ledger/sqlite"
	"github.com/ripostehq/riposte/internal/world"
	"github.com/ripostehq/riposte/playbooks"
)

// What the console's stories happen in: a shop, and mallory, who may do anything there.
const (
	pagesWorld = `
now: 2030-01-07T09:00:00Z
accounts:
  - id: "137112412989"
    name: Amazon
    alias: amazon
    regions:
      eu-west-1:
        images: [{id: ami-0aaaaaaaaaaaaaaaa, name: al2023, public: true, created: 2029-12-01T00:00:00Z}]
  - id: "111122223333"
    name: shop
    users:
      - name: mallory
        keys: [{id: AKIAMALLORY000000001, secret: first}]
        inline: {all: {Version: "2012-10-17", Statement: [{Effect: Allow, Action: "*", Resource: "*"}]}}
      - name: riposte
        keys: [{id: AKIARIPOSTE000000001, secret: own}]
        inline: {all: {Version: "2012-10-17", Statement: [{Effect: Allow, Action: "*", Resource: "*"}]}}
`
	pagesConfig = `
organization: {accounts: [{id: "111122223333", environment: development}], regions: [eu-west-1]}
playbooks: {launch.unapproved-image: {mode: ask, params: {allow_owners: [self]}}}
`
	pagesPeople = `
people:
  address: "{session}@example.com"
  groups: {security: {members: [ann@example.com, bob@example.com]}}
approval: {approvers: [security]}
`
	pagesKey = "0123456789abcdef0123456789abcdef"
)

// desk is a world, riposte over it, and the console as browsers reach it.
type desk struct {
	*testing.T
	w     *world.World
	app   *app.App
	store *sqlite.Store
	url   string
	open  atomic.Int64 // connections
	most  atomic.Int64 // of them at once
	who   atomic.Value // signs in at the provider next
}

// sit sets everything up; where the configuration names people, they sign in at a provider of another site.
func sit(t *testing.T, text string) *desk {
	t.Helper()
	chromium(t) // first: where there is none nothing else is needed
	d := &desk{T: t}
	var err error
	d.w, err = world.New([]byte(pagesWorld), world.Options{})
	d.must(err)
	d.store, err = sqlite.Open(t.Context(), sqlite.Memory)
	d.must(err)
	t.Cleanup(func() { d.store.Close() })
	c, err := config.Parse("riposte.yaml", []byte(text), playbooks.All())
	d.must(err)
	d.app = app.New(app.Parts{
		Kinds: action.Kinds(), Config: c, Store: d.store, Now: d.w.Now, Name: "test", Log: slog.New(slog.DiscardHandler),
		AWS: func(event.Place) aws.Config { return d.as(theShop, "AKIARIPOSTE000000001", "own") },
	})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	d.must(err)
	d.url = "http://" + l.Addr().String()
	o := console.Options{
		Store: d.store, Config: func() *config.Config { return c }, Codec: d.app.Codec, Ledger: "riposte.db", Now: d.w.Now, Clock: time.Now,
		Poll: 100 * time.Millisecond, Key: pagesKey, User: "ann", Log: slog.New(slog.DiscardHandler),
	}
	if len(c.Approvers()) > 0 {
		o.Key, o.SignIn = "", console.SignIn{Issuer: d.provider(), ClientID: "riposte", Secret: "of the client", Host: l.Addr().String()}
	}
	pages, err := console.New(o)
	d.must(err)
	ctx, end := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- pages.Serve(ctx, counted{l, d}) }()
	t.Cleanup(func() {
		end()
		d.must(<-ended)
	})
	return d
}

// theShop is where everything happens.
var theShop = event.Place{Partition: "aws", Account: "111122223333", Region: "eu-west-1"}

func (d *desk) must(err error) {
	d.Helper()
	if err != nil {
		d.Fatal(err)
	}
}

func (d *desk) as(p event.Place, id, secret string) aws.Config {
	return d.w.Config(p, aws.Credentials{AccessKeyID: id, SecretAccessKey: secret})
}

// counted counts the connections of a listener.
type counted struct {
	net.Listener
	d *desk
}

func (c counted) Accept() (net.Conn, error) {
	conn, err := c.Listener.Accept()
	if err == nil {
		c.d.most.Store(max(c.d.most.Load(), c.d.open.Add(1)))
		conn = &ending{Conn: conn, d: c.d}
	}
	return conn, err
}

type ending struct {
	net.Conn
	d    *desk
	done atomic.Bool
}

func (e *ending) Close() error {
	if !e.done.Swap(true) {
		e.d.open.Add(-1)
	}
	return e.Conn.Close()
}

// attack launches the foreign image; riposte hears of it, and asks.
func (d *desk) attack() *ledger.Case {
	d.Helper()
	_, err := ec2.NewFromConfig(d.as(theShop, "AKIAMALLORY000000001", "first")).RunInstances(d.Context(), &ec2.RunInstancesInput{
		ImageId: aws.String("ami-0aaaaaaaaaaaaaaaa"), MinCount: aws.Int32(1), MaxCount: aws.Int32(1),
	})
	d.must(err)
	d.must(d.w.AdvanceTo(d.w.Now().Add(6 * time.Second)))
	for _, delivery := range d.w.Deliveries() {
		_, err := d.app.Handle(d.Context(), delivery.Body)
		d.must(err)
		d.must(d.w.Ack(delivery.ID))
	}
	d.work()
	cases, err := d.store.Cases(d.Context(), ledger.Filter{Playbook: "launch.unapproved-image"})
	d.must(err)
	if len(cases) == 0 {
		d.Fatal("riposte saw nothing")
	}
	return cases[len(cases)-1]
}

func (d *desk) work() {
	d.Helper()
	_, err := d.app.Engine.RunDue(d.Context())
	d.must(err)
}

// asksAnew has a case ask something else, after a page of it was made.
func (d *desk) asksAnew(id, what string) {
	d.Helper()
	claimed, err := d.store.Claim(d.Context(), d.w.Now().Add(1e15), "other", time.Second)
	d.must(err)
	if claimed == nil || claimed.Case.ID != id {
		d.Fatal(claimed)
	}
	claimed.Case.Revisions[0].Steps[0].Reason = what
	d.must(d.store.Commit(d.Context(), claimed.Case, ledger.Write{At: d.w.Now(), EndsLease: true}))
}

func (d *desk) load(id string) *ledger.Case {
	d.Helper()
	c, err := d.store.Load(d.Context(), id)
	d.must(err)
	return c
}

// logsIn opens the pages with the key, by the link that a console prints.
func (d *desk) logsIn(t *tab) {
	t.Helper()
	t.goes(d.url + "/login?next=%2Fcases#" + pagesKey)
	if status := t.follows(clicks("main button")); status != http.StatusOK {
		t.Fatalf("the key opens nothing: %d", status)
	}
}

// provider is an OpenID provider at localhost, which is another site than 127.0.0.1: whoever comes is who the story says.
func (d *desk) provider() (issuer string) {
	signer, err := rsa.GenerateKey(rand.Reader, 2048)
	d.must(err)
	keys := &oidctest.Server{PublicKeys: []oidctest.PublicKey{{PublicKey: signer.Public(), KeyID: "k", Algorithm: oidc.RS256}}}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	d.must(err)
	_, port, _ := net.SplitHostPort(l.Addr().String())
	issuer = "http://localhost:" + port
	keys.SetIssuer(issuer)
	nonces := make(chan string, 16)
	mux := http.NewServeMux()
	mux.Handle("/", keys)
	mux.HandleFunc("GET /auth", func(w http.ResponseWriter, r *http.Request) {
		nonces <- r.FormValue("nonce")
		back := r.FormValue("redirect_uri") + "?" + url.Values{"state": {r.FormValue("state")}, "code": {d.who.Load().(string)}}.Encode()
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprintf(w, `<!doctype html><html lang="en"><title>Provider</title><a id="on" href="%s">Go on</a>`, strings.ReplaceAll(back, "&", "&amp;"))
	})
	mux.HandleFunc("POST /token", func(w http.ResponseWriter, r *http.Request) {
		now := time.Now().Unix()
		token := signed(d, signer, map[string]any{
			"iss": issuer, "aud": "riposte", "sub": r.FormValue("code"), "exp": now + 300, "iat": now, "nonce": <-nonces, "email": r.FormValue("code"),
			"email_verified": true, "auth_time": now,
		})
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"access_token": "a", "token_type": "Bearer", "id_token": %q}`, token)
	})
	server := &http.Server{Handler: mux}
	go func() { _ = server.Serve(l) }() // until it is closed
	d.Cleanup(func() { server.Close() })
	return issuer
}

func signed(d *desk, key crypto.PrivateKey, claims map[string]any) string {
	raw, err := json.Marshal(claims)
	d.must(err)
	return oidctest.SignIDToken(key, "k", oidc.RS256, string(raw))
}

// signsIn goes through the provider, and comes to a page.
func (d *desk) signsIn(t *tab, who, path string) {
	t.Helper()
	d.who.Store(who)
	t.goes(d.url + path)
	t.follows(clicks("main a.button"))
	t.follows(clicks("#on"))
	t.eventually(`location.pathname === "` + path + `" && !!document.querySelector("header")`)
}
