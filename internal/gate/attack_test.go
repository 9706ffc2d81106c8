package gate_test

import (
	"strings"
	"testing"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/gate"
)

// Paths of roles may hold colons: a role that only looks like riposte's, or like AWS's, is contained like any other.
func TestWhoPosesAsSomebodyProtectedIsContained(t *testing.T) {
	for story, issuer := range map[string]string{
		"as riposte": "arn:aws:iam::111122223333:role/x:role/riposte-contain",
		"as AWS":     "arn:aws:iam::111122223333:role/x:role/aws-service-role/evil",
	} {
		f := facts(func(f *gate.Facts) {
			f.Actor, f.Target = session(issuer, "s"), shop.In(event.Role, issuer[len("arn:aws:iam::111122223333:role/"):])
		})
		if v := gate.Judge(policy(gate.Act), f); v.Do != gate.Act || v.Page != "" {
			t.Errorf("%s: %s, %s, page %q", story, v.Do, v.Reason(), v.Page)
		}
	}
}

// The ARN of a group holds an id that no record shows: the place and the name must do, and nothing less.
func TestAnUntouchableGroupIsKnownByItsPlaceAndName(t *testing.T) {
	p := policy(gate.Act)
	p.Untouchable = []string{"arn:aws:autoscaling:eu-west-1:111122223333:autoScalingGroup:930d940e-891e-4781-a11a-7b0acd480f03:autoScalingGroupName/payments"}
	london, other := shop, shop
	london.Region, other.Account = "eu-west-2", "444455556666"
	for _, c := range []struct {
		story string
		group event.Resource
		want  gate.Decision
	}{
		{"the group", shop.In(event.Group, "payments"), gate.Hold},
		{"its namesake in another region", london.In(event.Group, "payments"), gate.Act},
		{"its namesake in another account", other.In(event.Group, "payments"), gate.Act},
		{"a name that ends alike", shop.In(event.Group, "autoScalingGroupName/payments"), gate.Act},
		{"an instance of that name", shop.In(event.Instance, "payments"), gate.Act},
	} {
		if v := gate.Judge(p, facts(func(f *gate.Facts) { f.Target = c.group })); v.Do != c.want {
			t.Errorf("%s: %s, %s", c.story, v.Do, v.Reason())
		}
	}
}

// What a break-glass principal leaves behind is answered where a person wants it; that it was used is told at once, whatever it did.
func TestBreakGlassIsPagedWhateverItDoes(t *testing.T) {
	for story, class := range map[string]action.Class{"it stops a group": action.Contain, "it ends an instance": action.Destroy} {
		v := gate.Judge(policy(gate.Act), facts(func(f *gate.Facts) {
			f.Actor, f.Class = session("arn:aws:iam::111122223333:role/break-glass", "sam"), class
		}))
		if v.Do != gate.Ask || v.Page == "" {
			t.Errorf("%s: %s, %s, page %q", story, v.Do, v.Reason(), v.Page)
		}
	}
}

// A role is riposte's in the organisation's accounts alone: an attacker who names one so in an account of their own gains
// nothing by it.
func TestSomebodyElsesRoleOfRipostesNameIsNotRiposte(t *testing.T) {
	p := policy(gate.Act)
	p.Foreign = func(account string) bool { return account != shop.Account }
	f := facts(func(f *gate.Facts) {
		f.Actor = session("arn:aws:iam::111122223333:role/riposte-contain", "riposte-c_1")
		f.Target = shop.In(event.User, "mallory")
	})
	if v := gate.Judge(p, f); v.Do != gate.Hold || v.Page == "" {
		t.Errorf("riposte's own role: %s, %s", v.Do, v.Reason())
	}
	f.Actor.Account, f.Actor.Issuer = "999900001111", "arn:aws:iam::999900001111:role/riposte-contain"
	if v := gate.Judge(p, f); v.Do != gate.Act || v.Page != "" {
		t.Errorf("a stranger's: %s, %s, page %q", v.Do, v.Reason(), v.Page)
	}
	f.Actor, f.Target = mallory, event.Place{Partition: "aws", Account: "999900001111"}.In(event.Role, "riposte-contain")
	if v := gate.Judge(p, f); v.Do != gate.Hold || v.Page == "" || !strings.Contains(v.Reason(), "none of the organisation's") {
		t.Errorf("riposte enters a stranger's account: %s, %s, page %q", v.Do, v.Reason(), v.Page)
	}
}
