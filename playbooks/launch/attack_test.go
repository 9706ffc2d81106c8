package launch_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	scaling "github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	ssmtypes "github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"github.com/ripostehq/riposte/action/actiontest"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/world"
	"github.com/ripostehq/riposte/playbook"
	"github.com/ripostehq/riposte/playbooks"
	"github.com/ripostehq/riposte/playbooks/playbooktest"
)

// attacker has the SDK's own clients, as attackers do.
type attacker struct {
	t       *testing.T
	w       *world.World
	ec2     *ec2.Client
	scaling *autoscaling.Client
	ssm     *ssm.Client
}

func attack(t *testing.T) attacker {
	w := open(t)
	c := w.Config(ireland, aws.Credentials{AccessKeyID: "AKIAOPERATOR00000001", SecretAccessKey: "operator"})
	return attacker{t, w, ec2.NewFromConfig(c), autoscaling.NewFromConfig(c), ssm.NewFromConfig(c)}
}

func (a attacker) must(_ any, err error) {
	a.t.Helper()
	if err != nil {
		a.t.Fatal(err)
	}
}

// seen lets a time go by, in steps, so that what happens by itself does, and tells what the playbooks make of the
// records that were delivered by then.
func (a attacker) seen(d time.Duration) (plans []string) {
	a.t.Helper()
	c := as(a.w, "AKIAOPERATOR00000001", "operator")
	for end := a.w.Now().Add(d); ; {
		next, ok := a.w.Next()
		if !ok || next.After(end) {
			next = end
		}
		a.must(nil, a.w.AdvanceTo(next))
		for _, d := range a.w.Deliveries() {
			plans = append(plans, a.plans(c, d.Body)...)
			a.must(nil, a.w.Ack(d.ID))
		}
		if !next.Before(end) {
			return plans
		}
	}
}

func (a attacker) plans(c *actiontest.AWS, message []byte) (out []string) {
	contents, err := event.Unwrap(message)
	a.must(nil, err)
	e, err := event.Decode(contents[0].Record)
	a.must(nil, err)
	for _, d := range playbooks.All() {
		if d.Marks() {
			continue // of other themes, and no answer to an attack
		}
		if !slices.Contains(d.Calls(), call.OfEvent(e)) {
			continue
		}
		b, err := d.Default()
		a.must(nil, err)
		leads, err := b.Suspects(e)
		a.must(nil, err)
		for _, l := range leads {
			found, err := b.Check(context.Background(), playbook.In{AWS: c.Reads(), Now: a.w.Now(), History: playbook.History{Recall: playbook.Nothing}}, "c_1", l)
			a.must(nil, err)
			for _, p := range found {
				out = append(out, e.Name+" "+playbooktest.Lines(p))
			}
		}
	}
	return out
}

func expect(t *testing.T, got []string, want ...string) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%d plans, want %d:\n%s", len(got), len(want), strings.Join(got, "\n"))
	}
	for i := range want {
		if !strings.HasPrefix(got[i], want[i]) {
			t.Errorf("plan %d:\n%s\nwant it to begin with\n%s", i, got[i], want[i])
		}
	}
}

// Seed 000: a new version with a public image, the default moved to it, and the group launches.
func TestTheConfusedDeputyIsSeenTwice(t *testing.T) {
	a := attack(t)
	a.must(a.ec2.CreateLaunchTemplateVersion(t.Context(), &ec2.CreateLaunchTemplateVersionInput{
		LaunchTemplateName: aws.String("sound"), SourceVersion: aws.String("1"),
		LaunchTemplateData: &types.RequestLaunchTemplateData{ImageId: aws.String("ami-0aaaaaaaaaaaaaaaa")},
	}))
	expect(t, a.seen(6*time.Second)) // nothing follows that version yet
	a.must(a.ec2.ModifyLaunchTemplate(t.Context(), &ec2.ModifyLaunchTemplateInput{LaunchTemplateName: aws.String("sound"), DefaultVersion: aws.String("2")}))
	expect(t, a.seen(6*time.Second), "ModifyLaunchTemplate launch-template lt-0sound: launch template sound version 2 "+public+"\n  ec2.default-version lt-0sound")
	a.must(a.scaling.SetDesiredCapacity(t.Context(), &autoscaling.SetDesiredCapacityInput{AutoScalingGroupName: aws.String("web"), DesiredCapacity: aws.Int32(1)}))
	expect(t, a.seen(90*time.Second), "RunInstances group web: instance i-0")
}

