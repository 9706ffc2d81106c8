package console_test

import (
	"context"
	"html"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"

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

// The estate of every story: a shop, and mallory, who may do anything.
const shop = `
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

const (
	asking = `
organization: {accounts: [{id: "111122223333", environment: development}], regions: [eu-west-1]}
playbooks: {launch.unapproved-image: {mode: ask, params: {allow_owners: [self]}}}
`
	key = "0123456789abcdef0123456789abcdef"
)

var ireland = event.Place{Partition: "aws", Account: "111122223333", Region: "eu-west-1"}

// stage is a world, riposte over it, and the console beside.
type stage struct {
	testing.TB
	w      *world.World
	app    *app.App
	store  *sqlite.Store
	wall   atomic.Int64 // seconds that the wall's clock is ahead
	server *httptest.Server
	cookie string

	options console.Options
}

func set(t testing.TB, text string) *stage {
	t.Helper()
	s := &stage{TB: t}
	var err error
	s.w, err = world.New([]byte(shop), world.Options{})
	s.must(err)
	s.store, err = sqlite.Open(t.Context(), sqlite.Memory)
	s.must(err)
	t.Cleanup(func() { s.store.Close() })
	c, err := config.Parse("riposte.yaml", []byte(text), playbooks.All())
	s.must(err)
	s.app = app.New(app.Parts{
		Kinds: action.Kinds(), Config: c, Store: s.store, Now: s.w.Now, Name: "test", Log: slog.New(slog.DiscardHandler),
		AWS: func(p event.Place) aws.Config {
			return s.w.Config(p, aws.Credentials{AccessKeyID: "AKIARIPOSTE000000001", SecretAccessKey: "own"})
		},
	})
	s.options = console.Options{
		Store: s.store, Config: func() *config.Config { return c }, Codec: s.app.Codec, Ledger: "riposte.db", Now: s.w.Now,
		Clock: func() time.Time { return time.Unix(1_900_000_000+s.wall.Load(), 0) }, Poll: 10 * time.Millisecond, Hosts: []string{"riposte.example.com"},
		Key: key, User: "ann", Log: slog.New(slog.DiscardHandler),
	}
	pages, err := console.New(s.options)
	s.must(err)
	s.server = httptest.NewServer(pages.Handler())
	t.Cleanup(s.server.Close)
	return s
}

func (s *stage) must(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

// attack launches the foreign image; riposte hears of it, and does what is due.
func (s *stage) attack() *ledger.Case {
	s.Helper()
	cfg := s.w.Config(ireland, aws.Credentials{AccessKeyID: "AKIAMALLORY000000001", SecretAccessKey: "first"})
	_, err := ec2.NewFromConfig(cfg).RunInstances(s.Context(), &ec2.RunInstancesInput{
		ImageId: aws.String("ami-0aaaaaaaaaaaaaaaa"), MinCount: aws.Int32(1), MaxCount: aws.Int32(1),
	})
	s.must(err)
	s.passes(6 * time.Second)
	for _, d := range s.w.Deliveries() {
		_, err := s.app.Handle(s.Context(), d.Body)
		s.must(err)
		s.must(s.w.Ack(d.ID))
	}
	s.work()
	cases, err := s.store.Cases(s.Context(), ledger.Filter{Playbook: "launch.unapproved-image"})
	s.must(err)
	if len(cases) == 0 {
		s.Fatal("riposte saw nothing")
	}
	return cases[len(cases)-1]
}

func (s *stage) passes(d time.Duration) { s.Helper(); s.must(s.w.AdvanceTo(s.w.Now().Add(d))) }

func (s *stage) work() { s.Helper(); _, err := s.app.Engine.RunDue(s.Context()); s.must(err) }

func (s *stage) load(id string) *ledger.Case {
	s.Helper()
	c, err := s.store.Load(s.Context(), id)
	s.must(err)
	return c
}

// answer is what the console says to a request.
type answer struct {
	status int
	body   string
	header http.Header
}

// browser is how a request of this browser's differs from the usual one.
type browser func(*http.Request)

func with(name, value string) browser { return func(r *http.Request) { r.Header.Set(name, value) } }

func (s *stage) ask(method, path string, form url.Values, as ...browser) answer {
	s.Helper()
	r, err := http.NewRequestWithContext(s.Context(), method, s.server.URL+path, strings.NewReader(form.Encode()))
	s.must(err)
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if s.cookie != "" {
		r.Header.Set("Cookie", "__Host-riposte="+s.cookie)
	}
	for _, change := range as {
		change(r)
	}
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Do(r)
	s.must(err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	s.must(err)
	return answer{resp.StatusCode, string(body), resp.Header}
}

func (s *stage) get(path string, as ...browser) answer {
	s.Helper()
	return s.ask("GET", path, nil, as...)
}

// page is a page that has to be there.
func (s *stage) page(path string) string {
	s.Helper()
	a := s.get(path)
	if a.status != http.StatusOK {
		s.Fatalf("%s: %d\n%s", path, a.status, a.body)
	}
	return a.body
}

// login shows the key; the browser keeps what it is given.
func (s *stage) login() {
	s.Helper()
	a := s.ask("POST", "/login", url.Values{"key": {key}})
	found := regexp.MustCompile(`^__Host-riposte=([A-Z2-7]+); Path=/; Max-Age=28800; HttpOnly; Secure; SameSite=Strict$`).FindStringSubmatch(a.header.Get("Set-Cookie"))
	if a.status != http.StatusSeeOther || found == nil {
		s.Fatalf("the right key: %d, %q", a.status, a.header.Get("Set-Cookie"))
	}
	s.cookie = found[1]
}

// filled is a page's form with an action, and its hidden fields, as a browser sends it.
func (s *stage) filled(page, action string, more ...string) url.Values {
	s.Helper()
	_, form, ok := strings.Cut(page, `action="`+action+`"`)
	if !ok {
		s.Fatalf("no form for %s in\n%s", action, page)
	}
	form, _, _ = strings.Cut(form, "</form>")
	out := url.Values{}
	for _, input := range regexp.MustCompile(`<input [^>]*name="([a-z]+)"(?: value="([^"]*)")?`).FindAllStringSubmatch(form, -1) {
		out.Set(input[1], input[2])
	}
	for i := 0; i < len(more); i += 2 {
		out.Set(more[i], more[i+1])
	}
	return out
}

// order goes to an order's page, and sends its form.
func (s *stage) order(id, verb string, more ...string) answer {
	s.Helper()
	path := "/cases/" + id + "/" + verb
	return s.ask("POST", path, s.filled(s.page(path), path, more...))
}

// text is a page without its marks.
func text(page string) string {
	return strings.Join(strings.Fields(html.UnescapeString(regexp.MustCompile(`<[^>]*>`).ReplaceAllString(page, " "))), " ")
}

func (s *stage) says(page, want string) {
	s.Helper()
	if !strings.Contains(text(page), want) {
		s.Errorf("it does not say %q:\n%s", want, text(page))
	}
}

func deadline(s *stage) context.Context {
	ctx, cancel := context.WithTimeout(s.Context(), 20*time.Second)
	s.Cleanup(cancel)
	return ctx
}
