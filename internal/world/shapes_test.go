package world_test

import (
	"bufio"
	"context"
	"encoding/json"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	astypes "github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/securityhub"
	hubtypes "github.com/aws/aws-sdk-go-v2/service/securityhub/types"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	ssmtypes "github.com/aws/aws-sdk-go-v2/service/ssm/types"
	"github.com/google/go-cmp/cmp"

	"github.com/ripostehq/riposte/internal/world"
)

// mustDo takes the two results of a call that has to succeed.
func mustDo(t *testing.T) func(any, error) {
	return func(_ any, err error) {
		t.Helper()
		if err != nil {
			t.Error(err)
		}
	}
}

// everyWrite makes each change that the world knows outside IAM, in its spellings, and some that are refused.
func everyWrite(t *testing.T, w *world.World) {
	t.Helper()
	ctx, cfg := context.Background(), w.Config(ireland, mallory)
	e, done := ec2.NewFromConfig(cfg), mustDo(t)
	one, off := aws.Int32(1), &types.AttributeBooleanValue{Value: aws.Bool(false)}
	id := aws.String("i-0elsewhere")
	run := &ec2.RunInstancesInput{
		ImageId: aws.String("ami-0aaaaaaaaaaaaaaaa"), InstanceType: "t3.micro", KeyName: aws.String("key"), MinCount: one, MaxCount: one,
		SecurityGroupIds: []string{"sg-0isolated"}, SubnetId: aws.String("subnet-1"), InstanceInitiatedShutdownBehavior: types.ShutdownBehaviorStop,
		IamInstanceProfile: &types.IamInstanceProfileSpecification{Name: aws.String("web")},
		TagSpecifications:  []types.TagSpecification{{ResourceType: types.ResourceTypeInstance, Tags: []types.Tag{{Key: aws.String("Name"), Value: aws.String("x")}}}},
	}
	done(e.RunInstances(ctx, run))
	if _, err := e.RunInstances(ctx, &ec2.RunInstancesInput{ImageId: aws.String("ami-0missing"), MinCount: one, MaxCount: one}); err == nil {
		t.Error("launched from an image that is not there")
	}
	for _, m := range []*ec2.ModifyInstanceAttributeInput{
		{InstanceId: id, DisableApiTermination: off},
		{InstanceId: id, Attribute: types.InstanceAttributeNameDisableApiTermination, Value: aws.String("false")},
	} {
		done(e.ModifyInstanceAttribute(ctx, m))
	}
	done(e.StopInstances(ctx, &ec2.StopInstancesInput{InstanceIds: []string{*id}}))
	pass(t, w, time.Minute)
	done(e.StartInstances(ctx, &ec2.StartInstancesInput{InstanceIds: []string{*id}}))
	done(e.TerminateInstances(ctx, &ec2.TerminateInstancesInput{InstanceIds: []string{*id}}))
	done(e.CreateTags(ctx, &ec2.CreateTagsInput{Resources: []string{"i-0neighbour"}, Tags: []types.Tag{{Key: aws.String("k"), Value: aws.String("v")}}}))
	data := &types.RequestLaunchTemplateData{ImageId: aws.String("ami-0aaaaaaaaaaaaaaaa"), InstanceType: "t3.micro"}
	done(e.CreateLaunchTemplate(ctx, &ec2.CreateLaunchTemplateInput{LaunchTemplateName: aws.String("other"), LaunchTemplateData: data}))
	done(e.CreateLaunchTemplateVersion(ctx, &ec2.CreateLaunchTemplateVersionInput{LaunchTemplateName: aws.String("other"), LaunchTemplateData: data}))
	done(e.ModifyLaunchTemplate(ctx, &ec2.ModifyLaunchTemplateInput{LaunchTemplateName: aws.String("other"), DefaultVersion: aws.String("2")}))
	nets, err := e.DescribeNetworkInterfaces(ctx, &ec2.DescribeNetworkInterfacesInput{})
	done(nets, err)
	done(e.ModifyNetworkInterfaceAttribute(ctx, &ec2.ModifyNetworkInterfaceAttributeInput{
		NetworkInterfaceId: nets.NetworkInterfaces[0].NetworkInterfaceId, Groups: []string{"sg-0isolated"},
	}))
	golden := aws.String("ami-0bbbbbbbbbbbbbbbb")
	done(e.ModifyImageAttribute(ctx, &ec2.ModifyImageAttributeInput{ImageId: golden, LaunchPermission: &types.LaunchPermissionModifications{Add: []types.LaunchPermission{{UserId: aws.String("444455556666")}}}}))
	done(e.DeregisterImage(ctx, &ec2.DeregisterImageInput{ImageId: golden}))
	done(e.CreateReplaceRootVolumeTask(ctx, &ec2.CreateReplaceRootVolumeTaskInput{InstanceId: aws.String("i-0neighbour"), ImageId: aws.String("ami-0aaaaaaaaaaaaaaaa")}))
	everyGroupWrite(t, w)
	everyFleetWrite(t, w)

	done(ssm.NewFromConfig(cfg).PutParameter(ctx, &ssm.PutParameterInput{
		Name: aws.String("/other"), Value: aws.String("x"), Type: ssmtypes.ParameterTypeString, Overwrite: aws.Bool(true), Tier: ssmtypes.ParameterTierStandard,
		AllowedPattern: aws.String(".*"), Tags: []ssmtypes.Tag{{Key: aws.String("k"), Value: aws.String("v")}},
	}))
	done(ssm.NewFromConfig(cfg).LabelParameterVersion(ctx, &ssm.LabelParameterVersionInput{Name: aws.String("/other"), Labels: []string{"prod"}}))
	text := aws.String("x") // the world refuses it, finding by finding, which is an answer all the same
	done(securityhub.NewFromConfig(cfg).BatchImportFindings(ctx, &securityhub.BatchImportFindingsInput{Findings: []hubtypes.AwsSecurityFinding{{
		SchemaVersion: text, Id: text, ProductArn: text, GeneratorId: text, AwsAccountId: text, CreatedAt: text, UpdatedAt: text, Title: text,
		Description: text, Resources: []hubtypes.Resource{{Id: text, Type: text}},
	}}}))
	pass(t, w, 2*time.Minute)
}

