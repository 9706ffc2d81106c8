package world_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/internal/world"
)

func fleetExercise() exercise {
	return exercise{estate: fleets, run: everyFleetCall, unrecorded: because(
		nobodyRecorded, "ec2", "CancelSpotInstanceRequests CreateFleet ModifyFleet ModifySpotFleetRequest RequestSpotFleet RequestSpotInstances",
	)}
}

func everyFleetCall(t *testing.T, w *world.World) {
	t.Helper()
	e, done := ec2.NewFromConfig(w.Config(ireland, mallory)), mustDo(t)
	size := func(n int32) *types.TargetCapacitySpecificationRequest {
		return &types.TargetCapacitySpecificationRequest{TotalTargetCapacity: aws.Int32(n)}
	}
	made, err := e.CreateFleet(t.Context(), &ec2.CreateFleetInput{
		TargetCapacitySpecification: size(0),
		LaunchTemplateConfigs: []types.FleetLaunchTemplateConfigRequest{{
			LaunchTemplateSpecification: &types.FleetLaunchTemplateSpecificationRequest{LaunchTemplateName: aws.String("web"), Version: aws.String("1")},
		}},
	})
	done(made, err)
	done(e.ModifyFleet(t.Context(), &ec2.ModifyFleetInput{FleetId: made.FleetId, TargetCapacitySpecification: size(0)}))
	image := aws.String("ami-0bbbbbbbbbbbbbbbb")
	asked, err := e.RequestSpotFleet(t.Context(), &ec2.RequestSpotFleetInput{SpotFleetRequestConfig: &types.SpotFleetRequestConfigData{
		IamFleetRole: aws.String("arn:aws:iam::111122223333:role/fleet"), TargetCapacity: aws.Int32(0),
		LaunchSpecifications: []types.SpotFleetLaunchSpecification{{ImageId: image}},
	}})
	done(asked, err)
	done(e.ModifySpotFleetRequest(t.Context(), &ec2.ModifySpotFleetRequestInput{SpotFleetRequestId: asked.SpotFleetRequestId, TargetCapacity: aws.Int32(0)}))
	one, err := e.RequestSpotInstances(t.Context(), &ec2.RequestSpotInstancesInput{LaunchSpecification: &types.RequestSpotLaunchSpecification{ImageId: image}})
	done(one, err)
	done(e.CancelSpotInstanceRequests(t.Context(), &ec2.CancelSpotInstanceRequestsInput{
		SpotInstanceRequestIds: []string{aws.ToString(one.SpotInstanceRequests[0].SpotInstanceRequestId)},
	}))
	done(e.DescribeFleets(t.Context(), &ec2.DescribeFleetsInput{}))
	done(e.DescribeSpotFleetRequests(t.Context(), &ec2.DescribeSpotFleetRequestsInput{}))
	done(e.DescribeSpotInstanceRequests(t.Context(), &ec2.DescribeSpotInstanceRequestsInput{}))
}
