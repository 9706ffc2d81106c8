package world

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
)

func fleetOperations() []operation {
	return []operation{
		define(spec[ec2.CreateFleetInput, ec2.CreateFleetOutput]{
			name: "ec2.CreateFleet", write: true, basis: ec2Reference + "CreateFleet.html; record: by analogy with CreateLaunchTemplate, unverified",
			knows:   "LaunchTemplateConfigs TargetCapacitySpecification ClientToken ExcessCapacityTerminationPolicy Type",
			do:      createFleet,
			request: func(c *call, in *ec2.CreateFleetInput) any { return c.wrapped(pascal(in).(fields)) },
			response: func(c *call, out *ec2.CreateFleetOutput) any {
				return c.templateResponse(fields{"fleetId": aws.ToString(out.FleetId)})
			},
		}),
		define(spec[ec2.ModifyFleetInput, ec2.ModifyFleetOutput]{
			name: "ec2.ModifyFleet", write: true, basis: ec2Reference + "ModifyFleet.html; refusals' codes unverified; record: by analogy with CreateLaunchTemplate, unverified",
			knows: "FleetId TargetCapacitySpecification ExcessCapacityTerminationPolicy",
			needs: func(c *call, in *ec2.ModifyFleetInput) []need {
				return on("ec2:ModifyFleet", c.arn(c.place, "ec2", "fleet/"+aws.ToString(in.FleetId)))
			},
			do:       modifyFleet,
			request:  func(c *call, in *ec2.ModifyFleetInput) any { return c.wrapped(pascal(in).(fields)) },
			response: func(c *call, _ *ec2.ModifyFleetOutput) any { return c.templateResponse(fields{"return": true}) },
		}),
		define(spec[ec2.DescribeFleetsInput, ec2.DescribeFleetsOutput]{
			name: "ec2.DescribeFleets", basis: ec2Reference + "DescribeFleets.html; a version that follows ($Latest) is shown as it was given, unverified",
			knows: "FleetIds MaxResults NextToken", do: describeFleets,
		}),
		define(spec[ec2.RequestSpotFleetInput, ec2.RequestSpotFleetOutput]{
			name: "ec2.RequestSpotFleet", write: true, basis: ec2Reference + "RequestSpotFleet.html" + unrecorded,
			knows: "SpotFleetRequestConfig", do: requestSpotFleet,
			response: func(c *call, out *ec2.RequestSpotFleetOutput) any {
				return fields{"requestId": c.requestID, "spotFleetRequestId": aws.ToString(out.SpotFleetRequestId)}
			},
		}),
		define(spec[ec2.ModifySpotFleetRequestInput, ec2.ModifySpotFleetRequestOutput]{
			name: "ec2.ModifySpotFleetRequest", write: true, basis: ec2Reference + "ModifySpotFleetRequest.html; refusals' codes unverified" + unrecorded,
			knows: "SpotFleetRequestId TargetCapacity OnDemandTargetCapacity ExcessCapacityTerminationPolicy",
			needs: func(c *call, in *ec2.ModifySpotFleetRequestInput) []need {
				return on("ec2:ModifySpotFleetRequest", c.arn(c.place, "ec2", "spot-fleet-request/"+aws.ToString(in.SpotFleetRequestId)))
			},
			do:       modifySpotFleetRequest,
			response: func(c *call, _ *ec2.ModifySpotFleetRequestOutput) any { return c.returned() },
		}),
		define(spec[ec2.DescribeSpotFleetRequestsInput, ec2.DescribeSpotFleetRequestsOutput]{
			name: "ec2.DescribeSpotFleetRequests", basis: ec2Reference + "DescribeSpotFleetRequests.html",
			knows: "SpotFleetRequestIds MaxResults NextToken", do: describeSpotFleetRequests,
		}),
	}
}

func spotRequestOperations() []operation {
	return []operation{
		define(spec[ec2.RequestSpotInstancesInput, ec2.RequestSpotInstancesOutput]{
			name: "ec2.RequestSpotInstances", write: true, basis: ec2Reference + "RequestSpotInstances.html" + unrecorded,
			knows: "InstanceCount LaunchSpecification SpotPrice Type ClientToken", do: requestSpotInstances,
			response: func(c *call, out *ec2.RequestSpotInstancesOutput) any {
				items := []any{}
				for _, x := range out.SpotInstanceRequests {
					items = append(items, fields{
						"spotInstanceRequestId": aws.ToString(x.SpotInstanceRequestId), "type": string(x.Type), "state": string(x.State),
						"launchSpecification": fields{"imageId": aws.ToString(x.LaunchSpecification.ImageId)},
					})
				}
				return fields{"requestId": c.requestID, "spotInstanceRequestSet": fields{"items": items}}
			},
		}),
		define(spec[ec2.DescribeSpotInstanceRequestsInput, ec2.DescribeSpotInstanceRequestsOutput]{
			name: "ec2.DescribeSpotInstanceRequests", basis: ec2Reference + "DescribeSpotInstanceRequests.html",
			knows: "SpotInstanceRequestIds MaxResults NextToken", do: describeSpotInstanceRequests,
		}),
		define(spec[ec2.CancelSpotInstanceRequestsInput, ec2.CancelSpotInstanceRequestsOutput]{
			name: "ec2.CancelSpotInstanceRequests", write: true,
			basis: "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/using-spot-instances-cancel.html" + unrecorded,
			knows: "SpotInstanceRequestIds",
			needs: func(c *call, in *ec2.CancelSpotInstanceRequestsInput) []need {
				var arns []string
				for _, id := range in.SpotInstanceRequestIds {
					arns = append(arns, c.arn(c.place, "ec2", "spot-instances-request/"+id))
				}
				return on("ec2:CancelSpotInstanceRequests", arns...)
			},
			do: cancelSpotInstanceRequests,
		}),
	}
}