// What the world writes into its records is what the playbooks read of them, for each trigger.
func TestEveryTriggerIsReadAsItIsWritten(t *testing.T) {
	for _, c := range []struct {
		name, want string
		do         func(attacker)
	}{
		{"CreateLaunchTemplate", "", func(a attacker) { // nobody follows a new template yet
			a.must(a.ec2.CreateLaunchTemplate(a.t.Context(), &ec2.CreateLaunchTemplateInput{
				LaunchTemplateName: aws.String("new"), LaunchTemplateData: &types.RequestLaunchTemplateData{ImageId: aws.String("ami-0aaaaaaaaaaaaaaaa")},
			}))
		}},
		{"CreateLaunchTemplateVersion", "launch-template lt-0latest: ", func(a attacker) {
			a.must(a.ec2.CreateLaunchTemplateVersion(a.t.Context(), &ec2.CreateLaunchTemplateVersionInput{
				LaunchTemplateId: aws.String("lt-0latest"), LaunchTemplateData: &types.RequestLaunchTemplateData{ImageId: aws.String("ami-0aaaaaaaaaaaaaaaa")},
			}))
		}},
		{"UpdateAutoScalingGroup", "launch-template lt-0pinned: ", func(a attacker) {
			a.must(a.scaling.UpdateAutoScalingGroup(a.t.Context(), &autoscaling.UpdateAutoScalingGroupInput{
				AutoScalingGroupName: aws.String("web"), LaunchTemplate: &scaling.LaunchTemplateSpecification{LaunchTemplateId: aws.String("lt-0pinned"), Version: aws.String("2")},
			}))
		}},
		{"UpdateAutoScalingGroup", "launch-configuration bad: ", func(a attacker) {
			a.must(a.scaling.UpdateAutoScalingGroup(a.t.Context(), &autoscaling.UpdateAutoScalingGroupInput{
				AutoScalingGroupName: aws.String("web"), LaunchConfigurationName: aws.String("bad"),
			}))
		}},
		{"CreateAutoScalingGroup", "launch-template lt-0idle: ", func(a attacker) {
			a.must(a.scaling.CreateAutoScalingGroup(a.t.Context(), &autoscaling.CreateAutoScalingGroupInput{
				AutoScalingGroupName: aws.String("new"), MinSize: aws.Int32(0), MaxSize: aws.Int32(1), VPCZoneIdentifier: aws.String("subnet-1"),
				LaunchTemplate: &scaling.LaunchTemplateSpecification{LaunchTemplateName: aws.String("idle")},
			}))
		}},
		{"PutParameter", "launch-template lt-0byname: ", func(a attacker) {
			a.must(a.ssm.PutParameter(a.t.Context(), &ssm.PutParameterInput{
				Name: aws.String("/moved"), Value: aws.String("ami-0aaaaaaaaaaaaaaaa"), Type: ssmtypes.ParameterTypeString, Overwrite: aws.Bool(true),
			}))
		}},
		{"UpdateAutoScalingGroup", "group web: group web " + public + "\n  autoscaling.suspend web", func(a attacker) {
			a.must(a.scaling.UpdateAutoScalingGroup(a.t.Context(), &autoscaling.UpdateAutoScalingGroupInput{AutoScalingGroupName: aws.String("web"), MixedInstancesPolicy: overriding()}))
		}},
		{"StartInstanceRefresh", "group steady: group steady " + public + "\n  autoscaling.suspend steady", func(a attacker) {
			a.must(a.scaling.StartInstanceRefresh(a.t.Context(), &autoscaling.StartInstanceRefreshInput{
				AutoScalingGroupName: aws.String("steady"), DesiredConfiguration: &scaling.DesiredConfiguration{MixedInstancesPolicy: overriding()},
			}))
		}},
		{"StartInstanceRefresh", "group steady: group steady " + public + "\n  autoscaling.suspend steady", func(a attacker) {
			a.must(a.scaling.StartInstanceRefresh(a.t.Context(), &autoscaling.StartInstanceRefreshInput{
				AutoScalingGroupName: aws.String("steady"), DesiredConfiguration: &scaling.DesiredConfiguration{
					LaunchTemplate: &scaling.LaunchTemplateSpecification{LaunchTemplateName: aws.String("idle"), Version: aws.String("$Latest")},
				},
			}))
		}},
		{"StartInstanceRefresh", "", func(a attacker) { // by what the group has
			a.must(a.scaling.StartInstanceRefresh(a.t.Context(), &autoscaling.StartInstanceRefreshInput{AutoScalingGroupName: aws.String("web")}))
		}},
		{"LabelParameterVersion", "launch-template lt-0bylabel: launch template bylabel version 1 " + public + "\n  autoscaling.suspend bylabel", func(a attacker) {
			a.must(a.ssm.LabelParameterVersion(a.t.Context(), &ssm.LabelParameterVersionInput{Name: aws.String("/labelled"), ParameterVersion: aws.Int64(2), Labels: []string{"prod"}}))
		}},
		{"CreateReplaceRootVolumeTask", "instance i-0protected: instance i-0protected given the disk of ami-0aaaaaaaaaaaaaaaa: it is public\n  ec2.stop i-0protected, else ec2.terminate i-0protected ?", func(a attacker) {
			a.must(a.ec2.CreateReplaceRootVolumeTask(a.t.Context(), &ec2.CreateReplaceRootVolumeTaskInput{InstanceId: aws.String("i-0protected"), ImageId: aws.String("ami-0aaaaaaaaaaaaaaaa")}))
		}},
		{"CreateReplaceRootVolumeTask", "", func(a attacker) { // by the image of its launch
			a.must(a.ec2.CreateReplaceRootVolumeTask(a.t.Context(), &ec2.CreateReplaceRootVolumeTaskInput{InstanceId: aws.String("i-0protected")}))
		}},
		{"RunInstances", "instance i-0", func(a attacker) {
			a.must(a.ec2.RunInstances(a.t.Context(), &ec2.RunInstancesInput{ImageId: aws.String("ami-0aaaaaaaaaaaaaaaa"), MinCount: aws.Int32(1), MaxCount: aws.Int32(1)}))
		}},
		{"ModifyInstanceAttribute", "user operator: ", func(a attacker) {
			a.must(a.ec2.ModifyInstanceAttribute(a.t.Context(), &ec2.ModifyInstanceAttributeInput{
				InstanceId: aws.String("i-0protected"), Attribute: types.InstanceAttributeNameDisableApiTermination, Value: aws.String("false"),
			}))
		}},
		{"ModifyInstanceAttribute", "user operator: ", func(a attacker) {
			a.must(a.ec2.ModifyInstanceAttribute(a.t.Context(), &ec2.ModifyInstanceAttributeInput{
				InstanceId: aws.String("i-0protected"), DisableApiStop: &types.AttributeBooleanValue{Value: aws.Bool(false)},
			}))
		}},
	} {
		t.Run(c.name+" "+c.want, func(t *testing.T) {
			a := attack(t)
			c.do(a)
			if got := a.seen(6 * time.Second); c.want == "" {
				expect(t, got)
			} else {
				expect(t, got, c.name+" "+c.want)
			}
		})
	}
}

