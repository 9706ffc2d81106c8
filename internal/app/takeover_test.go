package app_test

import (
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/route53"
	"github.com/aws/aws-sdk-go-v2/service/route53/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/app"
	"github.com/ripostehq/riposte/internal/config"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/ledger/sqlite"
	"github.com/ripostehq/riposte/internal/world"
	"github.com/ripostehq/riposte/playbook"
	"github.com/ripostehq/riposte/playbooks/takeover"
)

const named = `
now: 2030-01-07T09:00:00Z
accounts:
  - id: "111122223333"
    users:
      - {name: riposte, attached: ["arn:aws:iam::aws:policy/AdministratorAccess"], keys: [{id: AKIARIPOSTE000000001, secret: own}]}
      - {name: ann, attached: ["arn:aws:iam::aws:policy/AdministratorAccess"], keys: [{id: AKIAANN0000000000001, secret: hers}]}
    zones:
      - id: Z1
        name: example.com
        records:
          - {name: img.example.com, type: CNAME, ttl: 120, values: [img.example.com.s3-website-eu-west-1.amazonaws.com]}
          - {name: kept.example.com, type: CNAME, values: [kept.example.com.s3-website-eu-west-1.amazonaws.com]}
          - {name: dev.example.com, type: NS, ttl: 172800, values: [ns-795.awsdns-27.com, ns-796.awsdns-28.net, ns-797.awsdns-29.org, ns-798.awsdns-30.co.uk]}
      - {id: Z5, name: dev.example.com}
    regions: {eu-west-1: {buckets: [img.example.com, kept.example.com]}}
  - {id: "444455556666", regions: {eu-west-1: {}}}
`

// dns is an organisation whose names are swept.
type dns struct {
	*testing.T
	w       *world.World
	store   *sqlite.Store
	app     *app.App
	config  *config.Config
	instead func(*app.Parts)
}

func dnsOf(t *testing.T, accounts string) *dns {
	t.Helper()
	return dnsWith(t, accounts, world.Options{}, func(*app.Parts) {})
}

// dnsWith is dnsOf with options of its world, and parts of riposte in place of the usual.
func dnsWith(t *testing.T, accounts string, o world.Options, instead func(*app.Parts)) *dns {
	t.Helper()
	w, err := world.New([]byte(named), o)
	if err != nil {
		t.Fatal(err)
	}
	store, err := sqlite.Open(t.Context(), sqlite.Memory)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	s := &dns{T: t, w: w, store: store, instead: instead}
	if s.config, err = config.Parse("riposte.yaml", []byte(`
organization: {accounts: [`+accounts+`], regions: [eu-west-1]}
sweep: {at: "03:00"}
playbooks: {takeover.dangling-record: {mode: act}, takeover.orphan-delegation: {mode: act}}
`), []playbook.Definition{takeover.DanglingRecord(), takeover.OrphanDelegation()}); err != nil {
		t.Fatal(err)
	}
	s.restart()
	return s
}

// restart is another process on the same ledger.
func (s *dns) restart() {
	parts := app.Parts{
		Config: s.config, Kinds: action.Kinds(), Store: s.store, Now: s.w.Now, Name: "one", Log: slog.New(slog.DiscardHandler), Sweeps: uncounted{},
		AWS: func(p event.Place) aws.Config {
			return s.w.Config(p, aws.Credentials{AccessKeyID: "AKIARIPOSTE000000001", SecretAccessKey: "own"})
		},
	}
	s.instead(&parts)
	s.app = app.New(parts)
	s.app.Sweeps.Started = time.Time{}
}

func (s *dns) sweep() {
	s.Helper()
	for range 2 { // an account at once
		if _, err := s.app.Sweeps.Once(s.Context(), 1); err != nil {
			s.Fatal(err)
		}
	}
}

// ann is who deletes and makes buckets.
func (s *dns) ann() *s3.Client {
	return s3.NewFromConfig(s.w.Config(event.Place{Region: "eu-west-1"}, aws.Credentials{AccessKeyID: "AKIAANN0000000000001", SecretAccessKey: "hers"}))
}

// pass lets time go by: records come, and what is due is done.
func (s *dns) pass(d time.Duration) {
	s.Helper()
	for end := s.w.Now().Add(d); s.w.Now().Before(end); {
		if err := s.w.AdvanceTo(s.w.Now().Add(time.Minute)); err != nil {
			s.Fatal(err)
		}
		for !s.work() {
			s.restart()
		}
	}
}

// work has riposte hear what came and do what is due; false where it died of it.
func (s *dns) work() bool {
	s.Helper()
	lived := make(chan bool)
	go func() {
		done := false
		defer func() { lived <- done }()
		for _, m := range s.w.Deliveries() {
			if _, err := s.app.Handle(s.Context(), m.Body); err != nil {
				s.Error(err)
			}
			if err := s.w.Ack(m.ID); err != nil {
				s.Error(err)
			}
		}
		if _, err := s.app.Engine.RunDue(s.Context()); err != nil {
			s.Error(err)
		}
		done = true
	}()
	return <-lived
}

func (s *dns) order(c *ledger.Case, o ledger.Order) {
	s.Helper()
	o.By, o.At = "ann", s.w.Now()
	if _, err := s.store.Send(s.Context(), s.w.Now(), c.ID, ledger.Message{Key: string(o.Verb) + o.At.String(), Order: &o}); err != nil {
		s.Fatal(err)
	}
}

