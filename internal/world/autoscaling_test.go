package world_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"

	"github.com/ripostehq/riposte/internal/world"
)

// web reads the group of the tests' estate.
func web(t *testing.T, w *world.World) types.AutoScalingGroup {
	t.Helper()
	out, err := autoscaling.NewFromConfig(w.Config(ireland, mallory)).DescribeAutoScalingGroups(context.Background(),
		&autoscaling.DescribeAutoScalingGroupsInput{AutoScalingGroupNames: []string{"web"}})
	if err != nil || len(out.AutoScalingGroups) != 1 {
		t.Fatalf("describe the group: %+v, %v", out, err)
	}
	return out.AutoScalingGroups[0]
}

func images(g types.AutoScalingGroup) []string {
	var ids []string
	for _, i := range g.Instances {
		ids = append(ids, aws.ToString(i.ImageId))
	}
	return ids
}

func stop(t *testing.T, w *world.World, id string) {
	t.Helper()
	_, err := ec2.NewFromConfig(w.Config(ireland, mallory)).StopInstances(context.Background(), &ec2.StopInstancesInput{InstanceIds: []string{id}})
	if err != nil {
		t.Fatal(err)
	}
}

func suspend(t *testing.T, w *world.World, processes ...string) {
	t.Helper()
	_, err := autoscaling.NewFromConfig(w.Config(ireland, mallory)).SuspendProcesses(context.Background(),
		&autoscaling.SuspendProcessesInput{AutoScalingGroupName: aws.String("web"), ScalingProcesses: processes})
	if err != nil {
		t.Fatal(err)
	}
}

// Seed 000: a new version with a public image, the default moved, the running instance stopped; the group is the
// confused deputy that launches from it.
func TestAGroupReplacesAStoppedInstanceFromItsTemplatesDefaultVersion(t *testing.T) {
	w := made(t, world.Options{})
	ctx, client := context.Background(), ec2.NewFromConfig(w.Config(ireland, mallory))
	_, err := client.CreateLaunchTemplateVersion(ctx, &ec2.CreateLaunchTemplateVersionInput{
		LaunchTemplateName: aws.String("web"), SourceVersion: aws.String("$Latest"),
		LaunchTemplateData: &ec2types.RequestLaunchTemplateData{ImageId: aws.String("ami-0aaaaaaaaaaaaaaaa")},
	})
	if err != nil {
		t.Fatal(err)
	}
	_, err = client.ModifyLaunchTemplate(ctx, &ec2.ModifyLaunchTemplateInput{LaunchTemplateName: aws.String("web"), DefaultVersion: aws.String("2")})
	if err != nil {
		t.Fatal(err)
	}
	victim := *web(t, w).Instances[0].InstanceId
	stop(t, w, victim)
	pass(t, w, 59*time.Second)
	if diff := cmp.Diff([]string{"ami-0bbbbbbbbbbbbbbbb", "ami-0bbbbbbbbbbbbbbbb"}, images(web(t, w))); diff != "" {
		t.Errorf("replaced before its time: %s", diff)
	}
	pass(t, w, 10*time.Second)
	if diff := cmp.Diff([]string{"ami-0bbbbbbbbbbbbbbbb", "ami-0aaaaaaaaaaaaaaaa"}, images(web(t, w))); diff != "" {
		t.Errorf("the group holds %s", diff)
	}
	all := delivered(t, w)
	want := []string{"CreateLaunchTemplateVersion", "ModifyLaunchTemplate", "StopInstances", "TerminateInstances", "RunInstances"}
	if diff := cmp.Diff(want, names(all)); diff != "" {
		t.Fatalf("recorded %s", diff)
	}
	launch := all[4]
	if launch.UserIdentity["invokedBy"] != "autoscaling.amazonaws.com" || launch.SourceIPAddress != "autoscaling.amazonaws.com" {
		t.Errorf("launched by %v from %s, want the service", launch.UserIdentity, launch.SourceIPAddress)
	}
	asked := launch.RequestParameters["instancesSet"].(map[string]any)["items"].([]any)[0].(map[string]any)
	got := launch.ResponseElements["instancesSet"].(map[string]any)["items"].([]any)[0].(map[string]any)
	if asked["imageId"] != nil || got["imageId"] != "ami-0aaaaaaaaaaaaaaaa" {
		t.Errorf("the request names image %v, the response %v: want it in the response alone", asked["imageId"], got["imageId"])
	}
	tags := map[any]any{}
	for _, x := range got["tagSet"].(map[string]any)["items"].([]any) {
		tags[x.(map[string]any)["key"]] = x.(map[string]any)["value"]
	}
	if tags["aws:autoscaling:groupName"] != "web" || tags["aws:ec2launchtemplate:version"] != "2" || tags["Name"] != "web" {
		t.Errorf("launched with tags %v", tags)
	}
}

