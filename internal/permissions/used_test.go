package permissions_test

import (
	"context"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	scaling "github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/google/go-cmp/cmp"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/action/actiontest"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/cloud"
	"github.com/ripostehq/riposte/internal/demo"
	"github.com/ripostehq/riposte/internal/ledger/sqlite"
	"github.com/ripostehq/riposte/internal/permissions"
	"github.com/ripostehq/riposte/internal/route"
	"github.com/ripostehq/riposte/internal/world"
	"github.com/ripostehq/riposte/playbook"
	"github.com/ripostehq/riposte/playbook/fixture"
	"github.com/ripostehq/riposte/playbooks"
	"github.com/ripostehq/riposte/playbooks/playbooktest"
)

// Every action is done and taken back, and every attack of the demo is answered, in worlds where riposte has exactly what
// it says that it needs: what is missing is refused, and what no call made use of is granted in vain.
func TestWhatIsGrantedIsUsedAndNothingElse(t *testing.T) {
	catalogue := playbooks.All() // once: to read all stories takes longer than to play one
	all := append(slices.Clone(catalogue), playbook.Definition{ID: "test.all", Changes: action.Kinds()})
	used := usage{}
	used.add(answering(t, catalogue))
	used.add(acting(t, all))
	used.add(checking(t, all, catalogue))
	used.add(finding(t, all))
	for _, d := range catalogue {
		estate, err := demo.Furnish(d.Stories, catalogue, action.Kinds())
		if err != nil {
			t.Fatal(err)
		}
		for _, story := range d.Stories.Stories {
			used.add(checked(t, d, estate, story))
		}
	}
	granted := usage{}
	needed, err := permissions.For(all, action.Kinds())
	if err != nil {
		t.Fatal(err)
	}
	for _, tier := range needed {
		for _, s := range tier.Document.Statement {
			if s.Effect == "Allow" {
				granted.add(map[string][]string{"arn:aws:iam::111122223333:role/" + tier.Role: s.Action})
			}
		}
	}
	if diff := cmp.Diff(granted.sorted(), used.sorted()); diff != "" {
		t.Errorf("-granted +used, by role:\n%s", diff)
	}
}

// usage is IAM actions by the name of a role of riposte's.
type usage map[string]map[string]bool

func (u usage) add(by map[string][]string) {
	for arn, actions := range by {
		role := arn[strings.LastIndexByte(arn, '/')+1:]
		if !strings.Contains(arn, ":role/riposte-") {
			continue
		}
		if u[role] == nil {
			u[role] = map[string]bool{}
		}
		for _, a := range actions {
			u[role][a] = true
		}
	}
}

func (u usage) sorted() map[string][]string {
	out := map[string][]string{}
	for role, actions := range u {
		out[role] = slices.Sorted(maps.Keys(actions))
	}
	return out
}

