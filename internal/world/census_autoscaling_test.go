package world_test

import (
	"maps"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"github.com/ripostehq/riposte/internal/world"
)

func autoScalingExercise() exercise {
	unrecorded := because(nobodyRecorded, "autoscaling", "AttachInstances DeleteAutoScalingGroup DetachInstances EnterStandby ExitStandby ResumeProcesses "+
		"SetDesiredCapacity StartInstanceRefresh SuspendProcesses TerminateInstanceInAutoScalingGroup UpdateAutoScalingGroup")
	maps.Copy(unrecorded, because(documented, "autoscaling", "CreateLaunchConfiguration"))
	return exercise{estate: shop, run: everyAutoScalingCall, unrecorded: unrecorded}
}

func everyAutoScalingCall(t *testing.T, w *world.World) {
	ctx, a := t.Context(), autoscaling.NewFromConfig(w.Config(ireland, mallory))
	done := mustDo(t)
	one, group := aws.Int32(1), aws.String("web")
	done(a.CreateAutoScalingGroup(ctx, &autoscaling.CreateAutoScalingGroupInput{
		AutoScalingGroupName: aws.String("second"), MinSize: aws.Int32(0), MaxSize: one,
		LaunchTemplate: &types.LaunchTemplateSpecification{LaunchTemplateName: aws.String("web")},
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
	done(a.DescribeAutoScalingGroups(ctx, &autoscaling.DescribeAutoScalingGroupsInput{}))
	done(a.DescribeLaunchConfigurations(ctx, &autoscaling.DescribeLaunchConfigurationsInput{}))
	done(a.DescribeInstanceRefreshes(ctx, &autoscaling.DescribeInstanceRefreshesInput{AutoScalingGroupName: group}))
}