func TestSuspendedProcessesKeepAGroupFromReplacing(t *testing.T) {
	for _, c := range []struct {
		suspended      string
		after, resumed int    // members
		victim         string // what became of the stopped instance
	}{
		{"Launch", 1, 2, "terminated"},
		{"Terminate", 2, 2, "stopped"},
		{"HealthCheck", 2, 2, "stopped"},
		{"ReplaceUnhealthy", 2, 2, "stopped"},
	} {
		t.Run(c.suspended, func(t *testing.T) {
			w := made(t, world.Options{})
			suspend(t, w, c.suspended)
			victim := *web(t, w).Instances[0].InstanceId
			stop(t, w, victim)
			pass(t, w, 5*time.Minute)
			g := web(t, w)
			if got := state(t, w, victim); len(g.Instances) != c.after || string(got) != c.victim {
				t.Fatalf("%d members, the stopped one is %s: want %d, %s", len(g.Instances), got, c.after, c.victim)
			}
			_, err := autoscaling.NewFromConfig(w.Config(ireland, mallory)).ResumeProcesses(context.Background(),
				&autoscaling.ResumeProcessesInput{AutoScalingGroupName: aws.String("web")})
			if err != nil {
				t.Fatal(err)
			}
			pass(t, w, time.Minute)
			if g = web(t, w); len(g.Instances) != c.resumed || aws.ToString(g.Instances[0].InstanceId) == victim || len(g.SuspendedProcesses) != 0 {
				t.Errorf("resumed, the group holds %+v", g.Instances)
			}
			if got := state(t, w, victim); got != "terminated" {
				t.Errorf("resumed, the stopped instance is %s", got)
			}
		})
	}
}

func TestProtectionDoesNotBindAGroup(t *testing.T) {
	w := made(t, world.Options{})
	victim := *web(t, w).Instances[0].InstanceId
	_, err := ec2.NewFromConfig(w.Config(ireland, mallory)).ModifyInstanceAttribute(context.Background(), &ec2.ModifyInstanceAttributeInput{
		InstanceId: aws.String(victim), Attribute: ec2types.InstanceAttributeNameDisableApiTermination, Value: aws.String("true"),
	})
	if err != nil {
		t.Fatal(err)
	}
	_, err = autoscaling.NewFromConfig(w.Config(ireland, mallory)).TerminateInstanceInAutoScalingGroup(context.Background(),
		&autoscaling.TerminateInstanceInAutoScalingGroupInput{InstanceId: aws.String(victim), ShouldDecrementDesiredCapacity: aws.Bool(true)})
	if err != nil {
		t.Fatal(err)
	}
	pass(t, w, time.Minute)
	if got := state(t, w, victim); got != "terminated" || len(web(t, w).Instances) != 1 {
		t.Errorf("the protected instance is %s in %+v", got, web(t, w).Instances)
	}
}

func TestStandbyAndBack(t *testing.T) {
	w := made(t, world.Options{})
	ctx, client := context.Background(), autoscaling.NewFromConfig(w.Config(ireland, mallory))
	ids := []string{*web(t, w).Instances[0].InstanceId}
	_, err := client.EnterStandby(ctx, &autoscaling.EnterStandbyInput{
		AutoScalingGroupName: aws.String("web"), InstanceIds: ids, ShouldDecrementDesiredCapacity: aws.Bool(true),
	})
	if err != nil {
		t.Fatal(err)
	}
	stop(t, w, ids[0])
	pass(t, w, 5*time.Minute)
	g := web(t, w)
	if len(g.Instances) != 2 || g.Instances[0].LifecycleState != types.LifecycleStateStandby || *g.DesiredCapacity != 1 || state(t, w, ids[0]) != "stopped" {
		t.Errorf("an instance in standby was not left alone: %+v", g.Instances)
	}
	suspend(t, w, "Launch")
	exit := &autoscaling.ExitStandbyInput{AutoScalingGroupName: aws.String("web"), InstanceIds: ids}
	if _, err := client.ExitStandby(ctx, exit); code(err) != "ValidationError" {
		t.Errorf("out of standby while Launch is suspended: %v", err)
	}
	if _, err := client.ResumeProcesses(ctx, &autoscaling.ResumeProcessesInput{AutoScalingGroupName: aws.String("web")}); err != nil {
		t.Fatal(err)
	}
	if _, err := client.ExitStandby(ctx, exit); err != nil {
		t.Fatal(err)
	}
	if g = web(t, w); *g.DesiredCapacity != 2 || g.Instances[0].LifecycleState != types.LifecycleStateInService {
		t.Errorf("back from standby: %+v", g.Instances)
	}
}

