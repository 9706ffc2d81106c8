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

// holdFleetKind keeps a fleet from launching the next. The call needs too much for the contain tier: said with the policy
// termination, or without one where that is the fleet's, it ends all that the fleet launched. A role that may terminate may do that
// already; and as the tier may concern fleets alone, it can't give them another template. The reference lists
// ec2:Attribute/NAME as a condition key of the call, and not which names there are.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html
var holdFleetKind = Define[HoldFleet](Kind{
	Name: "ec2.hold-fleet", Version: 1, Does: "keep an EC2 Fleet from launching, and what it launched running", Class: Contain, Tier: TierDestroy,
	Reads:    []call.ID{call.EC2DescribeFleets},
	Writes:   []call.ID{call.EC2ModifyFleet},
	UndoneBy: []call.ID{call.EC2ModifyFleet, call.EC2DeleteFleets},
})

// releaseFleetKind lets a fleet launch again.
var releaseFleetKind = Define[ReleaseFleet](Kind{
	Name: "ec2.release-fleet", Version: 1, Does: "give an EC2 Fleet its size back", Class: Mend, Tier: TierDestroy,
	Reads:    []call.ID{call.EC2DescribeFleets},
	Writes:   []call.ID{call.EC2ModifyFleet},
	UndoneBy: []call.ID{call.EC2ModifyFleet, call.EC2DeleteFleets},
})

// HoldFleet wants a fleet that maintains its size to want none, and nothing to be ended for it.
type HoldFleet struct{ Fleet event.Resource }

// ReleaseFleet wants a fleet to be as large as it was. All that makes up its size is asked for: what a call that leaves a part out
// makes of it is not documented.
type ReleaseFleet struct {
	Fleet                 event.Resource
	Total, OnDemand, Spot int32
	Default, Unit         string // what the rest of the total is made of (on-demand, spot), and what is counted: "" where AWS tells none
	Policy                string // what becomes of instances that are too many: termination, no-termination
}

// About is the action as data. What the fleet has launched runs on.
func (h HoldFleet) About() About {
	return About{Kind: holdFleetKind, Target: h.Fleet, Hits: "what fleet " + h.Fleet.ID + " launches"}
}

// Look reads the size that is wanted now. A fleet of another type launches once, and can't be modified.
func (h HoldFleet) Look(ctx context.Context, r access.Reads) (Look, error) {
	f, gone, err := lookFleet(ctx, r, h.Fleet)
	if err != nil || gone != "" {
		return Look{Missing: gone}.unless(err)
	}
	now := sizeOf(h.Fleet, f)
	switch {
	case f.Type != types.FleetTypeMaintain:
		return Look{Refused: "the fleet launches once (its type is " + string(f.Type) + "), and can't be modified"}, nil
	case f.TargetCapacitySpecification == nil:
		return Look{Refused: "the fleet does not tell its size"}, nil
	case now.Total == 0:
		return Look{Satisfied: true}, nil
	}
	return Look{Inverse: now}, nil
}

// Do asks for none of either sort: AWS takes no part that is larger than the whole. What was launched runs on, as evidence and
// since an innocent's work may be on it.
func (h HoldFleet) Do(ctx context.Context, w access.Writes) error {
	return resize(ctx, w, ReleaseFleet{Fleet: h.Fleet, Policy: string(types.FleetExcessCapacityTerminationPolicyNoTermination)})
}

// About is the action as data.
func (b ReleaseFleet) About() About {
	return About{Kind: releaseFleetKind, Target: b.Fleet}
}

// Look compares the whole size.
func (b ReleaseFleet) Look(ctx context.Context, r access.Reads) (Look, error) {
	f, gone, err := lookFleet(ctx, r, b.Fleet)
	if err != nil || gone != "" {
		return Look{Missing: gone}.unless(err)
	}
	if sizeOf(b.Fleet, f) == b {
		return Look{Satisfied: true}, nil
	}
	return Look{Inverse: HoldFleet{b.Fleet}}, nil
}

// Do gives the size and the policy back in one call, so that no policy meets a size that is not its own.
func (b ReleaseFleet) Do(ctx context.Context, w access.Writes) error { return resize(ctx, w, b) }

func resize(ctx context.Context, w access.Writes, to ReleaseFleet) error {
	_, err := w.EC2(to.Fleet.Place()).ModifyFleet(ctx, &ec2.ModifyFleetInput{
		FleetId: aws.String(to.Fleet.ID), ExcessCapacityTerminationPolicy: types.FleetExcessCapacityTerminationPolicy(to.Policy),
		TargetCapacitySpecification: &types.TargetCapacitySpecificationRequest{
			TotalTargetCapacity: aws.Int32(to.Total), OnDemandTargetCapacity: aws.Int32(to.OnDemand), SpotTargetCapacity: aws.Int32(to.Spot),
			DefaultTargetCapacityType: types.DefaultTargetCapacityType(to.Default), TargetCapacityUnitType: types.TargetCapacityUnitType(to.Unit),
		},
	})
	return Refused(fmt.Sprintf("set the size of fleet %q to %d", to.Fleet.ID, to.Total), err)
}

func sizeOf(fleet event.Resource, f *types.FleetData) ReleaseFleet {
	now := ReleaseFleet{Fleet: fleet, Policy: string(f.ExcessCapacityTerminationPolicy)}
	if t := f.TargetCapacitySpecification; t != nil {
		now.Total, now.OnDemand, now.Spot = aws.ToInt32(t.TotalTargetCapacity), aws.ToInt32(t.OnDemandTargetCapacity), aws.ToInt32(t.SpotTargetCapacity)
		now.Default, now.Unit = string(t.DefaultTargetCapacityType), string(t.TargetCapacityUnitType)
	}
	return now
}

// lookFleet reads one fleet, or says why it launches nothing any more.
func lookFleet(ctx context.Context, r access.Reads, fleet event.Resource) (f *types.FleetData, gone string, err error) {
	out, err := r.EC2(fleet.Place()).DescribeFleets(ctx, &ec2.DescribeFleetsInput{FleetIds: []string{fleet.ID}})
	if err != nil && !Missing(err) {
		return nil, "", fmt.Errorf("read fleet %q: %w", fleet.ID, err)
	}
	if err == nil {
		for _, f := range out.Fleets {
			if aws.ToString(f.FleetId) == fleet.ID && !slices.Contains([]types.FleetStateCode{
				types.FleetStateCodeDeleted, types.FleetStateCodeDeletedRunning, types.FleetStateCodeDeletedTerminatingInstances, types.FleetStateCodeFailed,
			}, f.FleetState) {
				return &f, "", nil
			}
		}
	}
	return nil, "the fleet is deleted", nil
}
