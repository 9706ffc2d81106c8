package engine_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/world"
	"github.com/ripostehq/riposte/playbooks/launch"
)

// fleet is one of mallory's that keeps two instances, of an image over its template's.
func (s *stage) fleet(image string) string {
	s.Helper()
	out, err := ec2.NewFromConfig(s.w.Config(ireland, mallory)).CreateFleet(s.Context(), &ec2.CreateFleetInput{
		TargetCapacitySpecification: wanting(2),
		LaunchTemplateConfigs: []types.FleetLaunchTemplateConfigRequest{{
			LaunchTemplateSpecification: &types.FleetLaunchTemplateSpecificationRequest{LaunchTemplateName: aws.String("web"), Version: aws.String("1")},
			Overrides:                   []types.FleetLaunchTemplateOverridesRequest{{ImageId: aws.String(image)}},
		}},
	})
	s.must(err)
	return *out.FleetId
}

func wanting(n int32) *types.TargetCapacitySpecificationRequest {
	return &types.TargetCapacitySpecificationRequest{TotalTargetCapacity: aws.Int32(n)}
}

// wants is how many instances a fleet keeps, and what it does with those that are too many.
func (s *stage) wants(fleet string) (int32, string) {
	s.Helper()
	out, err := clients{w: s.w, by: own}.reads().ec2(ireland).DescribeFleets(s.Context(), &ec2.DescribeFleetsInput{FleetIds: []string{fleet}})
	s.must(err)
	f := out.Fleets[0]
	return *f.TargetCapacitySpecification.TotalTargetCapacity, string(f.ExcessCapacityTerminationPolicy)
}

// about are the cases with a root: one is open at a time.
func (s *stage) about(id string) (all []*ledger.Case) {
	s.Helper()
	for _, c := range s.all() {
		if c.Root.ID == id {
			all = append(all, c)
		}
	}
	return all
}

func TestAFleetIsHeldHeardOfAgainAndGivenBack(t *testing.T) {
	s := set(t, world.Options{}, launch.UnapprovedImage())
	innocent, bad := s.fleet("ami-0bbbbbbbbbbbbbbbb"), s.fleet(foreign)
	attacker := ec2.NewFromConfig(s.w.Config(ireland, mallory))
	s.pass(10 * time.Minute)
	held := func(when string) {
		t.Helper()
		for _, c := range s.about(bad) {
			if c.State != ledger.Verified {
				t.Fatalf("%s: %s: %s\n%s", when, c.State, steps(c), s.history(c))
			}
		}
		if n, policy := s.wants(bad); n != 0 || policy != "no-termination" || foreigners(s) != 0 {
			t.Errorf("%s: the fleet wants %d (%s), %d foreign instances run", when, n, policy, foreigners(s))
		}
		if n, _ := s.wants(innocent); n != 2 {
			t.Errorf("%s: the innocent fleet wants %d", when, n)
		}
	}
	held("at first")

	_, err := attacker.ModifyFleet(t.Context(), &ec2.ModifyFleetInput{FleetId: &bad, TargetCapacitySpecification: wanting(5)})
	s.must(err)
	s.pass(10 * time.Minute)
	held("made larger again")

	cases := s.about(bad) // the second wants the same effect
	for i, c := range cases {
		s.order(c, ledger.Order{Verb: ledger.Undo})
		s.pass(time.Hour)
		if n, _ := s.wants(bad); i < len(cases)-1 && n != 0 {
			t.Errorf("the fleet wants %d, and a case still wants it held", n)
		}
	}
	for _, c := range s.about(bad) {
		if c.State != ledger.Undone {
			t.Errorf("%s: %s\n%s", c.State, steps(c), s.history(c))
		}
	}
	if n, policy := s.wants(bad); n != 2 || policy != "termination" {
		t.Errorf("given back, the fleet wants %d (%s), and it wanted 2 (termination)", n, policy)
	}
	s.whole()
}

// A request knows no pause: it is cancelled, for good. What it launched meanwhile is ended, since nothing comes in its place.
func TestAPersistentSpotRequestIsCancelled(t *testing.T) {
	s := set(t, world.Options{}, launch.UnapprovedImage())
	attacker := ec2.NewFromConfig(s.w.Config(ireland, mallory))
	out, err := attacker.RequestSpotInstances(t.Context(), &ec2.RequestSpotInstancesInput{
		Type: types.SpotInstanceTypePersistent, LaunchSpecification: &types.RequestSpotLaunchSpecification{ImageId: aws.String(foreign)},
	})
	s.must(err)
	s.pass(20 * time.Minute)
	if n := foreigners(s); n != 0 {
		t.Errorf("%d foreign instances run", n)
	}
	id := *out.SpotInstanceRequests[0].SpotInstanceRequestId
	now, err := attacker.DescribeSpotInstanceRequests(t.Context(), &ec2.DescribeSpotInstanceRequestsInput{SpotInstanceRequestIds: []string{id}})
	s.must(err)
	if state := now.SpotInstanceRequests[0].State; state != types.SpotInstanceStateCancelled {
		t.Errorf("the request is %s", state)
	}
	if all := s.about(id); len(all) != 1 || all[0].State != ledger.Verified {
		t.Errorf("%d cases:\n%s", len(all), s.histories(all))
	}
}