// everyGroupWrite makes each change that the world knows of groups.
func everyGroupWrite(t *testing.T, w *world.World) {
	t.Helper()
	ctx, a := context.Background(), autoscaling.NewFromConfig(w.Config(ireland, mallory))
	done := mustDo(t)
	one, group := aws.Int32(1), aws.String("web")
	done(a.CreateAutoScalingGroup(ctx, &autoscaling.CreateAutoScalingGroupInput{
		AutoScalingGroupName: aws.String("second"), MinSize: aws.Int32(0), MaxSize: one,
		LaunchTemplate: &astypes.LaunchTemplateSpecification{LaunchTemplateName: aws.String("other")},
	}))
	done(a.CreateLaunchConfiguration(ctx, &autoscaling.CreateLaunchConfigurationInput{
		LaunchConfigurationName: aws.String("old"), ImageId: aws.String("ami-0aaaaaaaaaaaaaaaa"), InstanceType: aws.String("t2.micro"), KeyName: aws.String("key"),
		SecurityGroups: []string{"sg-0isolated"},
	}))
	done(a.UpdateAutoScalingGroup(ctx, &autoscaling.UpdateAutoScalingGroupInput{AutoScalingGroupName: aws.String("second"), LaunchConfigurationName: aws.String("old")}))
	done(a.SetDesiredCapacity(ctx, &autoscaling.SetDesiredCapacityInput{AutoScalingGroupName: aws.String("second"), DesiredCapacity: one}))
	done(a.DeleteAutoScalingGroup(ctx, &autoscaling.DeleteAutoScalingGroupInput{AutoScalingGroupName: aws.String("second"), ForceDelete: aws.Bool(true)}))
	done(a.StartInstanceRefresh(ctx, &autoscaling.StartInstanceRefreshInput{AutoScalingGroupName: group}))
	members := web(t, w).Instances
	done(a.EnterStandby(ctx, &autoscaling.EnterStandbyInput{
		AutoScalingGroupName: group, InstanceIds: []string{*members[0].InstanceId}, ShouldDecrementDesiredCapacity: aws.Bool(true),
	}))
	done(a.ExitStandby(ctx, &autoscaling.ExitStandbyInput{AutoScalingGroupName: group, InstanceIds: []string{*members[0].InstanceId}}))
	done(a.SuspendProcesses(ctx, &autoscaling.SuspendProcessesInput{AutoScalingGroupName: group, ScalingProcesses: []string{"Launch"}}))
	done(a.ResumeProcesses(ctx, &autoscaling.ResumeProcessesInput{AutoScalingGroupName: group, ScalingProcesses: []string{"Launch"}}))
	done(a.DetachInstances(ctx, &autoscaling.DetachInstancesInput{
		AutoScalingGroupName: group, InstanceIds: []string{*members[0].InstanceId}, ShouldDecrementDesiredCapacity: aws.Bool(true),
	}))
	done(a.AttachInstances(ctx, &autoscaling.AttachInstancesInput{AutoScalingGroupName: group, InstanceIds: []string{*members[0].InstanceId}}))
	done(a.TerminateInstanceInAutoScalingGroup(ctx, &autoscaling.TerminateInstanceInAutoScalingGroupInput{
		InstanceId: members[0].InstanceId, ShouldDecrementDesiredCapacity: aws.Bool(false),
	}))

}

