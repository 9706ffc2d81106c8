package event_test

import (
	"testing"

	"github.com/ripostehq/riposte/event"
)

// The path of a role is its maker's choice, colons included: an attacker who could pose as AWS by one would never be contained.
func TestAPathThatPosesAsAWSIsNotAWSs(t *testing.T) {
	const linked = "role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling"
	for _, c := range []struct {
		story, issuer, name string
		aws                 bool
	}{
		{"a service-linked role", "arn:aws:iam::111122223333:" + linked, linked, true},
		{"AWS's path behind the caller's own", "arn:aws:iam::111122223333:role/x:role/aws-service-role/evil", "role/x:role/aws-service-role/evil", false},
		{"AWS's path below another", "arn:aws:iam::111122223333:role/x/role/aws-service-role/evil", "role/x/role/aws-service-role/evil", false},
		{"a user of that path", "arn:aws:iam::111122223333:user/aws-service-role/evil", "user/aws-service-role/evil", false},
		{"no ARN", "role/aws-service-role/evil", "", false},
		{"no issuer", "", "", false},
	} {
		a := event.Actor{Kind: event.RoleActor, Issuer: c.issuer}
		if a.ByAWS() != c.aws || a.IssuerName() != c.name {
			t.Errorf("%s: by AWS %v, name %q", c.story, a.ByAWS(), a.IssuerName())
		}
	}
}
