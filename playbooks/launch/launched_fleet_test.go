package launch_test

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/action/actiontest"
	"github.com/ripostehq/riposte/playbooks/launch"
	"github.com/ripostehq/riposte/playbooks/playbooktest"
)

// plain is the story of one record in the shop as it is; without plans it is a quiet one.
func plain(t *testing.T, record string, plans ...string) {
	t.Helper()
	s := playbooktest.Story{Sort: playbooktest.Fires, Record: record, Suspects: 1, AWS: sighted, Plans: plans}
	if len(plans) == 0 {
		s.Sort = playbooktest.Quiet
	}
	s.Tell(t, launch.UnapprovedImage())
}

const strange = " launched from ami-0aaaaaaaaaaaaaaaa: it is public"

// What launches the next in place of what ends is stopped first; its instance is cut off, which satisfies it, and is not ended.
func TestWhoLaunchesAgainIsStoppedAtTheSource(t *testing.T) {
	for id, want := range map[string]string{
		"i-0fleet":     "fleet fleet-0a: instance i-0fleet of fleet fleet-0a" + strange + "\n  ec2.hold-fleet fleet-0a\n  ec2.stop i-0fleet, else ec2.terminate i-0fleet ?",
		"i-0spotfleet": "spot-fleet sfr-0a: instance i-0spotfleet of spot-fleet sfr-0a" + strange + "\n  ec2.hold-spot-fleet sfr-0a\n  ec2.stop i-0spotfleet, else ec2.terminate i-0spotfleet ?",
		"i-0lasting":   "spot-request sir-0a: instance i-0lasting of spot-request sir-0a" + strange + "\n  ec2.cancel-spot-request sir-0a\n  ec2.stop i-0lasting, else ec2.terminate i-0lasting ?",
	} {
		t.Run(id, func(t *testing.T) { plain(t, run(instances(id+" ami-0aaaaaaaaaaaaaaaa")), want) })
	}
}

// What launches once replaces nothing: its instance is one like any other. A group that launches by a fleet of its own is stopped
// as ever.
func TestWhoLaunchesOnceNeedsNoStopping(t *testing.T) {
	for _, id := range []string{"i-0once", "i-0single"} {
		plain(t, run(instances(id+" ami-0aaaaaaaaaaaaaaaa")), "instance "+id+": instance "+id+strange+"\n  ec2.terminate "+id+", else ec2.stop "+id)
	}
	plain(t, byScaling(instances("i-0fleeted ami-0aaaaaaaaaaaaaaaa web")), "group web: instance i-0fleeted of group web"+strange+
		"\n  autoscaling.suspend web !\n  ec2.terminate i-0fleeted, else ec2.stop i-0fleeted")
}

// All that one call launched for a fleet is one finding, with one root.
func TestAFleetsInstancesAreOneFinding(t *testing.T) {
	record := strings.ReplaceAll(run(instances("i-0fleet ami-0aaaaaaaaaaaaaaaa fleet-0a", "i-0fleet2 ami-0aaaaaaaaaaaaaaaa fleet-0a")), "aws:autoscaling:groupName", "aws:ec2:fleet-id")
	plain(t, record, "fleet fleet-0a: 2 instances of fleet fleet-0a"+strange+
		"\n  ec2.hold-fleet fleet-0a\n  ec2.stop i-0fleet, else ec2.terminate i-0fleet ?\n  ec2.stop i-0fleet2, else ec2.terminate i-0fleet2 ?")
}

// By which version of a mended template a fleet goes on, nobody knows: a person is asked, and the instance does not wait for the
// answer.
func TestAFleetWhoseTemplateWasMendedAsks(t *testing.T) {
	plain(t, run(instances("i-0mended ami-0aaaaaaaaaaaaaaaa")), "fleet fleet-0sound: instance i-0mended of fleet fleet-0sound"+strange+
		"\n  ec2.hold-fleet fleet-0sound ?\n  ec2.stop i-0mended, else ec2.terminate i-0mended ?")
}

// What a fleet shows acquits it only where that can be what it launches: an attacker may name an approved image in an override, which
// counts for fleets of type instant alone, or delete the template. That it launched this, AWS itself has written.
func TestAFleetThatShowsAnotherImageThanItLaunchesIsHeld(t *testing.T) {
	for id, fleet := range map[string]string{"i-0masked": "fleet-0over", "i-0bare": "fleet-0bare"} {
		plain(t, run(instances(id+" ami-0aaaaaaaaaaaaaaaa")), "fleet "+fleet+": instance "+id+" of fleet "+fleet+strange+
			"\n  ec2.hold-fleet "+fleet+"\n  ec2.stop "+id+", else ec2.terminate "+id+" ?")
	}
	plain(t, asked("ModifyFleet", `{"FleetId":"fleet-0bare"}`, `{"return":true}`)) // as long as it launches nothing it is left alone
}

