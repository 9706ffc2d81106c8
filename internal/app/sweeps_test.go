package app_test

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/app"
	"github.com/ripostehq/riposte/internal/config"
	"github.com/ripostehq/riposte/internal/desk"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/ledger/sqlite"
	"github.com/ripostehq/riposte/internal/notify"
	"github.com/ripostehq/riposte/internal/sweep"
	"github.com/ripostehq/riposte/internal/world"
	"github.com/ripostehq/riposte/inventory"
	"github.com/ripostehq/riposte/playbook"
)

type idleFacts struct{ Size int32 }

// idle looks for volumes without an attachment, and tags them once it has seen them on two days.
func idle() playbook.Definition {
	return playbook.Define(playbook.Spec[struct{}, idleFacts]{
		ID: "test.idle", Title: "Idle", Severity: playbook.Low, Concern: playbook.Cost,
		Lists: []playbook.Listing[struct{}, idleFacts]{playbook.List(inventory.Volumes(), func(_ event.Resource, v types.Volume, _ struct{}) *playbook.Listed[idleFacts] {
			if v.State != types.VolumeStateAvailable {
				return nil
			}
			return &playbook.Listed[idleFacts]{Suspect: playbook.Suspect[idleFacts]{Title: aws.ToString(v.VolumeId) + " is idle", Facts: idleFacts{aws.ToInt32(v.Size)}}}
		})},
		Ripe:    func(k playbook.Streak, _ idleFacts, _ time.Time, _ struct{}) bool { return k.Seen >= 2 },
		Changes: func(struct{}) []action.Kind { return []action.Kind{action.PutTags{}.About().Kind} },
		Check: func(_ context.Context, _ playbook.In, s playbook.Suspect[idleFacts], _ struct{}) ([]playbook.Suspect[idleFacts], error) {
			return []playbook.Suspect[idleFacts]{s}, nil
		},
		Plan: func(s playbook.Suspect[idleFacts], _ struct{}) action.Plan {
			return action.Plan{Steps: []action.Step{action.Try(action.PutTags{Resource: s.Resource, Tags: []action.Tag{{Key: "riposte:case", Value: s.Case}}})}}
		},
	})
}

// tidy is a world with volumes, a ledger, and whatever riposte is put together over them.
type tidy struct {
	testing.TB
	w     *world.World
	store *sqlite.Store
	app   *app.App
	pager *postbox // PagerDuty
}

const tidyWorld = `
now: 2030-01-07T09:00:00Z
accounts:
  - id: "111122223333"
    users:
      - {name: riposte, attached: ["arn:aws:iam::aws:policy/AdministratorAccess"], keys: [{id: AKIARIPOSTE000000001, secret: own}]}
    regions:
      eu-west-1:
        rows:
          ec2.volume: [%s]
`

