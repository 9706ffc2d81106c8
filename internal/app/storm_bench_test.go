package app_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/app"
	"github.com/ripostehq/riposte/internal/config"
	"github.com/ripostehq/riposte/internal/engine"
	"github.com/ripostehq/riposte/internal/gate"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/ledger/sqlite"
	"github.com/ripostehq/riposte/internal/source/http"
	"github.com/ripostehq/riposte/internal/world"
	"github.com/ripostehq/riposte/playbook"
	"github.com/ripostehq/riposte/playbooks"
)

// shop is where the storm happens: mallory starts machines from an image that is not approved.
const shop = `
now: 2030-01-07T09:00:00Z
accounts:
  - id: "137112412989"
    name: Amazon
    alias: amazon
    regions: {AMAZON}
  - id: "111122223333"
    name: shop
    users:
      - name: mallory
        keys: [{id: AKIAMALLORY000000001, secret: first}]
        inline: {all: {Version: "2012-10-17", Statement: [{Effect: Allow, Action: "*", Resource: "*"}]}}
      - name: riposte
        keys: [{id: AKIARIPOSTE000000001, secret: own}]
        inline: {all: {Version: "2012-10-17", Statement: [{Effect: Allow, Action: "*", Resource: "*"}]}}
    regions: {SHOP}
`

// places are where the attacks happen: changes that destroy are paced, two a second in each.
func places() []string {
	return []string{
		"eu-west-1", "eu-west-2", "eu-west-3", "eu-central-1", "eu-north-1", "us-east-1", "us-east-2", "us-west-1", "us-west-2", "sa-east-1",
		"eu-south-1", "eu-south-2", "eu-central-2", "ap-south-1", "ap-east-1", "ap-northeast-1", "ap-northeast-2", "ap-southeast-1", "ap-southeast-2", "ca-central-1",
	}
}

// estate is the shop, in all places.
func estate() []byte {
	var amazon, own []string
	for _, region := range places() {
		amazon = append(amazon, region+": {images: [{id: ami-0aaaaaaaaaaaaaaaa, name: al2023, public: true, created: 2029-12-01T00:00:00Z}]}")
		own = append(own, region+": {}")
	}
	return []byte(strings.NewReplacer("AMAZON", strings.Join(amazon, ", "), "SHOP", strings.Join(own, ", ")).Replace(shop))
}

const stormConfig = `
playbooks: {launch.unapproved-image: {mode: act}}
limits: {incidents_per_hour: 1000000, destroy_per_hour: 1000000}
`

const stormSecret = "0123456789abcdef0123456789abcdef"

// BenchmarkStorm posts events to the http source over loopback, one in a thousand an attack that is contained while the
// storm goes on, with the ledger on disk; sender, source, engine and the world share the machine and the process. STORM is
// the number of events. It fails where an attack is lost.
func BenchmarkStorm(b *testing.B) {
	events := 30_000
	if n, err := strconv.Atoi(os.Getenv("STORM")); err == nil {
		events = n
	}
	s := newStorm(b, max(events/1000, 20)+20, playbooks.All())
	quiet := s.hits[:20]
	for n, hit := range quiet {
		s.post(s.dial(), hit)
		s.settle(n + 1)
	}
	debug.FreeOSMemory()
	_ = os.WriteFile("/proc/self/clear_refs", []byte("5"), 0) // the peak counts from here, where the system can do that
	began := time.Now()
	s.blow(events)
	took := time.Since(began)
	s.settle(len(s.hits))
	b.ReportMetric(float64(events)/took.Seconds(), "events/s")
	b.ReportMetric(peak(), "peak-MB")
	b.ReportMetric(s.percentile(quiet, 50), "quiet-p50-ms")
	b.ReportMetric(s.percentile(quiet, 99), "quiet-p99-ms")
	b.ReportMetric(s.percentile(s.hits[20:], 50), "storm-p50-ms")
	b.ReportMetric(s.percentile(s.hits[20:], 99), "storm-p99-ms")
	b.ReportMetric(0, "ns/op")
}

// storm is a daemon's heart over a world, and its senders.
type storm struct {
	testing.TB
	app     *app.App
	world   *world.World
	addr    string
	hits    []request
	noise   []request
	wake    chan struct{}
	workers *engine.WorkerPool

	mu        sync.Mutex
	posted    map[string]time.Time     // by event id
	changed   map[string]time.Duration // from sending to the first change
	contained int
}

