package action_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/action/actiontest"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
)

// What a fleet launched is not ended by its being held, although its own policy ends what is too many.
func TestAHeldFleetEndsNothingAndGetsItsWholeSizeBack(t *testing.T) {
	_, c := open(t)
	before := fleetOf(t, c)
	look, err := action.HoldFleet{Fleet: fleet}.Look(t.Context(), c.Reads())
	if want := (action.ReleaseFleet{Fleet: fleet, Total: 3, OnDemand: 1, Spot: 1, Default: "on-demand", Policy: "termination"}); err != nil || look.Inverse != want {
		t.Fatalf("way back %+v, %v", look.Inverse, err)
	}
	run(t, c, action.HoldFleet{Fleet: fleet})
	if held := fleetOf(t, c); *held.TargetCapacitySpecification.TotalTargetCapacity != 0 || held.ExcessCapacityTerminationPolicy != "no-termination" {
		t.Errorf("held, it wants %d and its policy is %s", *held.TargetCapacitySpecification.TotalTargetCapacity, held.ExcessCapacityTerminationPolicy)
	}
	run(t, c, look.Inverse)
	after := fleetOf(t, c)
	if *after.TargetCapacitySpecification.TotalTargetCapacity != *before.TargetCapacitySpecification.TotalTargetCapacity ||
		after.ExcessCapacityTerminationPolicy != before.ExcessCapacityTerminationPolicy {
		t.Errorf("given back %+v, it had %+v", after, before)
	}
	out, err := c.Reads().EC2(ireland).DescribeInstances(t.Context(), &ec2.DescribeInstancesInput{
		InstanceIds: []string{"i-0fleet1", "i-0fleet2", "i-0fleet3"},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range out.Reservations {
		if s := r.Instances[0].State.Name; s != types.InstanceStateNameRunning {
			t.Errorf("%s is %s", *r.Instances[0].InstanceId, s)
		}
	}
}

func TestAFleetThatLaunchesOnceCantBeHeld(t *testing.T) {
	_, c := open(t)
	a := action.HoldFleet{Fleet: ireland.In(event.Fleet, "fleet-0once")}
	if look, err := a.Look(t.Context(), c.Reads()); err != nil || look.Refused == "" || look.Satisfied || look.Inverse != nil {
		t.Errorf("%+v, %v", look, err)
	}
}

// A size that an owner chose since is the owner's: the way back leaves it alone.
func TestASizeThatWasChosenSinceStays(t *testing.T) {
	_, c := open(t)
	hold := action.HoldFleet{Fleet: fleet}
	look, err := hold.Look(t.Context(), c.Reads())
	if err != nil {
		t.Fatal(err)
	}
	run(t, c, hold)
	if back, err := action.LookBack(t.Context(), c.Reads(), look.Inverse, []action.Action{hold}); err != nil || back.Do != look.Inverse {
		t.Errorf("held: %+v, %v", back, err)
	}
	run(t, c, action.ReleaseFleet{Fleet: fleet, Total: 1, Policy: "termination"})
	if back, err := action.LookBack(t.Context(), c.Reads(), look.Inverse, []action.Action{hold}); err != nil || back.Do != nil || len(back.Stays) != 1 {
		t.Errorf("made larger since: %+v, %v", back, err)
	}
}

// What undoes a hold later is heard by the fleet's id, wherever the record's shape has it.
func TestWhoMakesAHeldFleetLargerIsHeard(t *testing.T) {
	for made, record := range map[call.ID]event.Event{
		call.EC2ModifyFleet:  {Request: []byte(`{"ModifyFleetRequest":{"FleetId":"fleet-0a","TargetCapacitySpecification":{"TotalTargetCapacity":5}}}`)},
		call.EC2DeleteFleets: {Request: []byte(`{"DeleteFleetsRequest":{"FleetId":{"tag":1,"content":"fleet-0a"},"TerminateInstances":true}}`)},
	} {
		if got := action.MentionsIn(record).Of(action.HoldFleet{Fleet: fleet}.About(), made); got != action.Named {
			t.Errorf("%s: concern %d", made, got)
		}
	}
}

func fleetOf(t *testing.T, c *actiontest.AWS) types.FleetData {
	t.Helper()
	out, err := c.Reads().EC2(ireland).DescribeFleets(t.Context(), &ec2.DescribeFleetsInput{FleetIds: []string{fleet.ID}})
	if err != nil || len(out.Fleets) != 1 || aws.ToString(out.Fleets[0].FleetId) != fleet.ID {
		t.Fatalf("%+v, %v", out, err)
	}
	return out.Fleets[0]
}

// What a size counts may be something else than instances: given back without it, sixteen processors would be as many instances.
func TestASizeIsGivenBackInItsOwnUnit(t *testing.T) {
	_, c := open(t)
	was := action.ReleaseFleet{Fleet: fleet, Total: 16, Spot: 8, Default: "spot", Unit: "vcpu", Policy: "no-termination"}
	run(t, c, was)
	look, err := action.HoldFleet{Fleet: fleet}.Look(t.Context(), c.Reads())
	if err != nil || look.Inverse != was {
		t.Fatalf("way back %+v, %v", look.Inverse, err)
	}
	run(t, c, action.HoldFleet{Fleet: fleet}, look.Inverse)
	if back, err := was.Look(t.Context(), c.Reads()); err != nil || !back.Satisfied {
		t.Errorf("given back it has %+v", fleetOf(t, c).TargetCapacitySpecification)
	}
}

func TestASpotFleetThatLaunchesOnceCantBeHeld(t *testing.T) {
	_, c := open(t)
	a := action.HoldSpotFleet{Fleet: ireland.In(event.SpotFleet, "sfr-0once")}
	if look, err := a.Look(t.Context(), c.Reads()); err != nil || look.Refused == "" || look.Satisfied || look.Inverse != nil {
		t.Errorf("%+v, %v", look, err)
	}
}
