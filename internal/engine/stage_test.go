package engine_test

import (
	"context"
	"io"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/engine"
	"github.com/ripostehq/riposte/internal/gate"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/ledger/sqlite"
	"github.com/ripostehq/riposte/internal/world"
	"github.com/ripostehq/riposte/playbook"
)

// The estate of every story: a shop with one group, and mallory, who may do anything and has two keys.
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
        keys: [{id: AKIAMALLORY000000001, secret: first}, {id: AKIAMALLORY000000002, secret: second}]
        inline: {all: {Version: "2012-10-17", Statement: [{Effect: Allow, Action: "*", Resource: "*"}]}}
      - name: riposte
        keys: [{id: AKIARIPOSTE000000001, secret: own}]
        inline: {all: {Version: "2012-10-17", Statement: [{Effect: Allow, Action: "*", Resource: "*"}]}}
    roles:
      - name: ops
        trust: {Version: "2012-10-17", Statement: [{Effect: Allow, Principal: {AWS: "arn:aws:iam::111122223333:root"}, Action: "sts:AssumeRole"}]}
        inline: {all: {Version: "2012-10-17", Statement: [{Effect: Allow, Action: "*", Resource: "*"}]}}
    policies:
      - {name: riposte-deny, document: {Version: "2012-10-17", Statement: [{Sid: RiposteDeny, Effect: Deny, Action: "*", Resource: "*"}]}}
    regions:
      eu-west-1:
        images: [{id: ami-0bbbbbbbbbbbbbbbb, name: golden, created: 2029-11-01T00:00:00Z}]
        templates:
          - {name: web, id: lt-0cccccccccccccccc, versions: [{image: ami-0bbbbbbbbbbbbbbbb, type: t3.micro}]}
        groups: [{name: web, template: web, version: $Latest, min: 1, max: 4, desired: 1}]
        instances: [{id: i-0cattle, image: ami-0bbbbbbbbbbbbbbbb, type: t3.micro, protected: true, stop_protected: true}]