func tiers(t *testing.T, of []playbook.Definition) []permissions.TierPolicy {
	t.Helper()
	all, err := permissions.Roles{Principal: riposte}.For(of, action.Kinds())
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// answering plays the demo: its world grants what the catalogue needs.
func answering(t *testing.T, catalogue []playbook.Definition) map[string][]string {
	t.Helper()
	store, err := sqlite.Open(t.Context(), sqlite.Memory)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	stage, err := demo.Open(demo.Options{Catalogue: catalogue, Kinds: action.Kinds(), Store: store, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	if err := stage.Play(t.Context(), demo.Attacks()); err != nil {
		t.Fatal(err)
	}
	if _, err := stage.Outcome(t.Context(), demo.Attacks()); err != nil {
		t.Error(err)
	}
	return stage.World.Exercised()
}

// acting does one action of each kind and takes it back, a world for each.
func acting(t *testing.T, of []playbook.Definition) map[string][]string {
	t.Helper()
	used, done := usage{}, map[string]bool{}
	_, any := granting(t, of)
	for _, a := range examples(t, any) {
		w, c := granting(t, of)
		settle := func() {
			if err := w.AdvanceTo(w.Now().Add(time.Minute)); err != nil { // what is stopping stops
				t.Fatal(err)
			}
		}
		for _, x := range []action.Action{a, perform(t, c, a, settle)} {
			if x != nil {
				done[x.About().Kind.Name] = true
			}
		}
		used.add(w.Exercised())
	}
	for _, k := range action.Kinds() {
		if !done[k.Name] {
			t.Errorf("%s is not done, nor is it the way back of what is", k.Name)
		}
	}
	out := map[string][]string{}
	for role, actions := range used.sorted() {
		out["arn:aws:iam::111122223333:role/"+role] = actions
	}
	return out
}

// checking lets every playbook look into what the demo's attackers do not do: a group that goes back to a launch configuration,
// a template with its image named by a parameter, an instance without its image, a refresh that brings a template, a root
// volume that is replaced.
func checking(t *testing.T, of, catalogue []playbook.Definition) map[string][]string {
	t.Helper()
	w, c := granting(t, of)
	mallory := w.Config(ireland, aws.Credentials{AccessKeyID: "AKIAMALLORY000000001", SecretAccessKey: "mallory"})
	_, err := autoscaling.NewFromConfig(mallory).UpdateAutoScalingGroup(t.Context(), &autoscaling.UpdateAutoScalingGroupInput{
		AutoScalingGroupName: aws.String("web"), LaunchConfigurationName: aws.String("old"),
	})
	if err != nil {
		t.Fatal(err)
	}
	_, err = ec2.NewFromConfig(mallory).ModifyLaunchTemplate(t.Context(), &ec2.ModifyLaunchTemplateInput{
		LaunchTemplateId: aws.String("lt-0dddddddddddddddd"), DefaultVersion: aws.String("2"),
	})
	if err != nil {
		t.Fatal(err)
	}
	_, err = autoscaling.NewFromConfig(mallory).StartInstanceRefresh(t.Context(), &autoscaling.StartInstanceRefreshInput{
		AutoScalingGroupName: aws.String("web"), DesiredConfiguration: &scaling.DesiredConfiguration{
			LaunchTemplate: &scaling.LaunchTemplateSpecification{LaunchTemplateName: aws.String("byname")},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	_, err = ec2.NewFromConfig(mallory).CreateReplaceRootVolumeTask(t.Context(), &ec2.CreateReplaceRootVolumeTaskInput{
		InstanceId: aws.String("i-0alone"), ImageId: aws.String("ami-0bbbbbbbbbbbbbbbb"),
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := briefly(t, ec2.NewFromConfig(mallory)); err != nil {
		t.Fatal(err)
	}
	if err := w.AdvanceTo(w.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	for _, d := range w.Deliveries() {
		contents, err := event.Unwrap(d.Body)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range contents {
			look(t, c, catalogue, w.Now(), found.Record)
		}
	}
	return w.Exercised()
}

// briefly launches from a stranger's image with a role, and from an image that is gone when the launch is looked at.
func briefly(t *testing.T, c *ec2.Client) error {
	t.Helper()
	image, one := aws.String("ami-0eeeeeeeeeeeeeeee"), aws.Int32(1)
	_, err := c.RunInstances(t.Context(), &ec2.RunInstancesInput{
		ImageId: aws.String("ami-0aaaaaaaaaaaaaaaa"), MinCount: one, MaxCount: one, IamInstanceProfile: &types.IamInstanceProfileSpecification{Name: aws.String("builder")},
	})
	if err != nil {
		return err
	}
	_, err = c.RunInstances(t.Context(), &ec2.RunInstancesInput{ImageId: image, MinCount: one, MaxCount: one})
	if err != nil {
		return err
	}
	_, err = c.DeregisterImage(t.Context(), &ec2.DeregisterImageInput{ImageId: image})
	return err
}

// checked has a playbook look at one story of its fixture, in the story's own world.
func checked(t *testing.T, d playbook.Definition, estate []byte, story fixture.Story) map[string][]string {
	t.Helper()
	if story.Listed != nil {
		in, err := d.Stories.Holding(story.Listed)
		if err != nil {
			t.Fatal(err)
		}
		if estate, err = demo.Furnish(in, playbooks.All(), action.Kinds()); err != nil {
			t.Fatal(err)
		}
	}
	w, err := world.New(estate, world.Options{})
	if err != nil {
		t.Fatal(err)
	}
	aws := actiontest.On(func(p event.Place) aws.Config {
		c, err := w.Mint("arn:aws:iam::"+p.Account+":role/riposte-audit", world.SessionOptions{Name: "story"})
		if err != nil {
			t.Log("no role of riposte's there: ", err)
		}
		return w.Config(p, c)
	})
	book, err := d.Default()
	if err != nil {
		t.Fatal(err)
	}
	if story.Listed != nil {
		swept(t, book, aws, story.Listed, w.Now())
		return w.Exercised()
	}
	e, err := event.Decode([]byte(story.Record))
	if err != nil { // a service's notice
		return nil
	}
	leads, err := book.Suspects(e)
	if err != nil {
		t.Fatal(err)
	}
	known := playbooktest.Story{Record: story.Record, Before: story.Before, Members: d.Stories.Organization, AWS: func(*testing.T) (*actiontest.AWS, time.Time) { return aws, w.Now() }}.Names(t, book)
	for _, l := range leads {
		if _, err := book.Check(t.Context(), playbook.In{AWS: aws.Reads(), Now: w.Now(), Names: known, History: playbook.History{Recall: playbook.Nothing, Calls: new(playbook.Lookups).Calls(aws.Reads(), w.Now())}}, "c_1", l); err != nil {
			t.Logf("%s, %s: %v", d.ID, story.Name, err)
		}
	}
	return w.Exercised()
}

// swept lists all that a playbook wants, and looks at what it looks for.
func swept(t *testing.T, book playbook.Playbook, aws *actiontest.AWS, l *fixture.Listed, now time.Time) {
	t.Helper()
	for _, sweep := range book.Sweeps {
		for page, err := range sweep.Listing.Pages(t.Context(), aws.Reads(), event.Place{Partition: "aws", Account: l.Account, Region: l.Region}) {
			if err != nil {
				t.Fatal(err)
			}
			seen, err := sweep.Judge(page)
			if err != nil {
				t.Fatal(err)
			}
			for _, s := range seen {
				in := playbooktest.Evidence(l, &s, now)
				in.AWS, in.Metrics, in.History.Calls = aws.Reads(), idle{}, new(playbook.Lookups).Calls(aws.Reads(), now)
				if _, err := book.Check(t.Context(), in, "c_1", s.Suspect); err != nil {
					t.Logf("%s: %v", book.ID, err)
				}
			}
		}
	}
}

// idle is CloudWatch that shows two months of nothing.
type idle struct{}

func (idle) Daily(context.Context, playbook.MetricQuery) (playbook.Series, error) {
	return playbook.Series{Days: 60, Values: make([]float64, 60)}, nil
}

// finding looks for a user that is neither there by the name, nor has the key, which no attacker of the demo comes to.
func finding(t *testing.T, of []playbook.Definition) map[string][]string {
	t.Helper()
	w, c := granting(t, of)
	found, err := action.FindUser(t.Context(), c.Reads(), ireland.In(event.User, "renamed"), "AIDAGONE", "AKIAMALLORY000000001")
	if err != nil || found.Gone == "" {
		t.Errorf("found %+v, %v", found, err)
	}
	return w.Exercised()
}

// look lets the playbooks check one record that want it.
func look(t *testing.T, c *cloud.Cloud, catalogue []playbook.Definition, now time.Time, record []byte) {
	t.Helper()
	e, err := event.Decode(record)
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range route.New(catalogue).Match(e) {
		book, err := catalogue[i].Default()
		if err != nil {
			t.Fatal(err)
		}
		leads, err := book.Suspects(e)
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range leads {
			if _, err := book.Check(t.Context(), playbook.In{AWS: c.Reads(), Now: now, History: playbook.History{Recall: playbook.Nothing, Calls: new(playbook.Lookups).Calls(c.Reads(), now)}}, "c_1", l); err != nil {
				t.Errorf("%s: %v", book.ID, err)
			}
		}
	}
}

// perform looks, does, looks, and takes back; it returns the way back, nil where there is none.
func perform(t *testing.T, c *cloud.Cloud, a action.Action, settle func()) action.Action {
	t.Helper()
	name := a.About().Kind.Name
	if later, ok := a.(action.Regretter); ok {
		if why, err := later.Regrets(t.Context(), c.Reads()); err != nil || why != "" {
			t.Errorf("%s is regretted before it is made: %s, %v", name, why, err)
		}
	}
	look, err := a.Look(t.Context(), c.Reads())
	if err != nil || look.Satisfied || look.Refused != "" || look.Missing != "" {
		t.Fatalf("%s: look %+v, %v", name, look, err)
	}
	do := func(a action.Action) {
		if err := a.Do(t.Context(), c.Writes(a, nil, "c_1")); err != nil {
			t.Errorf("do %s: %v", a.About().Kind.Name, err)
		}
	}
	do(a)
	if after, err := a.Look(t.Context(), c.Reads()); err != nil || !after.Satisfied && after.Missing == "" && after.Under == "" {
		t.Errorf("%s: done, and not there: %+v, %v", name, after, err)
	}
	if look.Inverse == nil {
		return nil
	}
	settle()
	if after, err := a.Look(t.Context(), c.Reads()); err != nil || after.Under != "" {
		t.Errorf("%s: begun, and not come to its end: %+v, %v", name, after, err)
	}
	do(look.Inverse)
	if after, err := look.Inverse.Look(t.Context(), c.Reads()); err != nil || !after.Satisfied && after.Under == "" {
		t.Errorf("%s: taken back, and not there: %+v, %v", name, after, err)
	}
	return look.Inverse
}
