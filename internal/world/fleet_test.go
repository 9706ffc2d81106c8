package world_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/internal/world"
)

const fleets = `
now: 2030-01-07T09:00:00Z
accounts:
  - id: "111122223333"
    users: [{name: mallory, attached: ["arn:aws:iam::aws:policy/AdministratorAccess"], keys: [{id: AKIAMALLORY000000001, secret: wJalrXUtnFEMI}]}]
    regions:
      eu-west-1:
        images: [{id: ami-0bbbbbbbbbbbbbbbb, name: golden, created: 2029-11-01T00:00:00Z}]
        templates: [{name: web, id: lt-0cccccccccccccccc, versions: [{image: ami-0bbbbbbbbbbbbbbbb, type: t3.micro}]}]
        fleets:
          - {id: fleet-0a, template: lt-0cccccccccccccccc, total: 2, instances: [i-0one, i-0two]}
          - {id: fleet-0b, type: request, template: lt-0cccccccccccccccc, total: 1, instances: [i-0once]}
        spot_fleets: [{id: sfr-0a, image: ami-0bbbbbbbbbbbbbbbb, total: 1, instances: [i-0spot]}]
        spot_requests:
          - {id: sir-0a, type: persistent, image: ami-0bbbbbbbbbbbbbbbb, instance: i-0lasting}
          - {id: sir-0b, image: ami-0bbbbbbbbbbbbbbbb, instance: i-0single}
`

func sea(t *testing.T) (*world.World, *ec2.Client) {
	t.Helper()
	w, err := world.New([]byte(fleets), world.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return w, ec2.NewFromConfig(w.Config(ireland, mallory))
}

// living are the instances that are not on their way out, and what launched each.
func living(t *testing.T, e *ec2.Client) (all []string) {
	t.Helper()
	out, err := e.DescribeInstances(t.Context(), &ec2.DescribeInstancesInput{})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range out.Reservations {
		for _, i := range r.Instances {
			if i.State.Name != types.InstanceStateNamePending && i.State.Name != types.InstanceStateNameRunning {
				continue
			}
			by := aws.ToString(i.SpotInstanceRequestId)
			for _, tag := range i.Tags {
				if *tag.Key == "aws:ec2:fleet-id" || *tag.Key == "aws:ec2spot:fleet-request-id" {
					by = *tag.Value
				}
			}
			all = append(all, by)
		}
	}
	slices.Sort(all)
	return all
}

func TestWhatEndsIsReplacedByWhatMaintainsItAlone(t *testing.T) {
	w, e := sea(t)
	mustDo(t)(e.TerminateInstances(t.Context(), &ec2.TerminateInstancesInput{InstanceIds: []string{"i-0one", "i-0once", "i-0spot", "i-0lasting", "i-0single"}}))
	pass(t, w, 10*time.Second)
	if got := fmt.Sprint(living(t, e)); got != "[fleet-0a]" {
		t.Errorf("just after: %s", got)
	}
	pass(t, w, 2*time.Minute)
	if got := fmt.Sprint(living(t, e)); got != "[fleet-0a fleet-0a sfr-0a sir-0a]" {
		t.Errorf("replaced: %s", got)
	}
}

func TestAFleetOfNoSizeReplacesNothingAndEndsWhatItsPolicySays(t *testing.T) {
	for policy, want := range map[types.FleetExcessCapacityTerminationPolicy]string{
		"no-termination": "[fleet-0a fleet-0b sfr-0a sir-0a sir-0b]", "": "[fleet-0b sfr-0a sir-0a sir-0b]",
	} {
		w, e := sea(t)
		mustDo(t)(e.ModifyFleet(t.Context(), &ec2.ModifyFleetInput{
			FleetId: aws.String("fleet-0a"), ExcessCapacityTerminationPolicy: policy,
			TargetCapacitySpecification: &types.TargetCapacitySpecificationRequest{TotalTargetCapacity: aws.Int32(0)},
		}))
		mustDo(t)(e.TerminateInstances(t.Context(), &ec2.TerminateInstancesInput{InstanceIds: []string{"i-0one"}}))
		pass(t, w, 3*time.Minute)
		if got := fmt.Sprint(living(t, e)); got != want {
			t.Errorf("%q: %s", policy, got)
		}
	}
}

func TestAFleetThatLaunchesOnceCantBeModified(t *testing.T) {
	_, e := sea(t)
	_, err := e.ModifyFleet(t.Context(), &ec2.ModifyFleetInput{
		FleetId: aws.String("fleet-0b"), TargetCapacitySpecification: &types.TargetCapacitySpecificationRequest{TotalTargetCapacity: aws.Int32(0)},
	})
	if err == nil {
		t.Error("a fleet of type request was modified")
	}
}

func TestACancelledSpotRequestLaunchesNoMoreAndItsInstanceRunsOn(t *testing.T) {
	w, e := sea(t)
	mustDo(t)(e.CancelSpotInstanceRequests(t.Context(), &ec2.CancelSpotInstanceRequestsInput{SpotInstanceRequestIds: []string{"sir-0a"}}))
	if got := fmt.Sprint(living(t, e)); got != "[fleet-0a fleet-0a fleet-0b sfr-0a sir-0a sir-0b]" {
		t.Errorf("just cancelled: %s", got)
	}
	mustDo(t)(e.TerminateInstances(t.Context(), &ec2.TerminateInstancesInput{InstanceIds: []string{"i-0lasting"}}))
	pass(t, w, 3*time.Minute)
	if got := fmt.Sprint(living(t, e)); got != "[fleet-0a fleet-0a fleet-0b sfr-0a sir-0b]" {
		t.Errorf("after its end: %s", got)
	}
}