// A fleet that riposte may not read is left to people, by name, and so is one that AWS does not show yet: its instance does not wait.
// One that is gone launches nothing.
func TestAFleetThatCantBeReadIsNamed(t *testing.T) {
	playbooktest.Story{
		Sort: playbooktest.Fires, Suspects: 1, AWS: shortSighted, Record: run(instances("i-0fleet ami-0aaaaaaaaaaaaaaaa")),
		Plans: []string{"instance i-0fleet: instance i-0fleet" + strange + "; fleet fleet-0a launched it, and may replace what is ended: stop it there" +
			"\n  ec2.stop i-0fleet, else ec2.terminate i-0fleet ?"},
	}.Tell(t, launch.UnapprovedImage())
	gone := run(instances("i-0orphan ami-0aaaaaaaaaaaaaaaa"))
	plain(t, gone, "instance i-0orphan: instance i-0orphan"+strange+"; fleet fleet-0gone launched it, and may replace what is ended: stop it there"+
		"\n  ec2.stop i-0orphan, else ec2.terminate i-0orphan ?")
	playbooktest.Story{Sort: playbooktest.Denied, Suspects: 1, AWS: sighted, Record: asked("CreateFleet", `{}`, `{"fleetId":"fleet-0gone"}`)}.Tell(t, launch.UnapprovedImage())
	playbooktest.Story{
		Sort: playbooktest.Fires, Suspects: 1, AWS: later(11 * time.Minute), Record: gone,
		Plans: []string{"instance i-0orphan: instance i-0orphan" + strange + "\n  ec2.terminate i-0orphan, else ec2.stop i-0orphan"},
	}.Tell(t, launch.UnapprovedImage())
}

// What is asked for is looked at before it launches anything.
func TestARequestIsStoppedBeforeItLaunches(t *testing.T) {
	bad := " launches from ami-0aaaaaaaaaaaaaaaa: it is public\n  "
	for name, c := range map[string]struct{ record, want string }{
		"a fleet":                    {asked("CreateFleet", `{"Type":"maintain"}`, `{"fleetId":"fleet-0a"}`), "fleet fleet-0a: fleet fleet-0a" + bad + "ec2.hold-fleet fleet-0a"},
		"a fleet made larger":        {asked("ModifyFleet", `{"FleetId":"fleet-0a"}`, `{"return":true}`), "fleet fleet-0a: fleet fleet-0a" + bad + "ec2.hold-fleet fleet-0a"},
		"one that launches right":    {asked("ModifyFleet", `{"FleetId":"fleet-0sound"}`, `{"return":true}`), ""},
		"one with images of its own": {asked("CreateFleet", `{}`, `{"fleetId":"fleet-0over"}`), ""},
		"one that launches once":     {asked("CreateFleet", `{"Type":"request"}`, `{"fleetId":"fleet-0once"}`), ""},
		"a Spot Fleet":               {called(mallory, "RequestSpotFleet", `{"spotFleetRequestConfig":{}}`, `{"spotFleetRequestId":"sfr-0a"}`), "spot-fleet sfr-0a: spot-fleet sfr-0a" + bad + "ec2.hold-spot-fleet sfr-0a"},
		"a Spot Fleet made larger":   {called(mallory, "ModifySpotFleetRequest", `{"spotFleetRequestId":"sfr-0sound"}`, `{"_return":true}`), ""},
		"a persistent spot request": {called(mallory, "RequestSpotInstances", `{}`, `{"spotInstanceRequestSet":{"items":[{"spotInstanceRequestId":"sir-0a"}]}}`),
			"spot-request sir-0a: spot-request sir-0a" + bad + "ec2.cancel-spot-request sir-0a"},
		"a spot request for once": {called(mallory, "RequestSpotInstances", `{}`, `{"spotInstanceRequestSet":{"items":[{"spotInstanceRequestId":"sir-0b"}]}}`), ""},
	} {
		t.Run(name, func(t *testing.T) {
			var plans []string
			if c.want != "" {
				plans = []string{c.want}
			}
			plain(t, c.record, plans...)
		})
	}
}

// What nobody can tell is a person's to decide: an attacker may name the image by a parameter that riposte can't read.
func TestARequestByWhatCantBeReadAsks(t *testing.T) {
	playbooktest.Story{
		Sort: playbooktest.Fires, Suspects: 1, Record: asked("CreateFleet", `{}`, `{"fleetId":"fleet-0param"}`),
		AWS: func(t *testing.T) (*actiontest.AWS, time.Time) {
			w := open(t)
			return as(w, "AKIACLOSE00000000001", "close"), w.Now()
		},
		Plans: []string{"fleet fleet-0param: fleet fleet-0param, and what it launches\n  ec2.hold-fleet fleet-0param ?"},
	}.Tell(t, launch.UnapprovedImage())
	playbooktest.Story{Sort: playbooktest.Denied, Suspects: 1, AWS: blind, Record: asked("CreateFleet", `{}`, `{"fleetId":"fleet-0a"}`)}.Tell(t, launch.UnapprovedImage())
}

