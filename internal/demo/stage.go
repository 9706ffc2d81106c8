// Package demo is the main job on the embedded world: attackers who make their own SDK calls, and riposte, which sees
// nothing of them but CloudTrail records.
package demo

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"golang.org/x/time/rate"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/app"
	"github.com/ripostehq/riposte/internal/config"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/world"
	"github.com/ripostehq/riposte/playbook"
)

// Options are what a demo is set up with.
type Options struct {
	Catalogue     []playbook.Definition
	Kinds         []action.Kind
	Scene         *Scene // nil: the demo's own
	Store         ledger.Store
	World         string        // file that the world is kept in after each change, "" for none; an existing one is carried on
	DeliveryDelay time.Duration // from a call to its record; 0: the world's default, or what the file holds
	Emit          func(Line)    // the timeline, as it happens; may be nil
	Log           *slog.Logger
}

// Stage is a world, riposte on top of it, and the scripts of those who play in it.
type Stage struct {
	World   *world.World
	App     *app.App
	Store   ledger.Store
	AWS     func(event.Place) aws.Config // as riposte itself
	emit    func(Line)
	told    map[string]int     // entries of each case's history that were told
	heard   map[string]heardOf // of cases of which all was told
	numbers map[string]int     // of each case, as the timeline calls it
	record  *Line              // of the record in hand, until it is told
	acting  []string           // playbooks that the demo's configuration lets act on attacks somewhere
	own     []time.Duration
	scene   Scene
	attack  string
	theme   string // of the playbook that it is about
	begun   time.Time
}

// Open sets a demo up, or takes up the one that a world file holds.
func Open(o Options) (*Stage, error) {
	scene, err := o.scene()
	if err != nil {
		return nil, err
	}
	w, err := openWorld(o, scene.estate)
	if err != nil {
		return nil, err
	}
	cfg, err := config.Parse("riposte.yaml (the demo's own)", scene.config, o.Catalogue)
	if err != nil {
		return nil, err
	}
	s := &Stage{World: w, scene: scene, Store: o.Store, emit: o.Emit, told: map[string]int{}, heard: map[string]heardOf{}, numbers: map[string]int{}}
	if s.emit == nil {
		s.emit = func(Line) {}
	}
	for _, p := range o.Catalogue {
		if night := slices.ContainsFunc(Nights(), func(a Attack) bool { return a.about == p.ID }); !night && cfg.Boldest(p.ID) == config.Act {
			s.acting = append(s.acting, p.ID)
		}
	}
	s.AWS = func(p event.Place) aws.Config {
		return w.ConfigFrom(p, credentials("riposte"), world.Origin{SourceIP: "192.0.2.10", UserAgent: "riposte"})
	}
	s.App = app.New(app.Parts{
		Config: cfg, Kinds: o.Kinds, Store: o.Store, Now: w.Now, Name: fmt.Sprintf("demo-%d", os.Getpid()), Log: o.Log, AWS: s.AWS, Sweeps: uncounted{}, Pace: rate.Inf, Code: scene.code,
	})
	if s.App.Sweeps != nil {
		s.App.Sweeps.Started = time.Time{} // what is due is swept at once
	}
	return s, s.remember(context.Background())
}

// remember has riposte hear what it would have heard before the demo: how each protected instance came to be protected.
func (s *Stage) remember(ctx context.Context) error {
	for _, d := range s.World.Past() {
		if _, err := s.App.Handle(ctx, d.Body); err != nil {
			return fmt.Errorf("event %s: %w", d.ID, err)
		}
	}
	for i, record := range s.scene.before {
		if _, err := s.App.Handle(ctx, record); err != nil {
			return fmt.Errorf("record %d before the story: %w", i+1, err)
		}
	}
	return nil
}

// scene is the demo's own where none is given.
func (o Options) scene() (Scene, error) {
	if o.Scene != nil {
		return *o.Scene, nil
	}
	text, err := estate(o.Catalogue, o.Kinds)
	if err != nil {
		return Scene{}, fmt.Errorf("demo world: %w", err)
	}
	own, err := known(o.Catalogue)
	return Scene{Attacks: AttacksOn(o.Catalogue), estate: text, config: own}, err
}

// noticeDelay is from a launch to EC2's notice of it: an assumption, as AWS only says that both clocks take seconds. In service
// riposte measures them (riposte_notice_gained_seconds).
const noticeDelay = time.Second

