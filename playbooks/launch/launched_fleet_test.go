package launch_test

import (
	"testing"

	"github.com/ripostehq/riposte/playbooks/launch"
	"github.com/ripostehq/riposte/playbooks/playbooktest"
)

// A fleet replaces what is terminated: its instance is cut off, which satisfies the fleet, and people are told of the fleet. A
// group that launches by a fleet of its own is stopped as ever.
func TestWhatAFleetLaunchesIsCutOff(t *testing.T) {
	for _, s := range []playbooktest.Story{
		{
			Name: "by a fleet", Record: run(instances("i-0fleet ami-0aaaaaaaaaaaaaaaa")),
			Plans: []string{"instance i-0fleet: instance i-0fleet launched from ami-0aaaaaaaaaaaaaaaa: it is public; fleet fleet-0a launched it, and may replace what is ended: stop it there" +
				"\n  ec2.stop i-0fleet, else ec2.terminate i-0fleet ?"},
		},
		{
			Name: "by a group's fleet", Record: byScaling(instances("i-0fleeted ami-0aaaaaaaaaaaaaaaa web")),
			Plans: []string{"group web: instance i-0fleeted of group web launched from ami-0aaaaaaaaaaaaaaaa: it is public" +
				"\n  autoscaling.suspend web !\n  ec2.terminate i-0fleeted, else ec2.stop i-0fleeted"},
		},
	} {
		s.Sort, s.Suspects, s.AWS = playbooktest.Fires, 1, sighted
		t.Run(s.Name, func(t *testing.T) { s.Tell(t, launch.UnapprovedImage()) })
	}
}
