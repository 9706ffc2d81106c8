package app_test

import (
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"golang.org/x/time/rate"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/app"
	"github.com/ripostehq/riposte/internal/config"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/ledger/sqlite"
	"github.com/ripostehq/riposte/internal/world"
	"github.com/ripostehq/riposte/playbooks"
)

// cellar is an account with unused volumes. Its region is the one of which riposte has a table of prices.
const cellar = `
now: 2030-01-07T03:00:00Z
accounts:
  - id: "111122223333"
    users:
      - {name: riposte, attached: ["arn:aws:iam::aws:policy/AdministratorAccess"], keys: [{id: AKIARIPOSTE000000001, secret: own}]}
      - {name: olga, attached: ["arn:aws:iam::aws:policy/AdministratorAccess"], keys: [{id: AKIAOLGA000000000001, secret: own}]}
    regions:
      us-east-1:
        images: [{id: ami-0900d1ea9e0900d1e, name: golden, created: 2029-12-10T00:00:00Z}]
        instances: [{id: i-0bbbbbbbbbbbbbb00, for: 240h, image: ami-0900d1ea9e0900d1e}]
        rows:
          ec2.volume:
            - {VolumeId: vol-0left, AvailabilityZone: us-east-1a, State: available, VolumeType: gp3, Size: 100, Iops: 4000, Throughput: 250, Tags: [{Key: Name, Value: old-data}], CreateTime: 2029-01-01T00:00:00Z}
            - {VolumeId: vol-0twin, AvailabilityZone: us-east-1a, State: available, VolumeType: gp3, Size: 100, Iops: 3000, Throughput: 125, CreateTime: 2029-01-01T00:00:00Z}
            - {VolumeId: vol-0kept, AvailabilityZone: us-east-1a, State: available, VolumeType: gp3, Size: 100, Iops: 3000, Throughput: 125, CreateTime: 2029-01-01T00:00:00Z}
`

var cellarPlace = event.Place{Partition: "aws", Account: "111122223333", Region: "us-east-1"}

const oneDay = 24 * time.Hour

// tenant is riposte over the cellar, as it is served: sweeps, records and what is due.
type tenant struct {
	testing.TB
	w     *world.World
	store *sqlite.Store
	app   *app.App
}

// cellarOf has waste.unattached-volume in a mode.
func cellarOf(t testing.TB, mode string) *tenant { return cellarBy(t, mode, "") }

// cellarBy has further keys of the configuration.
func cellarBy(t testing.TB, mode, more string) *tenant {
	t.Helper()
	w, err := world.New([]byte(cellar), world.Options{})
	if err != nil {
		t.Fatal(err)
	}
	store, err := sqlite.Open(t.Context(), sqlite.Memory)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	c, err := config.Parse("riposte.yaml", []byte(`
organization: {accounts: [{id: "111122223333"}], regions: [us-east-1]}
sweep: {at: "03:00", limits: {share_percent: 100}}
playbooks: {defaults: {mode: observe}, waste.unattached-volume: {mode: `+mode+`}}
`+more), playbooks.All())
	if err != nil {
		t.Fatal(err)
	}
	s := &tenant{TB: t, w: w, store: store}
	s.app = app.New(app.Parts{
		Config: c, Kinds: action.Kinds(), Store: store, Now: w.Now, Name: "one", Log: slog.New(slog.DiscardHandler), Sweeps: uncounted{}, Pace: rate.Inf,
		AWS: func(p event.Place) aws.Config {
			return w.Config(p, aws.Credentials{AccessKeyID: "AKIARIPOSTE000000001", SecretAccessKey: "own"})
		},
	})
	s.app.Sweeps.Started = time.Time{}
	return s
}

