package world

import "github.com/aws/aws-sdk-go-v2/service/ec2"

const ec2Reference = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_"

func instanceOperations() []operation {
	return []operation{
		define(spec[ec2.RunInstancesInput, ec2.RunInstancesOutput]{
			name: "ec2.RunInstances", write: true, basis: ec2Reference + "RunInstances.html; record: recorded ones",
			knows: "ImageId InstanceType MinCount MaxCount KeyName SecurityGroupIds SubnetId ClientToken UserData LaunchTemplate " +
				"DisableApiTermination DisableApiStop InstanceInitiatedShutdownBehavior IamInstanceProfile TagSpecifications Placement",
			needs: runNeeds, do: runInstances, request: runRequest, response: runResponse,
		}),
		define(spec[ec2.DescribeInstancesInput, ec2.DescribeInstancesOutput]{
			name: "ec2.DescribeInstances", basis: ec2Reference + "DescribeInstances.html",
			knows: "InstanceIds Filters MaxResults NextToken", do: describeInstances,
		}),
		define(spec[ec2.DescribeInstanceAttributeInput, ec2.DescribeInstanceAttributeOutput]{
			name: "ec2.DescribeInstanceAttribute", basis: ec2Reference + "DescribeInstanceAttribute.html",
			knows: "InstanceId Attribute", do: describeInstanceAttribute,
		}),
		define(spec[ec2.ModifyInstanceAttributeInput, ec2.ModifyInstanceAttributeOutput]{
			name: "ec2.ModifyInstanceAttribute", write: true,
			basis: ec2Reference + "ModifyInstanceAttribute.html; record: recorded ones, disableApiStop and groupSet by analogy, unverified",
			knows: "InstanceId Attribute Value DisableApiTermination DisableApiStop InstanceInitiatedShutdownBehavior Groups",
			needs: attributeNeeds, do: modifyInstanceAttribute, request: attributeRequest, response: attributeResponse,
		}),
		define(spec[ec2.TerminateInstancesInput, ec2.TerminateInstancesOutput]{
			name: "ec2.TerminateInstances", write: true, basis: ec2Reference + "TerminateInstances.html; record: recorded ones",
			knows: "InstanceIds",
			needs: func(c *call, in *ec2.TerminateInstancesInput) []need {
				return c.onInstances("TerminateInstances", in.InstanceIds)
			},
			do: terminateInstances,
			request: func(_ *call, in *ec2.TerminateInstancesInput) any {
				return fields{"instancesSet": instanceIDs(in.InstanceIds)}
			},
			response: func(c *call, out *ec2.TerminateInstancesOutput) any { return c.stateChanges(out.TerminatingInstances) },
		}),
		define(spec[ec2.StopInstancesInput, ec2.StopInstancesOutput]{
			name: "ec2.StopInstances", write: true, basis: ec2Reference + "StopInstances.html; record: recorded ones",
			knows: "InstanceIds Force",
			needs: func(c *call, in *ec2.StopInstancesInput) []need {
				return c.onInstances("StopInstances", in.InstanceIds)
			},
			do: stopInstances,
			request: func(_ *call, in *ec2.StopInstancesInput) any {
				return fields{"instancesSet": instanceIDs(in.InstanceIds), "force": in.Force != nil && *in.Force}
			},
			response: func(c *call, out *ec2.StopInstancesOutput) any { return c.stateChanges(out.StoppingInstances) },
		}),
		define(spec[ec2.StartInstancesInput, ec2.StartInstancesOutput]{
			name: "ec2.StartInstances", write: true, basis: ec2Reference + "StartInstances.html; record: recorded ones",
			knows: "InstanceIds",
			needs: func(c *call, in *ec2.StartInstancesInput) []need {
				return c.onInstances("StartInstances", in.InstanceIds)
			},
			do: startInstances,
			request: func(_ *call, in *ec2.StartInstancesInput) any {
				return fields{"instancesSet": instanceIDs(in.InstanceIds)}
			},
			response: func(c *call, out *ec2.StartInstancesOutput) any { return c.stateChanges(out.StartingInstances) },
		}),
	}
}