// A record that names nothing, or a fleet that has launched all that it ever will, is no suspect.
func TestARequestThatLeadsNowhereIsNoSuspect(t *testing.T) {
	for _, record := range []string{
		asked("CreateFleet", `{"Type":"instant"}`, `{"fleetId":"fleet-0a"}`), asked("CreateFleet", `{}`, `{"omitted":true}`),
		asked("ModifyFleet", `{"FleetId":{"FleetId":"fleet-0a"}}`, `{}`), called(mallory, "RequestSpotInstances", `{}`, `null`),
		called(mallory, "CreateFleet", `{}`, `null`, failed("UnauthorizedOperation")),
	} {
		playbooktest.Story{Sort: playbooktest.Hostile, Record: record}.Tell(t, launch.UnapprovedImage())
	}
}

// asked is a call of EC2's newer sort, which wraps what it asks for and what it answers.
func asked(name, request, response string) string {
	return called(mallory, name, `{"`+name+`Request":`+request+`}`, `{"`+name+`Response":`+response+`}`)
}

// The world's records of the calls are read as it writes them, and what the services launch then is the fleet's.
func TestAFleetIsSeenWhenItIsMadeAndWhenItLaunches(t *testing.T) {
	a := attack(t)
	made, err := a.ec2.CreateFleet(t.Context(), &ec2.CreateFleetInput{
		TargetCapacitySpecification: &types.TargetCapacitySpecificationRequest{TotalTargetCapacity: aws.Int32(2)},
		LaunchTemplateConfigs: []types.FleetLaunchTemplateConfigRequest{{
			LaunchTemplateSpecification: &types.FleetLaunchTemplateSpecificationRequest{LaunchTemplateName: aws.String("sound"), Version: aws.String("1")},
			Overrides:                   []types.FleetLaunchTemplateOverridesRequest{{ImageId: aws.String("ami-0aaaaaaaaaaaaaaaa")}},
		}},
	})
	a.must(made, err)
	id := *made.FleetId
	expect(t, a.seen(10*time.Second), "CreateFleet fleet "+id+": fleet "+id+" launches from ami-0aaaaaaaaaaaaaaaa: it is public\n  ec2.hold-fleet "+id,
		"RunInstances fleet "+id+": 2 instances of fleet "+id+strange+"\n  ec2.hold-fleet "+id)
	image := &types.RequestSpotLaunchSpecification{ImageId: aws.String("ami-0aaaaaaaaaaaaaaaa")}
	a.must(a.ec2.RequestSpotInstances(t.Context(), &ec2.RequestSpotInstancesInput{Type: types.SpotInstanceTypePersistent, LaunchSpecification: image}))
	got := a.seen(10 * time.Second)
	expect(t, got, "RequestSpotInstances spot-request sir-", "RunInstances spot-request sir-")
	a.must(a.ec2.RequestSpotFleet(t.Context(), &ec2.RequestSpotFleetInput{SpotFleetRequestConfig: &types.SpotFleetRequestConfigData{
		IamFleetRole: aws.String("arn:aws:iam::111122223333:role/fleet"), TargetCapacity: aws.Int32(1),
		LaunchSpecifications: []types.SpotFleetLaunchSpecification{{ImageId: image.ImageId}},
	}}))
	expect(t, a.seen(10*time.Second), "RequestSpotFleet spot-fleet sfr-", "RunInstances spot-fleet sfr-")
}

// AWS's tags can't be written by anybody else: an instance can't be given to the fleet of others, whose launches would be stopped.
func TestAnInstanceIsNotGivenToAnothersFleet(t *testing.T) {
	a := attack(t)
	for _, key := range []string{"aws:ec2:fleet-id", "aws:ec2spot:fleet-request-id"} {
		tags := []types.Tag{{Key: aws.String(key), Value: aws.String("fleet-0sound")}}
		if _, err := a.ec2.CreateTags(t.Context(), &ec2.CreateTagsInput{Resources: []string{"i-0strange"}, Tags: tags}); err == nil {
			t.Errorf("%s was written", key)
		}
	}
	// A record that claims it does not count either: what AWS shows of the instance does.
	record := strings.ReplaceAll(run(instances("i-0strange ami-0aaaaaaaaaaaaaaaa fleet-0a")), "aws:autoscaling:groupName", "aws:ec2:fleet-id")
	plain(t, record, "instance i-0strange: instance i-0strange"+strange+"\n  ec2.terminate i-0strange, else ec2.stop i-0strange")
}