`

var (
	ireland = event.Place{Partition: "aws", Account: "111122223333", Region: "eu-west-1"}
	mallory = aws.Credentials{AccessKeyID: "AKIAMALLORY000000001", SecretAccessKey: "first"}
	second  = aws.Credentials{AccessKeyID: "AKIAMALLORY000000002", SecretAccessKey: "second"}
	own     = aws.Credentials{AccessKeyID: "AKIARIPOSTE000000001", SecretAccessKey: "own"}
)

// stage is a world, a ledger and an engine between them.
type stage struct {
	testing.TB
	w       *world.World
	store   ledger.Store
	books   []playbook.Definition
	policy  gate.Policy
	reports []ledger.State
	e       *engine.Engine
	acting  bool  // riposte is at work, not the attacker
	broken  error // what Step returned
	meter   *meter
	aws     engine.AWS // nil: the stage itself
	workers int        // of the pool
	wake    func()     // see engine.NewHands
	tags    string     // see engine.Options
	seen    int        // records that the test wrote itself
	org     playbook.Organization
	bound   []playbook.Playbook // beside books, with parameters of the story's
	deaf    error               // what telling people returns
	desk    func(*ledger.Case)  // writes letters; may be nil
	behind  time.Duration       // how far riposte's clock is
	ours    func(context.Context, string) (bool, error)
	code    engine.Code // may be nil
	propose engine.Proposer
	kinds   []action.Kind // beside those that riposte has
}

func set(t testing.TB, opts world.Options, books ...playbook.Definition) *stage {
	t.Helper()
	store, err := sqlite.Open(t.Context(), sqlite.Memory)
	if err != nil {
		t.Fatal(err)
	}
	return setOn(t, shop, store, opts, books...)
}

// setOn is set with another estate and another ledger, which ends with the test.
func setOn(t testing.TB, estate string, store ledger.Store, opts world.Options, books ...playbook.Definition) *stage {
	t.Helper()
	w, err := world.New([]byte(estate), opts)
	if err != nil {
		t.Fatal(err)
	}
	s := &stage{TB: t, w: w, store: store, books: books, policy: acting(), workers: 1, wake: func() {}}
	t.Cleanup(func() {
		s.must(store.Close())
		s.must(s.broken)
	})
	s.restart()
	s.receive(w.Past())
	return s
}

// acting is a policy in which every playbook acts.
func acting() gate.Policy {
	return gate.Policy{
		Mode: func(string, string, action.Class) (gate.Decision, string) { return gate.Act, "the test says act" },
	}
}

// restart is another process on the same ledger.
func (s *stage) restart() {
	var books []playbook.Playbook
	for _, d := range s.books {
		b, err := d.Default()
		if err != nil {
			s.Fatal(err)
		}
		books = append(books, b)
	}
	books = append(books, s.bound...)
	var cloud engine.AWS = s
	if s.aws != nil {
		cloud = s.aws
	}
	hands := engine.NewWorkerPool(s.workers, s.wake)
	for range s.workers {
		hands.Idle()
	}
	s.e = engine.New(engine.Options{
		Workers: hands, Tags: s.tags, Ours: s.ours,
		Store: s.store, Playbooks: books, Policy: s.policy, Organization: s.org, AWS: cloud, Reporter: s, Codec: action.NewCodec(append(action.Kinds(), s.kinds...)...),
		Code: s.code, Proposer: s.propose, Timing: engine.DefaultTiming(), Now: s.now, Name: "test", Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
	})
}

func (s *stage) Report(_ context.Context, c *ledger.Case) error {
	if s.deaf != nil {
		return s.deaf
	}
	s.reports = append(s.reports, c.State)
	if s.desk != nil {
		s.desk(c)
	}
	return nil
}

func (s *stage) now() time.Time { return s.w.Now().Add(-s.behind) }

// The stage is the engine's AWS: one principal for everything; what the roles may do is tried elsewhere.
type clients struct {
	w     *world.World
	by    aws.Credentials
	meter *meter
}

func (s *stage) Reads() access.Reads { return clients{s.w, own, s.meter}.reads() }
func (s *stage) Writes(action.Action, []action.Action, string) access.Writes {
	return clients{s.w, own, s.meter}.writes()
}

type reads struct {
	clients
	access.ClientReads
}
type writes struct {
	clients
	access.ClientWrites
}

func (c clients) reads() reads   { return reads{c, access.ClientReads(c.config)} }
func (c clients) writes() writes { return writes{c, access.ClientWrites(c.config)} }

// config is that of a place; IAM has one region.
func (c clients) config(p event.Place) aws.Config {
	if p.Region == "" {
		p.Region = "us-east-1"
	}
	return traced(c.w.Config(p, c.by), c.meter)
}

func (c clients) ec2(p event.Place) *ec2.Client {
	if c.meter == nil {
		return ec2.NewFromConfig(traced(c.w.Config(p, c.by), nil))
	}
	if c.meter.client == nil {
		c.meter.client = ec2.NewFromConfig(traced(c.w.Config(p, c.by), c.meter))
	}
	return c.meter.client
}
func (c clients) asg(p event.Place) *autoscaling.Client {
	return autoscaling.NewFromConfig(c.config(p))
}

func (c clients) iam(p event.Place) *iam.Client {
	p.Region = ""
	return iam.NewFromConfig(c.config(p))
}

func (r reads) EC2(p event.Place) access.EC2Reads   { return r.ec2(p) }
func (w writes) EC2(p event.Place) access.EC2Writes { return w.ec2(p) }

// deliver hands over what the trail has due, as a source does: acknowledged once it is stored.
func (s *stage) deliver() {
	s.Helper()
	s.receive(s.w.Deliveries())
}

func (s *stage) receive(deliveries []world.Delivery) {
	s.Helper()
	for _, d := range deliveries {
		ev := decoded(s, d.Body)
		ev.Received = s.w.Now()
		if _, err := s.e.Receive(s.Context(), ev); err != nil {
			s.Fatal(err)
		}
		if err := s.w.Ack(d.ID); err != nil {
			s.Fatal(err)
		}
	}
}

// decoded is the record, or the notice, that an event of EventBridge's holds.
func decoded(t testing.TB, body []byte) event.Event {
	t.Helper()
	c := event.Identify(body)
	decode, raw := event.Decode, c.Record
	if c.Notice != nil {
		decode, raw = event.DecodeNotice, c.Notice
	}
	ev, err := decode(raw)
	if err != nil {
		t.Fatal(err)
	}
	return ev
}

// pass lets a span of time go by, with everything that happens in it, on both sides.
func (s *stage) pass(d time.Duration) {
	s.Helper()
	end := s.w.Now().Add(d)
	for turns := 0; ; turns++ {
		if turns > 2000 {
			s.Fatalf("riposte turns without end at %s", s.w.Now())
		}
		s.deliver()
		next := s.step()
		if at, ok := s.w.Next(); ok && (next.IsZero() || at.Before(next)) {
			next = at
		}
		if next.IsZero() || next.After(end) {
			break
		}
		if next.After(s.w.Now()) {
			s.must(s.w.AdvanceTo(next))
		}
	}
	s.must(s.w.AdvanceTo(end))
}

// step lets riposte work. Where it dies of it, another process takes over, and finds the lease of the first still there.
func (s *stage) step() (next time.Time) {
	s.Helper()
	lived := make(chan bool, 1)
	go func() {
		defer func() { s.acting = false; lived <- true }()
		s.acting = true
		var err error
		if next, err = s.e.RunDue(s.Context()); err != nil {
			s.broken = err
		}
	}()
	<-lived
	if r, ok := s.store.(*reaper); ok && r.died != "" && r.at > 0 {
		r.at = 0
		s.restart()
		var err error
		next, err = s.store.Next(s.Context())
		s.must(err)
	}
	return next
}

func (s *stage) must(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

// only is the one case of a playbook.
func (s *stage) only(id string) *ledger.Case {
	s.Helper()
	cases, err := s.store.Cases(s.Context(), ledger.Filter{Playbook: id})
	if err != nil || len(cases) != 1 {
		s.Fatalf("%d cases of %s: %v", len(cases), id, err)
	}
	return cases[0]
}

func (s *stage) order(c *ledger.Case, o ledger.Order) {
	s.Helper()
	o.By, o.At = "sam", s.w.Now()
	_, err := s.store.Send(s.Context(), s.w.Now(), c.ID, ledger.Message{Key: string(o.Verb) + o.At.String(), Order: &o})
	s.must(err)
}

// steps tells a case's steps in a line each.
func steps(c *ledger.Case) string {
	var out []string
	for _, r := range c.Revisions {
		for _, st := range r.Steps {
			line := string(st.State)
			if st.State == ledger.Pending {
				line = st.Verdict
			}
			if st.Note != "" {
				line += " (" + st.Note + ")"
			}
			out = append(out, line)
		}
	}
	return strings.Join(out, "; ")
}

// whole fails where the ledger does not fit itself.
func (s *stage) whole() {
	s.Helper()
	v, err := s.store.Verify(s.Context())
	s.must(err)
	if len(v.Broken) > 0 {
		s.Errorf("the ledger is broken: %+v", v.Broken)
	}
}

// history is what the ledger says of a case, for a test that fails.
func (s *stage) history(c *ledger.Case) string {
	entries, err := s.store.History(s.Context(), c.ID)
	s.must(err)
	var out []string
	for _, e := range entries {
		out = append(out, e.At.Format("04:05")+" "+strings.Join(e.Notes, "; "))
	}
	return strings.Join(out, "\n")
}