func openWorld(o Options, estate []byte) (*world.World, error) {
	opts := world.Options{DeliveryDelay: o.DeliveryDelay, NoticeDelay: noticeDelay, File: o.World, Seed: 1}
	if o.World != "" {
		w, err := world.Open(o.World, opts)
		if !errors.Is(err, fs.ErrNotExist) {
			return w, err
		}
	}
	return world.New(estate, opts)
}

// credentials are the long-lived keys of the estate, by their holders' names.
func credentials(who string) aws.Credentials {
	keys := map[string][2]string{
		"riposte":           {"AKIARIPOSTEDEMO00001", "riposte-demo-secret"},
		"deployer of shop":  {"AKIADEPLOYERSHOP0001", "deployer-demo-secret"},
		"deployer of lab":   {"AKIADEPLOYERLAB00001", "deployer-demo-secret"},
		"igor":              {"AKIAIGORPLANT0000001", "igor-demo-secret"},
		"mallory":           {"AKIAMALLORYVAULT0001", "mallory-demo-first"},
		"mallory's second":  {"AKIAMALLORYVAULT0002", "mallory-demo-second"},
		"olga":              {"AKIAOLGAVAULT0000001", "olga-demo-secret"},
		"nadia":             {"AKIANADIAVAULT000001", "nadia-demo-secret"},
		"trudy":             {"AKIATRUDYVAULT000001", "trudy-demo-secret"},
		"alice":             {"AKIAALICESTUDIO00001", "alice-demo-secret"},
		"bob":               {"AKIABOBSTUDIO0000001", "bob-demo-secret"},
		"thief":             {"AKIADECOYSTUDIO00001", "decoy-demo-secret"},
		"sam of harbour":    {"AKIASAMHARBOUR000001", "sam-demo-secret"},
		"mara of " + cellar: {"AKIAMARACELLAR000001", "mara-demo-secret"},
		"mara of " + tower:  {"AKIAMARATOWER0000001", "mara-demo-secret"},
		"mara of " + shop:   {"AKIAMARASHOP00000001", "mara-demo-secret"},
		"pipeline":          {"AKIAPIPELINENAMES001", "pipeline-demo-secret"},
	}
	k := keys[who]
	return aws.Credentials{AccessKeyID: k[0], SecretAccessKey: k[1]}
}

// elsewhere is where attackers sit.
const elsewhere = "203.0.113.66"

// hand is a caller with a key, outside of AWS.
type hand struct{ cfg, global aws.Config }

func (s *Stage) hand(who, account string) hand { return s.handWith(account, credentials(who)) }

func (s *Stage) handWith(account string, c aws.Credentials) hand {
	p := event.Place{Partition: "aws", Account: account, Region: "eu-west-1"}
	from := world.Origin{SourceIP: elsewhere, UserAgent: "aws-cli/2.22.0"}
	global := p
	global.Region = "us-east-1"
	return hand{s.World.ConfigFrom(p, c, from), s.World.ConfigFrom(global, c, from)}
}

func (h hand) ec2() *ec2.Client { return ec2.NewFromConfig(h.cfg) }
func (h hand) iam() *iam.Client { return iam.NewFromConfig(h.global) }

// deliver hands riposte what the trail has due, and lets it do what is due. A message is acknowledged once its suspects are
// stored. Riposte's own time runs from a record's arrival to the end of the turns that it caused, without the telling.
func (s *Stage) deliver(ctx context.Context) error {
	for _, d := range s.World.Deliveries() {
		began := time.Now()
		ads, err := s.App.Handle(ctx, d.Body)
		if err != nil {
			return fmt.Errorf("event %s: %w", d.ID, err)
		}
		if err := s.World.Ack(d.ID); err != nil {
			return err
		}
		own := time.Since(began)
		if err := s.arrived(ctx, d.Body); err != nil {
			return err
		}
		worked, err := s.step(ctx)
		if err != nil {
			return err
		}
		s.record = nil
		if len(ads) > 0 {
			s.own = append(s.own, own+worked)
		}
	}
	_, err := s.step(ctx)
	return err
}

// step lets riposte do what is due, and tells what it wrote down.
func (s *Stage) step(ctx context.Context) (time.Duration, error) {
	began := time.Now()
	_, err := s.App.Engine.RunDue(ctx)
	own := time.Since(began)
	if err != nil {
		return 0, err
	}
	return own, s.tell(ctx)
}