// overriding is a policy on a sound template, whose override names another image.
func overriding() *scaling.MixedInstancesPolicy {
	return &scaling.MixedInstancesPolicy{LaunchTemplate: &scaling.LaunchTemplate{
		LaunchTemplateSpecification: &scaling.LaunchTemplateSpecification{LaunchTemplateName: aws.String("sound")},
		Overrides:                   []scaling.LaunchTemplateOverrides{{InstanceType: aws.String("m7g.large"), ImageId: aws.String("ami-0aaaaaaaaaaaaaaaa")}},
	}}
}

// What an override launches is answered like any launch, at its source.
func TestAGroupThatLaunchesByAnOverrideIsStopped(t *testing.T) {
	a := attack(t)
	a.must(a.scaling.UpdateAutoScalingGroup(t.Context(), &autoscaling.UpdateAutoScalingGroupInput{
		AutoScalingGroupName: aws.String("steady"), MixedInstancesPolicy: overriding(), DesiredCapacity: aws.Int32(1),
	}))
	plans := a.seen(20 * time.Second)
	expect(t, plans[:1], "UpdateAutoScalingGroup group steady: group steady "+public+"\n  autoscaling.suspend steady")
	if last := plans[len(plans)-1]; !strings.HasPrefix(last, "RunInstances group steady: ") || !strings.Contains(last, "\n  autoscaling.suspend steady !\n  ec2.terminate i-0") {
		t.Errorf("of the launch: %s", last)
	}
}

// A launch of many is recorded without its answer, and found by its token.
func TestAHundredInstancesAtOnce(t *testing.T) {
	a := attack(t)
	a.must(a.ec2.RunInstances(t.Context(), &ec2.RunInstancesInput{ImageId: aws.String("ami-0aaaaaaaaaaaaaaaa"), MinCount: aws.Int32(100), MaxCount: aws.Int32(100)}))
	if got := a.seen(6 * time.Second); len(got) != 100 {
		t.Errorf("%d plans, want one for each of 100 instances", len(got))
	}
}