func TestCapacityFollowsAChangeAtOnce(t *testing.T) {
	w := made(t, world.Options{})
	ctx, client := context.Background(), autoscaling.NewFromConfig(w.Config(ireland, mallory))
	for _, n := range []int32{4, 1} {
		_, err := client.SetDesiredCapacity(ctx, &autoscaling.SetDesiredCapacityInput{AutoScalingGroupName: aws.String("web"), DesiredCapacity: aws.Int32(n)})
		if err != nil {
			t.Fatal(err)
		}
		pass(t, w, 2*time.Second)
		if g := web(t, w); len(g.Instances) != int(n) {
			t.Errorf("%d instances, want %d", len(g.Instances), n)
		}
	}
	_, err := client.SetDesiredCapacity(ctx, &autoscaling.SetDesiredCapacityInput{AutoScalingGroupName: aws.String("web"), DesiredCapacity: aws.Int32(9)})
	if code(err) != "ValidationError" {
		t.Errorf("beyond the maximum: %v", err)
	}
}

func TestAGroupIsMadeFromALaunchConfigurationAndDeletedByForce(t *testing.T) {
	w := made(t, world.Options{})
	ctx, client := context.Background(), autoscaling.NewFromConfig(w.Config(ireland, mallory))
	_, err := client.CreateLaunchConfiguration(ctx, &autoscaling.CreateLaunchConfigurationInput{
		LaunchConfigurationName: aws.String("old"), ImageId: aws.String("ami-0aaaaaaaaaaaaaaaa"), InstanceType: aws.String("t2.micro"),
	})
	if err != nil {
		t.Fatal(err)
	}
	make := &autoscaling.CreateAutoScalingGroupInput{
		AutoScalingGroupName: aws.String("batch"), LaunchConfigurationName: aws.String("old"), MinSize: aws.Int32(2), MaxSize: aws.Int32(2),
	}
	if _, err := client.CreateAutoScalingGroup(ctx, make); err != nil {
		t.Fatal(err)
	}
	if _, err := client.CreateAutoScalingGroup(ctx, make); code(err) != "AlreadyExists" {
		t.Errorf("made twice: %v", err)
	}
	pass(t, w, time.Minute)
	gone := &autoscaling.DeleteAutoScalingGroupInput{AutoScalingGroupName: aws.String("batch")}
	if _, err := client.DeleteAutoScalingGroup(ctx, gone); code(err) != "ResourceInUse" {
		t.Errorf("deleted with instances: %v", err)
	}
	gone.ForceDelete = aws.Bool(true)
	if _, err := client.DeleteAutoScalingGroup(ctx, gone); err != nil {
		t.Fatal(err)
	}
	pass(t, w, time.Minute)
	want := []string{"CreateLaunchConfiguration", "CreateAutoScalingGroup", "CreateAutoScalingGroup AlreadyExists", "RunInstances",
		"DeleteAutoScalingGroup ResourceInUse", "TerminateInstances", "DeleteAutoScalingGroup"}
	if diff := cmp.Diff(want, names(delivered(t, w))); diff != "" {
		t.Errorf("recorded %s", diff)
	}
}