// request is what is sent, as it is.
type request struct {
	id    string // of a hit's event
	bytes []byte
}

func newStorm(b *testing.B, hits int, books []playbook.Definition) *storm {
	b.Helper()
	s := &storm{TB: b, wake: make(chan struct{}, 1), posted: map[string]time.Time{}, changed: map[string]time.Duration{}}
	var err error
	s.world, err = world.New(estate(), world.Options{})
	s.must(err)
	store, err := sqlite.Open(b.Context(), filepath.Join(b.TempDir(), "riposte.db"))
	s.must(err)
	b.Cleanup(func() { s.must(store.Close()) })
	c, err := config.Parse("storm.yaml", []byte(stormConfig), books)
	s.must(err)
	s.workers = engine.NewWorkerPool(2, func() {
		select {
		case s.wake <- struct{}{}:
		default:
		}
	})
	s.app = app.New(app.Parts{
		Kinds: action.Kinds(), Config: c, Store: store, Now: s.world.Now, Name: "storm", Log: slog.New(slog.DiscardHandler), Meter: s,
		AWS: func(p event.Place) aws.Config {
			return s.world.Config(event.Place{Partition: "aws", Account: "111122223333", Region: p.Region}, aws.Credentials{AccessKeyID: "AKIARIPOSTE000000001", SecretAccessKey: "own"})
		},
		Workers: s.workers,
	})
	s.attack(hits)
	s.rustle()
	s.serve()
	return s
}

// attack makes the records of attacks.
func (s *storm) attack(n int) {
	mallory := aws.Credentials{AccessKeyID: "AKIAMALLORY000000001", SecretAccessKey: "first"}
	for i := range n {
		place := event.Place{Partition: "aws", Account: "111122223333", Region: places()[i%len(places())]}
		_, err := ec2.NewFromConfig(s.world.Config(place, mallory)).RunInstances(s.Context(), &ec2.RunInstancesInput{
			ImageId: aws.String("ami-0aaaaaaaaaaaaaaaa"), InstanceType: types.InstanceTypeT3Micro, MinCount: aws.Int32(1), MaxCount: aws.Int32(1),
		})
		s.must(err)
	}
	s.must(s.world.AdvanceTo(s.world.Now().Add(time.Minute)))
	for _, d := range s.world.Deliveries() {
		var envelope struct{ Detail struct{ EventID string } }
		s.must(json.Unmarshal(d.Body, &envelope))
		s.hits = append(s.hits, asRequest(envelope.Detail.EventID, d.Body))
		s.must(s.world.Ack(d.ID))
	}
}

// rustle makes the records of daily work: 1 to 2 KB, one in five hundred a hundred times as large.
func (s *storm) rustle() {
	r := rand.New(rand.NewPCG(5, 6))
	for i := range 2000 {
		var record bytes.Buffer
		for record.Reset(); record.Len() == 0 || bytes.Contains(record.Bytes(), []byte(`"RunInstances"`)); {
			record.Reset()
			recorded(&record, r)
		}
		text := inTheShop(record.String())
		if i%500 == 0 {
			text = strings.Replace(text, `"requestParameters":`, `"additional":"`+strings.Repeat("x", 150_000)+`","requestParameters":`, 1)
		}
		s.noise = append(s.noise, asRequest("", []byte(bridged("aws.ec2", "", text))))
	}
}

// inTheShop has a record of any account happen in the one that there is.
func inTheShop(record string) string {
	return strings.NewReplacer("444455556666", "111122223333", "777788889999", "111122223333").Replace(record)
}

func asRequest(id string, body []byte) request {
	head := fmt.Sprintf("POST / HTTP/1.1\r\nHost: riposte\r\n%s: %s\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: %d\r\n\r\n", http.Header, stormSecret, len(body))
	return request{id, append([]byte(head), body...)}
}