func tidyOf(t testing.TB, file string, volumes int) *tidy {
	t.Helper()
	var rows []string
	for n := range volumes {
		rows = append(rows, fmt.Sprintf("{VolumeId: vol-%017d, State: available, Size: 8, VolumeType: gp3, CreateTime: 2029-01-01T00:00:00Z}", n))
	}
	w, err := world.New(fmt.Appendf(nil, tidyWorld, strings.Join(rows, ", ")), world.Options{})
	if err != nil {
		t.Fatal(err)
	}
	store, err := sqlite.Open(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	s := &tidy{TB: t, w: w, store: store, pager: &postbox{}}
	s.mode("observe")
	return s
}

// mode puts riposte together anew, as after a reload.
func (s *tidy) mode(mode string) {
	s.Helper()
	c, err := config.Parse("riposte.yaml", []byte(`
organization: {accounts: [{id: "111122223333"}], regions: [eu-west-1]}
people: {domains: [example.com], groups: {security: {members: [ann@example.com, bob@example.com], page: true}}}
approval: {approvers: [security]}
report: {pagerduty: {key: env:PAGER_KEY}}
sweep: {at: "03:00"}
playbooks: {test.idle: {mode: `+mode+`}}
`), []playbook.Definition{idle()})
	if err != nil {
		s.Fatal(err)
	}
	s.app = app.New(app.Parts{
		Config: c, Kinds: action.Kinds(), Store: s.store, Now: s.w.Now, Name: "one", Log: slog.New(slog.DiscardHandler), Sweeps: uncounted{},
		Channels: func(*config.Config) map[string]notify.Channel {
			return map[string]notify.Channel{desk.PagerDuty: s.pager}
		},
		AWS: func(p event.Place) aws.Config {
			return s.w.Config(p, aws.Credentials{AccessKeyID: "AKIARIPOSTE000000001", SecretAccessKey: "own"})
		},
	})
	s.app.Sweeps.Started = time.Time{}
}

type uncounted struct{}

func (uncounted) SweepCalled(string, string) {}
func (uncounted) SweepReconciled(int)        {}
func (uncounted) SweepsStand(sweep.Standing) {}

// days lets some pass, each with its sweep.
func (s *tidy) days(n int) {
	s.Helper()
	for range n {
		if _, err := s.app.Sweeps.Once(s.Context(), 1); err != nil {
			s.Fatal(err)
		}
		if err := s.w.AdvanceTo(s.w.Now().Add(24 * time.Hour)); err != nil {
			s.Fatal(err)
		}
	}
}

func (s *tidy) cases() []*ledger.Case {
	s.Helper()
	all, err := s.store.Cases(s.Context(), ledger.Filter{})
	if err != nil {
		s.Fatal(err)
	}
	return all
}

// A sweep that observes writes no case and changes nothing; a promotion opens what is ripe, once for each streak.
func TestAPromotionOpensWhatSweepsFound(t *testing.T) {
	s := tidyOf(t, sqlite.Memory, 3)
	s.days(4)
	if all := s.cases(); len(all) > 0 {
		t.Fatalf("observing opened %d cases", len(all))
	}
	out, err := ec2.NewFromConfig(s.w.Config(event.Place{Region: "eu-west-1"}, aws.Credentials{AccessKeyID: "AKIARIPOSTE000000001", SecretAccessKey: "own"})).
		DescribeVolumes(t.Context(), &ec2.DescribeVolumesInput{})
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range out.Volumes {
		if len(v.Tags) > 0 {
			t.Errorf("observing tagged %s", aws.ToString(v.VolumeId))
		}
	}
	s.mode("ask")
	s.days(3)
	all := s.cases()
	if len(all) != 3 {
		t.Fatalf("%d cases of three streaks", len(all))
	}
	for _, c := range all {
		if c.Origin.Sweep == "" || c.Origin.RequestID != "" || c.Origin.Actor.ARN != "" || !strings.HasPrefix(c.Origin.EventID, "streak/") {
			t.Errorf("origin %+v", c.Origin)
		}
	}
	v, err := s.store.Verify(t.Context())
	if err != nil || len(v.Broken) > 0 {
		t.Errorf("the ledger: %+v, %v", v, err)
	}
}

// Sweeps that suddenly find more hold their playbook and page people, once, however often is swept until a person releases it.
func TestASurgeOfSweepsPages(t *testing.T) {
	s := tidyOf(t, sqlite.Memory, 1)
	for ago, begun := range []int{11, 0, 500} { // the first is the beginning of the account, and none
		now := s.w.Now().AddDate(0, 0, -ago)
		d, took, err := s.store.TakeDuty(t.Context(), now, now.Format(time.DateOnly), "444455556666", "two", time.Minute)
		if err != nil || !took {
			t.Fatal(took, err)
		}
		d.Tallies = map[string]ledger.Tally{"test.idle": {Listed: 900, Suspects: 600, Begun: begun}}
		if err := s.store.EndDuty(t.Context(), now, d); err != nil {
			t.Fatal(err)
		}
	}
	for range 3 {
		s.days(1)
		if _, err := s.app.SendLetters(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if len(s.pager.got) != 1 || !s.pager.got[0].Urgent || !strings.Contains(strings.Join(s.pager.got[0].Content.Says, " "), "riposte release surge:test.idle") {
		t.Errorf("pages: %+v", s.pager.got)
	}
	if brakes, err := s.store.Brakes(t.Context()); err != nil || len(brakes) != 1 {
		t.Errorf("brakes: %+v, %v", brakes, err)
	}
}

// Days on which nothing changes: what a sweep costs beside the answers of the world.
func BenchmarkSweep(b *testing.B) {
	for _, n := range []int{100, 1000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			s := tidyOf(b, b.TempDir()+"/riposte.db", n)
			for b.Loop() {
				s.days(1)
			}
		})
	}
}
