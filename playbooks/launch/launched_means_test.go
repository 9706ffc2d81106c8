package launch_test

import (
	"strings"
	"testing"
	"time"

	"github.com/ripostehq/riposte/action/actiontest"
	"github.com/ripostehq/riposte/internal/world"
	"github.com/ripostehq/riposte/playbooks/launch"
	"github.com/ripostehq/riposte/playbooks/playbooktest"
)

// deployed is the shop in which the isolating group stands ready, and i-0alone has a role.
func deployed(user, secret string) func(*testing.T) (*actiontest.AWS, time.Time) {
	text := strings.NewReplacer(
		"        parameters:\n", "        security_groups: [{id: sg-0isolated, name: riposte-isolation, tags: {\"riposte:isolation\": \"true\"}}]\n        parameters:\n",
		"{id: i-0alone, image: ami-0aaaaaaaaaaaaaaaa}", "{id: i-0alone, image: ami-0aaaaaaaaaaaaaaaa, profile: builder}",
		"    regions:\n      eu-west-1:\n        images:\n", `    roles: [{name: builder, trust: {Version: "2012-10-17", Statement: [{Effect: Allow, Principal: {Service: ec2.amazonaws.com}, Action: "sts:AssumeRole"}]}}]`+
			"\n    regions:\n      eu-west-1:\n        images:\n",
	).Replace(shop)
	return func(t *testing.T) (*actiontest.AWS, time.Time) {
		w, err := world.New([]byte(text), world.Options{})
		if err != nil {
			t.Fatal(err)
		}
		return as(w, user, secret), w.Now()
	}
}

// What can't be ended is cut off, else stopped, else its credentials are denied: as it is deployed, without a word in the
// configuration.
func TestThereIsARungBelowTheEnd(t *testing.T) {
	operator := deployed("AKIAOPERATOR00000001", "operator")
	const title = "instance i-0alone: instance i-0alone launched from ami-0aaaaaaaaaaaaaaaa: it is public\n  "
	for _, s := range []playbooktest.Story{
		{Name: "as deployed", AWS: operator, Plans: []string{title + "ec2.terminate i-0alone, else ec2.isolate i-0alone, else ec2.stop i-0alone, else iam.deny-session builder riposte-deny-c_1-i-0alone"}},
		{
			Name: "to keep the evidence", AWS: operator, Configure: with("Instance", "isolate"),
			Plans: []string{title + "ec2.isolate i-0alone, else ec2.stop i-0alone, else iam.deny-session builder riposte-deny-c_1-i-0alone, else ec2.terminate i-0alone ?"},
		},
		{
			Name: "to keep the evidence, and no group is ready", AWS: sighted, Configure: with("Instance", "isolate"),
			Plans: []string{title + "ec2.stop i-0alone, else ec2.terminate i-0alone ?"},
		},
		{
			Name: "what riposte may not see is a rung less", AWS: deployed("AKIASHORT00000000001", "short"),
			Plans: []string{title + "ec2.terminate i-0alone, else ec2.stop i-0alone"},
		},
	} {
		s.Sort, s.Suspects, s.Record = playbooktest.Fires, 1, run(instances("i-0alone ami-0aaaaaaaaaaaaaaaa"))
		t.Run(s.Name, func(t *testing.T) { s.Tell(t, launch.UnapprovedImage()) })
	}
}
