package launch_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/playbook"
	"github.com/ripostehq/riposte/playbooks/launch"
	"github.com/ripostehq/riposte/playbooks/playbooktest"
)

func TestGroupsArePinnedWhereTheyCanBe(t *testing.T) {
	launched := func(id, group string) string { return run(instances(id + " ami-0aaaaaaaaaaaaaaaa " + group)) }
	title := func(id, group string) string {
		return "group " + group + ": instance " + id + " of group " + group + " launched from ami-0aaaaaaaaaaaaaaaa: it is public\n  "
	}
	for _, s := range []playbooktest.Story{
		{
			Name: "to the last version that may be launched", Record: launched("i-0public", "web"), AWS: sighted,
			Plans: []string{title("i-0public", "web") + "autoscaling.pin web, else autoscaling.suspend web !\n  ec2.terminate i-0public, else ec2.stop i-0public"},
		},
		{
			Name: "where it follows the latest version, too", Record: launched("i-0latest", "latest"), AWS: sighted,
			Plans: []string{title("i-0latest", "latest") + "autoscaling.pin latest, else autoscaling.suspend latest !\n  ec2.terminate i-0latest, else ec2.stop i-0latest"},
		},
		{
			Name: "no version may be launched: suspended", Record: launched("i-0only", "only"), AWS: sighted,
			Plans: []string{title("i-0only", "only") + "autoscaling.suspend only !\n  ec2.terminate i-0only, else ec2.stop i-0only"},
		},
		{
			Name: "a launch configuration: suspended", Record: launched("i-0configured", "configured"), AWS: sighted,
			Plans: []string{title("i-0configured", "configured") + "autoscaling.suspend configured !\n  ec2.terminate i-0configured, else ec2.stop i-0configured"},
		},
		{
			Name: "the group is gone: there is nothing to pin", Record: launched("i-0stolen", "gone"), AWS: sighted,
			Plans: []string{title("i-0stolen", "gone") + "autoscaling.suspend gone !\n  ec2.terminate i-0stolen, else ec2.stop i-0stolen"},
		},
		{
			Name: "riposte may not see what it launches: suspended", Record: launched("i-0public", "web"), AWS: shortSighted,
			Plans: []string{title("i-0public", "web") + "autoscaling.suspend web !\n  ec2.terminate i-0public, else ec2.stop i-0public"},
		},
	} {
		s.Sort, s.Suspects, s.Configure = playbooktest.Fires, 1, with("Group", "pin")
		t.Run(s.Name, func(t *testing.T) { s.Tell(t, launch.UnapprovedImage()) })
	}
}

func TestAPreviewPinsToNoVersion(t *testing.T) {
	book, err := launch.UnapprovedImage().Bind(with("Group", "pin"))
	if err != nil {
		t.Fatal(err)
	}
	plan := preview(t, book, run(instances("i-0public ami-0aaaaaaaaaaaaaaaa web")))
	if got, want := strings.Join(plan.Kinds(), " "), "autoscaling.pin ec2.terminate"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if pin, ok := plan.Steps[0].Ladder[0].Do.(action.Pin); !ok || pin.Version != "" {
		t.Errorf("the preview pins to %+v, and knows nothing of the template", pin)
	}
}

// Which version it is: below the one that the group launches, the highest that may be launched; none that lies too deep below a flood of bad ones. Otherwise the facts say why not.
func TestWhatAGroupIsPinnedTo(t *testing.T) {
	for _, c := range []struct {
		name, instance, group string
		before                func(attacker)
		version               string // "" where it is suspended
	}{
		{name: "the version below", instance: "i-0public", group: "web", version: "1"},
		{name: "above what the group launches", instance: "i-0public", group: "web", version: "1", before: func(a attacker) {
			a.version("web", "ami-0bbbbbbbbbbbbbbbb") // nobody said that it is fit to be launched
		}},
		{name: "a few bad ones above it", instance: "i-0latest", group: "latest", version: "1", before: func(a attacker) {
			for range 3 {
				a.version("latest", "ami-0aaaaaaaaaaaaaaaa")
			}
		}},
		{name: "a flood of bad ones above it", instance: "i-0latest", group: "latest", before: func(a attacker) {
			for range 100 {
				a.version("latest", "ami-0aaaaaaaaaaaaaaaa")
			}
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := attack(t)
			if c.before != nil {
				c.before(a)
			}
			p := a.proposal(run(instances(c.instance + " ami-0aaaaaaaaaaaaaaaa " + c.group)))
			pin, ok := p.Plan.Steps[0].Ladder[0].Do.(action.Pin)
			if ok != (c.version != "") || ok && (pin.Version != c.version || pin.Group != ireland.In(event.Group, c.group)) {
				t.Errorf("%+v, want version %q", p.Plan.Steps[0].Ladder[0].Do, c.version)
			}
			var facts struct{ Pin struct{ Instead string } }
			if err := json.Unmarshal(p.Suspect.Facts, &facts); err != nil || (facts.Pin.Instead == "") != ok {
				t.Errorf("instead %q, %v", facts.Pin.Instead, err)
			}
		})
	}
}

// version makes a new version of a template.
func (a attacker) version(template, image string) {
	a.t.Helper()
	a.must(a.ec2.CreateLaunchTemplateVersion(a.t.Context(), &ec2.CreateLaunchTemplateVersionInput{
		LaunchTemplateName: aws.String(template), LaunchTemplateData: &types.RequestLaunchTemplateData{ImageId: aws.String(image)},
	}))
}

// proposal is what comes of a record where groups are pinned.
func (a attacker) proposal(record string) playbook.Proposal {
	a.t.Helper()
	book, err := launch.UnapprovedImage().Bind(with("Group", "pin"))
	a.must(nil, err)
	e, err := event.Decode([]byte(record))
	a.must(nil, err)
	leads, err := book.Suspects(e)
	a.must(nil, err)
	found, err := book.Check(a.t.Context(), playbook.In{AWS: as(a.w, "AKIAOPERATOR00000001", "operator").Reads(), Now: a.w.Now(), History: playbook.History{Recall: playbook.Nothing}}, "c_1", leads[0])
	if err != nil || len(found) != 1 {
		a.t.Fatalf("%d proposals, %v", len(found), err)
	}
	return found[0]
}

// The right to launch is asked for only where it is used.
func TestOnlyWhoPinsNeedsTheRightToLaunch(t *testing.T) {
	for answer, want := range map[string]bool{"suspend-all": false, "suspend-launch": false, "pin": true} {
		book, err := launch.UnapprovedImage().Bind(with("Group", answer))
		if err != nil {
			t.Fatal(err)
		}
		if got := slices.ContainsFunc(book.Changes, func(k action.Kind) bool { return slices.Contains(k.Writes, "ec2:RunInstances") }); got != want {
			t.Errorf("%s: %v, want %v", answer, got, want)
		}
	}
}
