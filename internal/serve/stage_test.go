package serve_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/app"
	"github.com/ripostehq/riposte/internal/config"
	"github.com/ripostehq/riposte/internal/engine"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/ledger/sqlite"
	"github.com/ripostehq/riposte/internal/metrics"
	"github.com/ripostehq/riposte/internal/serve"
	"github.com/ripostehq/riposte/internal/world"
	"github.com/ripostehq/riposte/playbook"
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

// acting answers unapproved images in the shop.
const acting = `
organization: {accounts: [{id: "111122223333"}], regions: [eu-west-1]}
playbooks: {launch.unapproved-image: {mode: act, params: {allow_owners: [self]}}}
metrics: {listen: "127.0.0.1:0"}
`

var ireland = event.Place{Partition: "aws", Account: "111122223333", Region: "eu-west-1"}

// stage is a world and a ledger's file that daemons work on.
type stage struct {
	*testing.T
	w          *world.World
	file       string
	terminated atomic.Int64
}

func set(t *testing.T) *stage {
	t.Helper()
	s := &stage{T: t, file: filepath.Join(t.TempDir(), "riposte.db")}
	w, err := world.New([]byte(shop), world.Options{AfterCall: func(_, operation string) error {
		if operation == "TerminateInstances" {
			s.terminated.Add(1)
		}
		return nil
	}})
	s.must(err)
	s.w = w
	return s
}

func (s *stage) must(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

// attack launches the foreign image, and lets the record come due.
func (s *stage) attack() {
	s.Helper()
	cfg := s.w.Config(ireland, aws.Credentials{AccessKeyID: "AKIAMALLORY000000001", SecretAccessKey: "first"})
	_, err := ec2.NewFromConfig(cfg).RunInstances(s.Context(), &ec2.RunInstancesInput{
		ImageId: aws.String("ami-0aaaaaaaaaaaaaaaa"), MinCount: aws.Int32(1), MaxCount: aws.Int32(1),
	})
	s.must(err)
	s.must(s.w.AdvanceTo(s.w.Now().Add(6 * time.Second)))
}

// trail brings what the world's CloudTrail has due; it ends a message once it is stored.
func (s *stage) trail(now *serve.Live) func(context.Context, func()) error {
	return func(ctx context.Context, up func()) error {
		up()
		for ; ctx.Err() == nil; time.Sleep(time.Millisecond) {
			for _, d := range s.w.Deliveries() {
				if err := now.Believing(false)(context.WithoutCancel(ctx), d.Body); err != nil {
					return err
				}
				if err := s.w.Ack(d.ID); err != nil {
					return err
				}
			}
		}
		return nil
	}
}

// daemon is one that runs.
type daemon struct {
	*stage
	server  *serve.Server
	store   ledger.Store
	address string
	log     *record
	hup     chan os.Signal
	again   chan os.Signal
	stop    context.CancelFunc
	ended   chan error
	file    atomic.Pointer[string] // what the configuration file says

	channels app.Channels // by which people are written to; nil where they are not
}

// part changes what a daemon is made of.
type part func(*daemon, *serve.Options)

func sources(make func(*serve.Live) []serve.Source) part {
	return func(_ *daemon, o *serve.Options) {
		o.Sources = func(_ *config.Config, now *serve.Live) ([]serve.Source, error) { return make(now), nil }
	}
}

// over puts something between a daemon and its ledger.
func over(wrap func(ledger.Store) ledger.Store) part {
	return func(d *daemon, _ *serve.Options) { d.store = wrap(d.store) }
}

func (s *stage) serve(text string, parts ...part) *daemon {
	s.Helper()
	store, err := sqlite.Open(s.Context(), s.file)
	s.must(err)
	s.Cleanup(func() { s.must(store.Close()) })
	d := &daemon{stage: s, store: store, log: &record{}, hup: make(chan os.Signal), again: make(chan os.Signal), ended: make(chan error, 1)}
	d.file.Store(&text)
	c, err := d.load()
	s.must(err)
	log := slog.New(slog.NewJSONHandler(d.log, nil))
	o := serve.Options{
		Config: c, Load: d.load, Log: log, Now: s.w.Now, Workers: 2, Drain: 10 * time.Second, Poll: 5 * time.Millisecond,
		Reload: d.hup, Kill: func() <-chan os.Signal { return d.again },
	}
	sources(func(now *serve.Live) []serve.Source {
		return []serve.Source{{Name: "trail", Made: "trail", Run: s.trail(now)}}
	})(d, &o)
	for _, p := range parts {
		p(d, &o)
	}
	o.Meter = metrics.New(metrics.Options{Kinds: action.Kinds(), Version: "test", Playbooks: []string{"launch.unapproved-image"}, Store: d.store, Now: s.w.Now})
	o.App = func(c *config.Config, hands *engine.WorkerPool) *app.App {
		return app.New(app.Parts{
			Kinds: action.Kinds(), Config: c, Store: d.store, Now: s.w.Now, Name: "test", Log: log, Meter: o.Meter, Workers: hands, Channels: d.channels, Canaries: o.Meter,
			AWS: func(p event.Place) aws.Config {
				return s.w.Config(p, aws.Credentials{AccessKeyID: "AKIARIPOSTE000000001", SecretAccessKey: "own"})
			},
		})
	}
	o.Page, err = serve.Listen(s.Context(), o.Config, log)
	s.must(err)
	if o.Page != nil {
		d.address = o.Page.Addr().String()
	}
	d.server, err = serve.New(o)
	s.must(err)
	ctx, stop := context.WithCancel(context.WithoutCancel(s.Context()))
	d.stop = stop
	go func() { d.ended <- d.server.Run(ctx) }()
	return d
}

func (d *daemon) load() (*config.Config, error) {
	return config.Parse("riposte.yaml", []byte(*d.file.Load()), slices.DeleteFunc(playbooks.All(), playbook.Definition.Marks))
}

// end stops the daemon and returns what Run returned.
func (d *daemon) end() error {
	d.Helper()
	d.stop()
	select {
	case err := <-d.ended:
		return err
	case <-time.After(time.Minute):
		d.Fatalf("it does not end\n%s", d.log)
	}
	return nil
}

// page asks for one of the daemon's pages.
func (d *daemon) page(path string) (int, string) {
	d.Helper()
	resp, err := http.Get("http://" + d.address + path)
	d.must(err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	d.must(err)
	return resp.StatusCode, string(body)
}

// until waits for something to become so, while the world's time goes on.
func (s *stage) until(what string, so func() bool) {
	s.Helper()
	for deadline := time.Now().Add(time.Minute); !so(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(deadline) {
			s.Fatalf("it never came: %s", what)
		}
		s.must(s.w.AdvanceTo(s.w.Now().Add(500 * time.Millisecond)))
	}
}

// says reports whether a page holds a line that begins so.
func (d *daemon) says(path, line string) func() bool {
	return func() bool {
		_, body := d.page(path)
		return strings.Contains("\n"+body, "\n"+line)
	}
}

func (d *daemon) states() string {
	d.Helper()
	cases, err := d.store.Cases(context.WithoutCancel(d.Context()), ledger.Filter{})
	d.must(err)
	var out []string
	for _, c := range cases {
		out = append(out, string(c.State))
	}
	return strings.Join(out, " ")
}

// record is a log that can be read while it is written.
type record struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (r *record) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.b.Write(p)
}

func (r *record) String() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.b.String()
}

var errBroken = errors.New("broken")