func (s *tenant) must(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

// pass lets riposte work until a time has gone by. It sweeps when a day begins for it.
func (s *tenant) pass(of time.Duration) {
	s.Helper()
	turns := 0
	for end := s.w.Now().Add(of); ; turns++ {
		now := s.w.Now()
		if turns > 2000 {
			c := s.of("vol-0left")
			s.Fatalf("riposte turns without end at %s: %s, %s", now, c.State, c.Reason)
		}
		next, err := s.app.Sweeps.Once(s.Context(), 1)
		s.must(err)
		s.records()
		due, err := s.app.Engine.RunDue(s.Context())
		s.must(err)
		world, _ := s.w.Next()
		for _, at := range []time.Time{due, world} {
			if !at.IsZero() && at.Before(next) {
				next = at
			}
		}
		if next.After(end) {
			s.must(s.w.AdvanceTo(end))
			return
		}
		if next.After(now) {
			turns = 0
			s.must(s.w.AdvanceTo(next))
		}
	}
}

// records are handed to riposte as the trail delivers them.
func (s *tenant) records() {
	s.Helper()
	for _, d := range s.w.Deliveries() {
		_, err := s.app.Handle(s.Context(), d.Body)
		s.must(err)
		s.must(s.w.Ack(d.ID))
	}
}

// olga is who works there.
func (s *tenant) olga() *ec2.Client {
	return ec2.NewFromConfig(s.w.Config(cellarPlace, aws.Credentials{AccessKeyID: "AKIAOLGA000000000001", SecretAccessKey: "own"}))
}

// volumes are those that there are, by the id that they have or stand for, and their tags.
func (s *tenant) volumes() map[string]types.Volume {
	s.Helper()
	out, err := s.olga().DescribeVolumes(s.Context(), &ec2.DescribeVolumesInput{})
	s.must(err)
	all := map[string]types.Volume{}
	for _, v := range out.Volumes {
		id := aws.ToString(v.VolumeId)
		if of := tagOf(v, action.OfTag); of != "" {
			id = of
		}
		if _, twice := all[id]; twice {
			s.Errorf("there are two of %s", id)
		}
		all[id] = v
	}
	return all
}

func tagOf(v types.Volume, key string) string {
	i := slices.IndexFunc(v.Tags, func(t types.Tag) bool { return aws.ToString(t.Key) == key })
	if i < 0 {
		return ""
	}
	return aws.ToString(v.Tags[i].Value)
}

// of is the newest case of a volume; nil where there is none.
func (s *tenant) of(id string) (newest *ledger.Case) {
	s.Helper()
	all, err := s.store.Cases(s.Context(), ledger.Filter{})
	s.must(err)
	for _, c := range all {
		if c.Playbook == "waste.unattached-volume" && c.Root.ID == id {
			newest = c
		}
	}
	return newest
}

// order is what a person says of a case.
func (s *tenant) order(c *ledger.Case, o ledger.Order) {
	s.Helper()
	o.By, o.At = "ann", s.w.Now()
	_, err := s.store.Send(s.Context(), s.w.Now(), c.ID, ledger.Message{Key: string(o.Verb) + o.At.String(), Order: &o})
	s.must(err)
}

func (s *tenant) whole() {
	s.Helper()
	v, err := s.store.Verify(s.Context())
	s.must(err)
	if len(v.Broken) > 0 {
		s.Errorf("the ledger is broken: %+v", v)
	}
}

func (s *tenant) snapshots() []types.Snapshot {
	s.Helper()
	out, err := s.olga().DescribeSnapshots(s.Context(), &ec2.DescribeSnapshotsInput{OwnerIds: []string{"self"}})
	s.must(err)
	return out.Snapshots
}

// may says what riposte is denied from now on; nothing: it may do all again.
func (s *tenant) may(denied ...string) {
	s.Helper()
	c := iam.NewFromConfig(s.w.Config(cellarPlace, aws.Credentials{AccessKeyID: "AKIAOLGA000000000001", SecretAccessKey: "own"}))
	if len(denied) == 0 {
		_, err := c.DeleteUserPolicy(s.Context(), &iam.DeleteUserPolicyInput{UserName: aws.String("riposte"), PolicyName: aws.String("denied")})
		s.must(err)
		return
	}
	_, err := c.PutUserPolicy(s.Context(), &iam.PutUserPolicyInput{
		UserName: aws.String("riposte"), PolicyName: aws.String("denied"),
		PolicyDocument: aws.String(fmt.Sprintf(`{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":["%s"],"Resource":"*"}]}`, strings.Join(denied, `","`))),
	})
	s.must(err)
}

// history tells a case in a line an entry.
func (s *tenant) history(c *ledger.Case) string {
	s.Helper()
	all, err := s.store.History(s.Context(), c.ID)
	s.must(err)
	var out []string
	for _, e := range all {
		out = append(out, fmt.Sprint(e.At.UTC().Format(time.RFC3339), " ", e.State, " ", strings.Join(e.Notes, "; ")))
	}
	return strings.Join(out, "\n")
}