// shape is what is known of one call's recorded records: how often each path was seen, by type.
type shape map[string]map[string]string

// recordedEverywhere reads the recorded shapes of all calls by source and name; under "" those of all calls together.
func recordedEverywhere(t *testing.T) map[string]shape {
	t.Helper()
	f, err := os.Open("../../../shared/shapes.tsv")
	if err != nil {
		t.Skip("no recorded shapes beside the repository")
	}
	defer f.Close()
	all := map[string]shape{"": {}}
	for lines := bufio.NewScanner(f); lines.Scan(); {
		c := strings.Split(lines.Text(), "\t") // source, name, records, path, type, seen
		for _, call := range []string{"", c[0] + " " + c[1]} {
			if all[call] == nil {
				all[call] = shape{}
			}
			if all[call][c[3]] == nil {
				all[call][c[3]] = map[string]string{}
			}
			all[call][c[3]][c[4]] = c[5]
		}
	}
	return all
}

// always are the paths that every recorded request, and every recorded response, of a call has.
func (s shape) always() []string {
	var paths []string
	for path, kinds := range s {
		for _, half := range []string{"requestParameters", "responseElements"} {
			for _, seen := range kinds {
				if strings.HasPrefix(path, half+".") && seen == s[half]["object"] {
					paths = append(paths, path)
				}
			}
		}
	}
	return paths
}