// serve runs the source, and workers as the daemon's.
func (s *storm) serve() {
	src, err := http.New(http.Options{
		Secret: stormSecret, Log: slog.New(slog.DiscardHandler),
		Handle: func(ctx context.Context, body []byte) error { _, err := s.app.Handle(ctx, body); return err },
	})
	s.must(err)
	l, err := (&net.ListenConfig{}).Listen(s.Context(), "tcp", "127.0.0.1:0")
	s.must(err)
	s.addr = l.Addr().String()
	ctx, stop := context.WithCancel(context.WithoutCancel(s.Context()))
	var all sync.WaitGroup
	all.Go(func() { s.must(src.Serve(ctx, l)) })
	for range 2 {
		all.Go(func() {
			for ctx.Err() == nil {
				end := s.workers.Idle()
				select {
				case <-s.wake:
				case <-time.After(20 * time.Millisecond):
				case <-ctx.Done():
					return
				}
				end()
				if _, err := s.app.Engine.RunDue(ctx); err != nil && ctx.Err() == nil {
					s.Error(err)
				}
			}
		})
	}
	s.Cleanup(func() { stop(); all.Wait() })
}

// blow sends the storm, from eight senders, the hits strewn in.
func (s *storm) blow(events int) {
	const senders = 8
	hits := s.hits[20:]
	every := events / len(hits)
	var all sync.WaitGroup
	for n := range senders {
		all.Go(func() {
			c := s.dial()
			for i := n; i < events; i += senders {
				r := s.noise[i%len(s.noise)]
				if i%every == 0 && i/every < len(hits) {
					r = hits[i/every]
				}
				s.post(c, r)
			}
		})
	}
	all.Wait()
}

type connection struct {
	net.Conn
	answers *bufio.Reader
}

func (s *storm) dial() connection {
	c, err := (&net.Dialer{}).DialContext(s.Context(), "tcp", s.addr)
	s.must(err)
	s.Cleanup(func() { c.Close() })
	return connection{c, bufio.NewReader(c)}
}

// post sends one event and wants to hear that it was accepted.
func (s *storm) post(c connection, r request) {
	if r.id != "" {
		s.mu.Lock()
		s.posted[r.id] = time.Now()
		s.mu.Unlock()
	}
	if _, err := c.Write(r.bytes); err != nil {
		s.Error(err)
		return
	}
	for first := true; ; first = false {
		line, err := c.answers.ReadSlice('\n')
		if err != nil || first && !bytes.HasPrefix(line, []byte("HTTP/1.1 202")) {
			s.Errorf("answered %q, %v", line, err)
			return
		}
		if len(line) == 2 {
			return
		}
	}
}

// settle waits until so many attacks are contained, and fails where a minute brings none nearer.
func (s *storm) settle(want int) {
	s.Helper()
	have := func() int { s.mu.Lock(); defer s.mu.Unlock(); return s.contained }
	seen, since := -1, time.Now()
	for n := have(); n < want && time.Since(since) < time.Minute; n = have() {
		if n > seen {
			seen, since = n, time.Now()
		}
		time.Sleep(time.Millisecond)
	}
	if n := have(); n < want {
		states := map[ledger.State]int{}
		for _, c := range cases(s.TB, s.app.Store) {
			states[c.State]++
		}
		s.Fatalf("%d of %d attacks are contained; cases: %v", n, want, states)
	}
}

// percentile is the time from sending a hit to the first change that answers it, in milliseconds.
func (s *storm) percentile(of []request, percent int) float64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	var took []time.Duration
	for _, r := range of {
		took = append(took, s.changed[r.id])
	}
	slices.Sort(took)
	return float64(took[len(took)*percent/100].Microseconds()) / 1000
}

// Progressed notes when an attack is answered, and when it is contained: see engine.Meter.
func (s *storm) Progressed(c *ledger.Case, was engine.Progress) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c.Playbook != "launch.unapproved-image" {
		return
	}
	if was.Times.FirstChange.IsZero() && !c.Times.FirstChange.IsZero() {
		s.changed[c.Origin.EventID] = time.Since(s.posted[c.Origin.EventID])
	}
	if c.State == ledger.Contained && was.State != ledger.Contained {
		s.contained++
	}
}

func (s *storm) Called(event.Method) {}

func (s *storm) Admitted([]ledger.Admission) {}

func (s *storm) Judged(string, gate.Verdict) {}

func (s *storm) Acted(string, error) {}

func (s *storm) Named(string, time.Duration) {}

func (s *storm) Stopped(_ string, err error) { s.Log("stopped: ", err) }

var _ engine.Meter = (*storm)(nil)

func (s *storm) must(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

// peak is the most memory that was resident, in MB.
func peak() float64 {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(status), "VmHWM:")
	var kb float64
	_, _ = fmt.Sscan(rest, &kb) // 0 where the system says nothing
	return kb / 1024
}
