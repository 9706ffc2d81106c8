package world

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
)

const autoScalingReference = "https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_"

// unrecorded marks a record's shape that nobody here has seen recorded.
const unrecorded = "; record: by the service's usual spelling, unverified"

func groupOperations() []operation {
	return []operation{
		define(spec[autoscaling.CreateAutoScalingGroupInput, autoscaling.CreateAutoScalingGroupOutput]{
			name: "autoscaling.CreateAutoScalingGroup", write: true, basis: autoScalingReference + "CreateAutoScalingGroup.html; record: a recorded one",
			knows: "AutoScalingGroupName MinSize MaxSize DesiredCapacity LaunchTemplate LaunchConfigurationName MixedInstancesPolicy VPCZoneIdentifier Tags",
			needs: func(c *call, in *autoscaling.CreateAutoScalingGroupInput) []need {
				return append(c.onGroup(in.AutoScalingGroupName), c.toLaunchFrom(in.LaunchTemplate)...)
			},
			do: createAutoScalingGroup,
		}),
		define(spec[autoscaling.UpdateAutoScalingGroupInput, autoscaling.UpdateAutoScalingGroupOutput]{
			name: "autoscaling.UpdateAutoScalingGroup", write: true, basis: autoScalingReference + "UpdateAutoScalingGroup.html" + unrecorded,
			knows: "AutoScalingGroupName MinSize MaxSize DesiredCapacity LaunchTemplate LaunchConfigurationName MixedInstancesPolicy VPCZoneIdentifier",
			needs: func(c *call, in *autoscaling.UpdateAutoScalingGroupInput) []need {
				return append(c.onGroup(in.AutoScalingGroupName), c.toLaunchFrom(in.LaunchTemplate)...)
			},
			do: updateAutoScalingGroup,
		}),
		define(spec[autoscaling.SetDesiredCapacityInput, autoscaling.SetDesiredCapacityOutput]{
			name: "autoscaling.SetDesiredCapacity", write: true, basis: autoScalingReference + "SetDesiredCapacity.html" + unrecorded,
			knows: "AutoScalingGroupName DesiredCapacity HonorCooldown",
			needs: func(c *call, in *autoscaling.SetDesiredCapacityInput) []need {
				return c.onGroup(in.AutoScalingGroupName)
			},
			do: setDesiredCapacity,
		}),
		define(spec[autoscaling.DeleteAutoScalingGroupInput, autoscaling.DeleteAutoScalingGroupOutput]{
			name: "autoscaling.DeleteAutoScalingGroup", write: true, basis: autoScalingReference + "DeleteAutoScalingGroup.html" + unrecorded,
			knows: "AutoScalingGroupName ForceDelete",
			needs: func(c *call, in *autoscaling.DeleteAutoScalingGroupInput) []need {
				return c.onGroup(in.AutoScalingGroupName)
			},
			do: deleteAutoScalingGroup,
		}),
		define(spec[autoscaling.CreateLaunchConfigurationInput, autoscaling.CreateLaunchConfigurationOutput]{
			name: "autoscaling.CreateLaunchConfiguration", write: true,
			basis: autoScalingReference + "CreateLaunchConfiguration.html; record: the one in the service's user guide",
			knows: "LaunchConfigurationName ImageId InstanceType KeyName SecurityGroups UserData IamInstanceProfile",
			do:    createLaunchConfiguration,
			request: func(_ *call, in *autoscaling.CreateLaunchConfigurationInput) any {
				shown := *in
				if shown.UserData != nil {
					shown.UserData = aws.String(hidden)
				}
				return camel(shown)
			},
		}),
		define(spec[autoscaling.DescribeAutoScalingGroupsInput, autoscaling.DescribeAutoScalingGroupsOutput]{
			name: "autoscaling.DescribeAutoScalingGroups", basis: autoScalingReference + "DescribeAutoScalingGroups.html",
			knows: "AutoScalingGroupNames MaxRecords NextToken", do: describeAutoScalingGroups,
		}),
		define(spec[autoscaling.DescribeLaunchConfigurationsInput, autoscaling.DescribeLaunchConfigurationsOutput]{
			name: "autoscaling.DescribeLaunchConfigurations", basis: autoScalingReference + "DescribeLaunchConfigurations.html",
			knows: "LaunchConfigurationNames MaxRecords NextToken", do: describeLaunchConfigurations,
		}),
	}
}

func processOperations() []operation {
	return []operation{
		define(spec[autoscaling.SuspendProcessesInput, autoscaling.SuspendProcessesOutput]{
			name: "autoscaling.SuspendProcesses", write: true, basis: autoScalingReference + "SuspendProcesses.html" + unrecorded,
			knows: "AutoScalingGroupName ScalingProcesses",
			needs: func(c *call, in *autoscaling.SuspendProcessesInput) []need { return c.onGroup(in.AutoScalingGroupName) },
			do:    suspendProcesses,
		}),
		define(spec[autoscaling.ResumeProcessesInput, autoscaling.ResumeProcessesOutput]{
			name: "autoscaling.ResumeProcesses", write: true, basis: autoScalingReference + "ResumeProcesses.html" + unrecorded,
			knows: "AutoScalingGroupName ScalingProcesses",
			needs: func(c *call, in *autoscaling.ResumeProcessesInput) []need { return c.onGroup(in.AutoScalingGroupName) },
			do:    resumeProcesses,
		}),
		define(spec[autoscaling.EnterStandbyInput, autoscaling.EnterStandbyOutput]{
			name: "autoscaling.EnterStandby", write: true, basis: autoScalingReference + "EnterStandby.html" + unrecorded,
			knows:    "AutoScalingGroupName InstanceIds ShouldDecrementDesiredCapacity",
			needs:    func(c *call, in *autoscaling.EnterStandbyInput) []need { return c.onGroup(in.AutoScalingGroupName) },
			do:       enterStandby,
			response: func(_ *call, out *autoscaling.EnterStandbyOutput) any { return camel(out) },
		}),
		define(spec[autoscaling.ExitStandbyInput, autoscaling.ExitStandbyOutput]{
			name: "autoscaling.ExitStandby", write: true, basis: autoScalingReference + "ExitStandby.html; refusal while Launch is suspended: its words unverified" + unrecorded,
			knows:    "AutoScalingGroupName InstanceIds",
			needs:    func(c *call, in *autoscaling.ExitStandbyInput) []need { return c.onGroup(in.AutoScalingGroupName) },
			do:       exitStandby,
			response: func(_ *call, out *autoscaling.ExitStandbyOutput) any { return camel(out) },
		}),
		define(spec[autoscaling.TerminateInstanceInAutoScalingGroupInput, autoscaling.TerminateInstanceInAutoScalingGroupOutput]{
			name: "autoscaling.TerminateInstanceInAutoScalingGroup", write: true,
			basis: autoScalingReference + "TerminateInstanceInAutoScalingGroup.html" + unrecorded,
			knows: "InstanceId ShouldDecrementDesiredCapacity",
			needs: func(c *call, in *autoscaling.TerminateInstanceInAutoScalingGroupInput) []need {
				if g := c.groupOf(aws.ToString(in.InstanceId)); g != nil {
					return c.onGroup(aws.String(g.Name))
				}
				return c.onGroup(aws.String("*"))
			},
			do:       terminateInGroup,
			response: func(_ *call, out *autoscaling.TerminateInstanceInAutoScalingGroupOutput) any { return camel(out) },
		}),
	}
}