// neverRecorded are the calls whose records the world writes by analogy.
func neverRecorded() []string {
	return []string{
		"autoscaling.amazonaws.com AttachInstances",
		"autoscaling.amazonaws.com CreateLaunchConfiguration",
		"autoscaling.amazonaws.com DeleteAutoScalingGroup",
		"autoscaling.amazonaws.com DetachInstances",
		"autoscaling.amazonaws.com EnterStandby",
		"autoscaling.amazonaws.com ExitStandby",
		"autoscaling.amazonaws.com ResumeProcesses",
		"autoscaling.amazonaws.com SetDesiredCapacity",
		"autoscaling.amazonaws.com StartInstanceRefresh",
		"autoscaling.amazonaws.com SuspendProcesses",
		"autoscaling.amazonaws.com TerminateInstanceInAutoScalingGroup",
		"autoscaling.amazonaws.com UpdateAutoScalingGroup",
		"ec2.amazonaws.com CancelSpotInstanceRequests",
		"ec2.amazonaws.com CreateFleet",
		"ec2.amazonaws.com CreateLaunchTemplateVersion",
		"ec2.amazonaws.com CreateReplaceRootVolumeTask",
		"ec2.amazonaws.com DeregisterImage",
		"ec2.amazonaws.com ModifyFleet",
		"ec2.amazonaws.com ModifyLaunchTemplate",
		"ec2.amazonaws.com ModifyNetworkInterfaceAttribute",
		"ec2.amazonaws.com ModifySpotFleetRequest",
		"ec2.amazonaws.com RequestSpotFleet",
		"ec2.amazonaws.com RequestSpotInstances",
		"securityhub.amazonaws.com BatchImportFindings",
		"ssm.amazonaws.com LabelParameterVersion",
	}
}

// unlike are paths that no recorded record of their call has: the list leaves out messages and what lies deeper than six
// names, and knows no launch by a template.
func unlike() []string {
	deep := "RunInstances responseElements.instancesSet.items[].networkInterfaceSet.items[]."
	return []string{
		"RunInstances errorMessage string",
		"RunInstances requestParameters.launchTemplate object",
		"RunInstances requestParameters.launchTemplate.launchTemplateId string",
		"RunInstances requestParameters.launchTemplate.version string",
		deep + "groupSet.items[] object",
		deep + "groupSet.items[].groupId string",
		deep + "groupSet.items[].groupName string",
		deep + "privateIpAddressesSet.item[] object",
		deep + "privateIpAddressesSet.item[].primary bool",
		deep + "privateIpAddressesSet.item[].privateIpAddress string",
	}
}

func TestRecordsHaveTheShapesOfRecordedOnes(t *testing.T) {
	recorded := recordedEverywhere(t)
	w := made(t, world.Options{})
	everyWrite(t, w)
	emitted, unseen, extra := map[string]map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, d := range w.Deliveries() {
		var envelope struct{ Detail map[string]any }
		if err := json.Unmarshal(d.Body, &envelope); err != nil {
			t.Fatal(err)
		}
		call := envelope.Detail["eventSource"].(string) + " " + envelope.Detail["eventName"].(string)
		if emitted[call] == nil {
			emitted[call] = map[string]bool{}
		}
		paths := map[string]string{}
		flattened("", envelope.Detail, paths)
		for path, kind := range paths {
			emitted[call][path] = true
			like := recorded[call]
			if ofCall := strings.HasPrefix(path, "requestParameters.") || strings.HasPrefix(path, "responseElements."); !ofCall || like == nil {
				like = recorded[""]
			}
			if recorded[call] == nil {
				unseen[call] = true
			} else if like[path][kind] == "" && !known(path) {
				extra[envelope.Detail["eventName"].(string)+" "+path+" "+kind] = true
			}
		}
	}
	lacking := map[string]bool{}
	for call, paths := range emitted {
		for _, path := range recorded[call].always() {
			if !paths[path] {
				lacking[strings.Fields(call)[1]+" "+path] = true
			}
		}
	}
	for _, c := range []struct {
		what      string
		want, got []string
	}{
		{"calls that nobody recorded", neverRecorded(), slices.Sorted(maps.Keys(unseen))},
		{"paths that no recorded one has", unlike(), slices.Sorted(maps.Keys(extra))},
		{"paths that recorded ones always have and the world's lack", nil, slices.Sorted(maps.Keys(lacking))},
	} {
		if diff := cmp.Diff(c.want, c.got); diff != "" {
			t.Errorf("%s: %s", c.what, diff)
		}
	}
}