// annsDNS is ann at Route 53.
func (s *dns) annsDNS() *route53.Client {
	return route53.NewFromConfig(s.w.Config(event.Place{Region: "us-east-1"}, aws.Credentials{AccessKeyID: "AKIAANN0000000000001", SecretAccessKey: "hers"}))
}

// records are the names of the zone's records of a type, with their TTLs.
func (s *dns) records(kind types.RRType) (all []string) {
	s.Helper()
	out, err := s.annsDNS().ListResourceRecordSets(s.Context(), &route53.ListResourceRecordSetsInput{HostedZoneId: aws.String("Z1")})
	if err != nil {
		s.Fatal(err)
	}
	for _, r := range out.ResourceRecordSets {
		if r.Type == kind && *r.Name != "example.com." {
			all = append(all, *r.Name+" "+time.Duration(*r.TTL*int64(time.Second)).String())
		}
	}
	return all
}

func (s *dns) cases() []*ledger.Case {
	s.Helper()
	all, err := s.store.Cases(s.Context(), ledger.Filter{})
	if err != nil {
		s.Fatal(err)
	}
	return all
}

func (s *dns) want(what string, records ...string) {
	s.Helper()
	if got := strings.Join(s.records(types.RRTypeCname), ", "); got != strings.Join(records, ", ") {
		s.Errorf("%s: records %s, want %q", what, got, records)
	}
}

const (
	img  = "img.example.com. 2m0s"
	kept = "kept.example.com. 5m0s"
)

// TestARecordGoesWithItsBucket: what sweeps read of names, and a deletion that a record tells of, lead to the record, which goes once the wait is over and
// comes back to the letter.
func TestARecordGoesWithItsBucket(t *testing.T) {
	s := dnsOf(t, `{id: "111122223333"}`)
	s.sweep()
	if _, err := s.ann().DeleteBucket(t.Context(), &s3.DeleteBucketInput{Bucket: aws.String("img.example.com")}); err != nil {
		t.Fatal(err)
	}
	s.pass(8 * time.Minute)
	s.want("within the wait", img, kept)
	s.pass(10 * time.Minute)
	s.want("after it", kept)
	for _, c := range s.cases() {
		if c.Root.Type != event.RecordSet {
			continue
		}
		s.order(c, ledger.Order{Verb: ledger.Undo})
	}
	s.pass(3 * time.Minute)
	s.want("taken back", img, kept)
}

// TestWhoMakesTheBucketAnewIsNotDisturbed: it is looked at when the wait is over.
func TestWhoMakesTheBucketAnewIsNotDisturbed(t *testing.T) {
	s := dnsOf(t, `{id: "111122223333"}`)
	s.sweep()
	if _, err := s.ann().DeleteBucket(t.Context(), &s3.DeleteBucketInput{Bucket: aws.String("img.example.com")}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.ann().CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: aws.String("img.example.com")}); err != nil {
		t.Fatal(err)
	}
	s.pass(20 * time.Minute)
	s.want("made anew", img, kept)
}

// TestAnAccountThatWasNotReadKeepsARecord: any account may have the bucket by now, and the case names the one that could not be read.
func TestAnAccountThatWasNotReadKeepsARecord(t *testing.T) {
	s := dnsOf(t, `{id: "111122223333"}, {id: "444455556666"}`)
	s.sweep()
	if _, err := s.ann().DeleteBucket(t.Context(), &s3.DeleteBucketInput{Bucket: aws.String("img.example.com")}); err != nil {
		t.Fatal(err)
	}
	s.pass(20 * time.Minute)
	s.want("with an account unread", img, kept)
	s.wantTrouble("444455556666")
}

// wantTrouble wants a case whose look says a word of what kept it from telling.
func (s *dns) wantTrouble(word string) {
	s.Helper()
	for _, c := range s.cases() {
		for _, l := range c.Suspects {
			if l.Trouble != nil && strings.Contains(l.Trouble.Error, word) {
				return
			}
		}
	}
	s.Errorf("no case says %q: %+v", word, s.cases())
}

// TestADayHasAHundredRecords: whatever is deleted that they point to, no more records of an account are changed in a day. The next is held, and people are told.
func TestADayHasAHundredRecords(t *testing.T) {
	s := dnsOf(t, `{id: "111122223333"}`)
	s.sweep()
	s.deleteBucket("img.example.com")
	s.pass(15 * time.Minute)
	s.want("the first of the day", kept)
	c := s.cases()[0]
	var others ledger.Write
	for i := range 99 {
		others.Reserve = append(others.Reserve, ledger.Reservation{Bucket: "records:111122223333", Incident: fmt.Sprint(i), At: s.w.Now(), Since: s.w.Now().Add(-time.Hour)})
	}
	others.At = s.w.Now()
	if err := s.store.Commit(t.Context(), c, others); err != nil {
		t.Fatal(err)
	}
	s.deleteBucket("kept.example.com")
	s.pass(15 * time.Minute)
	s.want("the hundred and first", kept)
	held := slices.ContainsFunc(s.cases(), func(c *ledger.Case) bool {
		return c.State == ledger.Held && c.Reason == "limit: records:111122223333 has had 100 changes within a day, 100 are allowed"
	})
	if !held {
		t.Errorf("no case is held by the limit: %+v", s.cases())
	}
	s.pass(25 * time.Hour)
	s.want("a day later")
}

func (s *dns) deleteBucket(name string) {
	s.Helper()
	if _, err := s.ann().DeleteBucket(s.Context(), &s3.DeleteBucketInput{Bucket: &name}); err != nil {
		s.Fatal(err)
	}
}
