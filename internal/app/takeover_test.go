package app_test

import (
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/route53"
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
    regions: {eu-west-1: {buckets: [img.example.com, kept.example.com]}}
  - {id: "444455556666", regions: {eu-west-1: {}}}
`

// dns is an organisation whose names are swept.
type dns struct {
	*testing.T
	w     *world.World
	store *sqlite.Store
	app   *app.App
}

func dnsOf(t *testing.T, accounts string) *dns {
	t.Helper()
	w, err := world.New([]byte(named), world.Options{})
	if err != nil {
		t.Fatal(err)
	}
	store, err := sqlite.Open(t.Context(), sqlite.Memory)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	c, err := config.Parse("riposte.yaml", []byte(`
organization: {accounts: [`+accounts+`], regions: [eu-west-1]}
sweep: {at: "03:00"}
playbooks: {takeover.dangling-record: {mode: act}}
`), []playbook.Definition{takeover.DanglingRecord()})
	if err != nil {
		t.Fatal(err)
	}
	a := app.New(app.Parts{
		Config: c, Kinds: action.Kinds(), Store: store, Now: w.Now, Name: "one", Log: slog.New(slog.DiscardHandler), Sweeps: uncounted{},
		AWS: func(p event.Place) aws.Config {
			return w.Config(p, aws.Credentials{AccessKeyID: "AKIARIPOSTE000000001", SecretAccessKey: "own"})
		},
	})
	a.Sweeps.Started = time.Time{}
	return &dns{t, w, store, a}
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
		for _, m := range s.w.Deliveries() {
			if _, err := s.app.Handle(s.Context(), m.Body); err != nil {
				s.Fatal(err)
			}
			if err := s.w.Ack(m.ID); err != nil {
				s.Fatal(err)
			}
		}
		if _, err := s.app.Engine.RunDue(s.Context()); err != nil {
			s.Fatal(err)
		}
	}
}

func (s *dns) order(c *ledger.Case, o ledger.Order) {
	s.Helper()
	o.By, o.At = "ann", s.w.Now()
	if _, err := s.store.Send(s.Context(), s.w.Now(), c.ID, ledger.Message{Key: string(o.Verb) + o.At.String(), Order: &o}); err != nil {
		s.Fatal(err)
	}
}

// records are the names of the zone's CNAMEs, with their TTLs.
func (s *dns) records() (all []string) {
	s.Helper()
	out, err := route53.NewFromConfig(s.w.Config(event.Place{Region: "us-east-1"}, aws.Credentials{AccessKeyID: "AKIAANN0000000000001", SecretAccessKey: "hers"})).
		ListResourceRecordSets(s.Context(), &route53.ListResourceRecordSetsInput{HostedZoneId: aws.String("Z1")})
	if err != nil {
		s.Fatal(err)
	}
	for _, r := range out.ResourceRecordSets {
		if r.Type == "CNAME" {
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
	if got := strings.Join(s.records(), ", "); got != strings.Join(records, ", ") {
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
	told := false
	for _, c := range s.cases() {
		for _, l := range c.Suspects {
			told = told || l.Trouble != nil && strings.Contains(l.Trouble.Error, "444455556666")
		}
	}
	if !told {
		t.Errorf("no case names the account that was not read: %+v", s.cases())
	}
}