func TestAGroupThatCanNotLaunchTriesAgain(t *testing.T) {
	w := made(t, world.Options{})
	ctx, client := context.Background(), ec2.NewFromConfig(w.Config(ireland, mallory))
	_, err := client.CreateLaunchTemplateVersion(ctx, &ec2.CreateLaunchTemplateVersionInput{
		LaunchTemplateName: aws.String("web"), LaunchTemplateData: &ec2types.RequestLaunchTemplateData{ImageId: aws.String("ami-0missing")},
	})
	if err != nil {
		t.Fatal(err)
	}
	_, err = client.ModifyLaunchTemplate(ctx, &ec2.ModifyLaunchTemplateInput{LaunchTemplateName: aws.String("web"), DefaultVersion: aws.String("$Latest")})
	if err != nil {
		t.Fatal(err)
	}
	_, err = client.TerminateInstances(ctx, &ec2.TerminateInstancesInput{InstanceIds: []string{*web(t, w).Instances[0].InstanceId}})
	if err != nil {
		t.Fatal(err)
	}
	pass(t, w, 130*time.Second)
	got := names(delivered(t, w))[3:]
	if diff := cmp.Diff([]string{"RunInstances Client.InvalidAMIID.NotFound", "RunInstances Client.InvalidAMIID.NotFound"}, got); diff != "" {
		t.Errorf("recorded %s", diff)
	}
}

func TestWhichVersionAGroupLaunches(t *testing.T) {
	for version, want := range map[string]string{
		"$Default": "ami-0bbbbbbbbbbbbbbbb", "$Latest": "ami-0aaaaaaaaaaaaaaaa", "1": "ami-0bbbbbbbbbbbbbbbb", "2": "ami-0aaaaaaaaaaaaaaaa",
	} {
		t.Run(version, func(t *testing.T) {
			w := made(t, world.Options{})
			ctx, cfg := context.Background(), w.Config(ireland, mallory)
			_, err := ec2.NewFromConfig(cfg).CreateLaunchTemplateVersion(ctx, &ec2.CreateLaunchTemplateVersionInput{
				LaunchTemplateName: aws.String("web"), LaunchTemplateData: &ec2types.RequestLaunchTemplateData{ImageId: aws.String("ami-0aaaaaaaaaaaaaaaa")},
			})
			if err != nil {
				t.Fatal(err)
			}
			_, err = autoscaling.NewFromConfig(cfg).UpdateAutoScalingGroup(ctx, &autoscaling.UpdateAutoScalingGroupInput{
				AutoScalingGroupName: aws.String("web"), DesiredCapacity: aws.Int32(3),
				LaunchTemplate: &types.LaunchTemplateSpecification{LaunchTemplateName: aws.String("web"), Version: aws.String(version)},
			})
			if err != nil {
				t.Fatal(err)
			}
			pass(t, w, 2*time.Second)
			if got := images(web(t, w)); len(got) != 3 || got[2] != want {
				t.Errorf("the group holds %v, want a third of %s", got, want)
			}
		})
	}
}

// AWS asks whoever names a template for a group for the right to launch from it; who only changes sizes needs none.
func TestWhoMayUpdateGroupsMayNotGiveThemATemplate(t *testing.T) {
	const scaler = `
accounts:
  - id: "111122223333"
    name: shop
    users:
      - name: scaler
        keys: [{id: AKIASCALER0000000001, secret: scaler}]
        inline: {scale: {Version: "2012-10-17", Statement: [{Effect: Allow, Action: "autoscaling:*", Resource: "*"}]}}
    regions:
      eu-west-1:
        images: [{id: ami-0bbbbbbbbbbbbbbbb, name: golden}]
        templates: [{name: web, id: lt-0cccccccccccccccc, versions: [{image: ami-0bbbbbbbbbbbbbbbb}]}]
        groups: [{name: web, template: web, min: 0, max: 4, desired: 0}]
`
	w, err := world.New([]byte(scaler), world.Options{})
	if err != nil {
		t.Fatal(err)
	}
	client := autoscaling.NewFromConfig(w.Config(ireland, aws.Credentials{AccessKeyID: "AKIASCALER0000000001", SecretAccessKey: "scaler"}))
	update := func(in autoscaling.UpdateAutoScalingGroupInput) error {
		in.AutoScalingGroupName = aws.String("web")
		_, err := client.UpdateAutoScalingGroup(t.Context(), &in)
		return err
	}
	if err := update(autoscaling.UpdateAutoScalingGroupInput{MaxSize: aws.Int32(5)}); err != nil {
		t.Errorf("sizes: %v", err)
	}
	var api smithy.APIError
	err = update(autoscaling.UpdateAutoScalingGroupInput{LaunchTemplate: &types.LaunchTemplateSpecification{LaunchTemplateName: aws.String("web"), Version: aws.String("1")}})
	if !errors.As(err, &api) || api.ErrorCode() != "AccessDenied" {
		t.Errorf("the template: %v, want AccessDenied", err)
	}
}
