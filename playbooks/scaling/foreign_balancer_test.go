package scaling

import (
	"testing"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/playbook"
)

// Targets of some groups are addresses: an instance is itself by each of its own.
func TestAnInstanceTakesItselfOutByItsAddress(t *testing.T) {
	at := event.Place{Partition: "aws", Account: "111122223333", Region: "eu-west-1"}
	for story, c := range map[string]struct {
		targets []action.Target
		harms   bool
	}{
		"itself by its id":         {[]action.Target{{ID: "i-0a1b2c3d4e5f60718"}}, false},
		"itself by both addresses": {[]action.Target{{ID: "10.0.0.5"}, {ID: "10.0.1.6"}}, false},
		"another address":          {[]action.Target{{ID: "10.0.0.5"}, {ID: "10.0.0.6"}}, true},
	} {
		call := changed{Call: "DeregisterTargets", Instance: at.In(event.Instance, "i-0a1b2c3d4e5f60718"), Balancer: "arn:x", Targets: c.targets}
		how, err := call.unbalances(t.Context(), playbook.In{}, owner{addresses: []string{"10.0.0.5", "10.0.1.6"}})
		if err != nil || (how != "") != c.harms {
			t.Errorf("%s: %q, %v", story, how, err)
		}
	}
}

// What a balancer's ARN has in common with its listeners' and rules': nothing of one that ends early is anybody's.
func TestTheBalancerOfAnARN(t *testing.T) {
	const in = "arn:aws:elasticloadbalancing:eu-west-1:111122223333:"
	for arn, want := range map[string]string{
		in + "loadbalancer/app/web/0a": "app/web/0a", in + "listener/app/web/0a/0b": "app/web/0a", in + "listener-rule/net/web/0a/0b/0c": "net/web/0a",
		in + "listener/app/web": "", in + "loadbalancer/front": "", in + "targetgroup/web/0a": "", "front": "", "": "",
	} {
		if got := balancerPath(arn); got != want {
			t.Errorf("%s: %q, want %q", arn, got, want)
		}
	}
}
