package action

import (
	"context"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
)

// holdSpotFleetKind keeps a Spot Fleet from launching the next. The call may do what a fleet's may, and is in the same tier.
// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifySpotFleetRequest.html
var holdSpotFleetKind = Define[HoldSpotFleet](Kind{
	Name: "ec2.hold-spot-fleet", Version: 1, Does: "keep a Spot Fleet from launching, and what it launched running", Class: Contain, Tier: TierDestroy,
	Reads:    []call.ID{call.EC2DescribeSpotFleetRequests},
	Writes:   []call.ID{call.EC2ModifySpotFleetRequest},
	UndoneBy: []call.ID{call.EC2ModifySpotFleetRequest, call.EC2CancelSpotFleetRequests},
})

// releaseSpotFleetKind lets a Spot Fleet launch again.
var releaseSpotFleetKind = Define[ReleaseSpotFleet](Kind{
	Name: "ec2.release-spot-fleet", Version: 1, Does: "give a Spot Fleet its size back", Class: Mend, Tier: TierDestroy,
	Reads:    []call.ID{call.EC2DescribeSpotFleetRequests},
	Writes:   []call.ID{call.EC2ModifySpotFleetRequest},
	UndoneBy: []call.ID{call.EC2ModifySpotFleetRequest, call.EC2CancelSpotFleetRequests},
})

// HoldSpotFleet wants a Spot Fleet that maintains its size to want none, and nothing to be ended for it.
type HoldSpotFleet struct{ Fleet event.Resource }

// ReleaseSpotFleet wants a Spot Fleet to be as large as it was.
type ReleaseSpotFleet struct {
	Fleet           event.Resource
	Total, OnDemand int32
	Policy          string // what becomes of instances that are too many: default (they are ended), noTermination
}

// About is the action as data. What the fleet has launched runs on.
func (h HoldSpotFleet) About() About {
	return About{Kind: holdSpotFleetKind, Target: h.Fleet, Hits: "what Spot Fleet " + h.Fleet.ID + " launches"}
}

// Look reads the size that is wanted now.
func (h HoldSpotFleet) Look(ctx context.Context, r access.Reads) (Look, error) {
	f, gone, err := lookSpotFleet(ctx, r, h.Fleet)
	if err != nil || gone != "" {
		return Look{Missing: gone}.unless(err)
	}
	now := spotSizeOf(h.Fleet, f)
	switch {
	case f.Type != "" && f.Type != types.FleetTypeMaintain: // maintain where none is given
		return Look{Refused: "the fleet launches once (its type is " + string(f.Type) + "), and can't be modified"}, nil
	case f.TargetCapacity == nil:
		return Look{Refused: "the fleet does not tell its size"}, nil
	case now.Total == 0:
		return Look{Satisfied: true}, nil
	}
	return Look{Inverse: now}, nil
}

// Do asks for none of either sort; what was launched runs on.
func (h HoldSpotFleet) Do(ctx context.Context, w access.Writes) error {
	return resizeSpot(ctx, w, ReleaseSpotFleet{Fleet: h.Fleet, Policy: string(types.ExcessCapacityTerminationPolicyNoTermination)})
}

// About is the action as data.
func (b ReleaseSpotFleet) About() About {
	return About{Kind: releaseSpotFleetKind, Target: b.Fleet}
}

// Look compares the whole size.
func (b ReleaseSpotFleet) Look(ctx context.Context, r access.Reads) (Look, error) {
	f, gone, err := lookSpotFleet(ctx, r, b.Fleet)
	if err != nil || gone != "" {
		return Look{Missing: gone}.unless(err)
	}
	if spotSizeOf(b.Fleet, f) == b {
		return Look{Satisfied: true}, nil
	}
	return Look{Inverse: HoldSpotFleet{b.Fleet}}, nil
}

// Do gives the size and the policy back in one call.
func (b ReleaseSpotFleet) Do(ctx context.Context, w access.Writes) error {
	return resizeSpot(ctx, w, b)
}

func resizeSpot(ctx context.Context, w access.Writes, to ReleaseSpotFleet) error {
	_, err := w.EC2(to.Fleet.Place()).ModifySpotFleetRequest(ctx, &ec2.ModifySpotFleetRequestInput{
		SpotFleetRequestId: aws.String(to.Fleet.ID), TargetCapacity: aws.Int32(to.Total), OnDemandTargetCapacity: aws.Int32(to.OnDemand),
		ExcessCapacityTerminationPolicy: types.ExcessCapacityTerminationPolicy(to.Policy),
	})
	return Refused(fmt.Sprintf("set the size of Spot Fleet %q to %d", to.Fleet.ID, to.Total), err)
}

func spotSizeOf(fleet event.Resource, f *types.SpotFleetRequestConfigData) ReleaseSpotFleet {
	return ReleaseSpotFleet{fleet, aws.ToInt32(f.TargetCapacity), aws.ToInt32(f.OnDemandTargetCapacity), string(f.ExcessCapacityTerminationPolicy)}
}

// lookSpotFleet reads what one Spot Fleet is to launch, or says why it launches nothing any more.
func lookSpotFleet(ctx context.Context, r access.Reads, fleet event.Resource) (f *types.SpotFleetRequestConfigData, gone string, err error) {
	out, err := r.EC2(fleet.Place()).DescribeSpotFleetRequests(ctx, &ec2.DescribeSpotFleetRequestsInput{SpotFleetRequestIds: []string{fleet.ID}})
	if err != nil && !Missing(err) {
		return nil, "", fmt.Errorf("read Spot Fleet %q: %w", fleet.ID, err)
	}
	if err == nil {
		for _, f := range out.SpotFleetRequestConfigs {
			if aws.ToString(f.SpotFleetRequestId) == fleet.ID && f.SpotFleetRequestConfig != nil && !slices.Contains([]types.BatchState{
				types.BatchStateCancelled, types.BatchStateCancelledRunning, types.BatchStateCancelledTerminatingInstances, types.BatchStateFailed,
			}, f.SpotFleetRequestState) {
				return f.SpotFleetRequestConfig, "", nil
			}
		}
	}
	return nil, "the fleet is cancelled", nil
}
