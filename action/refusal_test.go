package action

import (
	"context"
	"errors"
	"testing"

	"github.com/aws/smithy-go"

	"github.com/ripostehq/riposte/event"
)

func TestOnlyADefinitiveRefusalTakesTheNextRung(t *testing.T) {
	api := func(code, message string) error { return &smithy.GenericAPIError{Code: code, Message: message} }
	for _, c := range []struct {
		name   string
		err    error
		cannot bool
	}{
		{"denied", api("AccessDenied", ""), true},
		{"denied by EC2", api("UnauthorizedOperation", ""), true},
		{"ten policies", api("LimitExceeded", ""), true},
		{"service-linked", api("UnmodifiableEntity", ""), true},
		{"protected", api("OperationNotPermitted", ""), true},
		{"group at its minimum", api("ValidationError", "AutoScalingGroup has min-size=1"), true},
		{"still on its way", api("ValidationError", "The instance i-1 is not in InService or EnteringStandby."), false},
		{"a user that is being changed by another caller", api("ConcurrentModification", ""), false},
		{"a user made anew", api("EntityTemporarilyUnmodifiable", ""), false},
		{"throttled", api("Throttling", ""), false},
		{"throttled by EC2", api("RequestLimitExceeded", ""), false},
		{"AWS broken", api("InternalFailure", ""), false},
		{"user gone: look again", api("NoSuchEntity", ""), false},
		{"unheard of", api("SomethingNew", ""), false},
		{"timed out", context.DeadlineExceeded, false},
	} {
		if got := Refused("x", c.err); got == nil || errors.Is(got, ErrCannot) != c.cannot || !errors.Is(got, c.err) {
			t.Errorf("%s: %v", c.name, got)
		}
	}
	if Refused("x", nil) != nil {
		t.Error("success is an error")
	}
}

// A role that AWS keeps for itself is refused before anything is sent: the nil clients would panic.
func TestRolesOfAWSAreNeverTouched(t *testing.T) {
	for _, id := range []string{"aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling", "/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_0123456789abcdef"} {
		role := event.Resource{Partition: "aws", Account: "111122223333", Type: event.Role, ID: id}
		for _, a := range []Action{
			DenySession{Role: role, UserID: "AROAEXAMPLE:x", Case: "c_1", Scope: Everything},
			RevokeSessions{Role: role, Case: "c_1", Scope: Everything},
			AttachRoleDeny{role},
		} {
			look, err := a.Look(t.Context(), nil)
			if err != nil || look.Refused == "" || look.Satisfied {
				t.Errorf("%s of %s: look %+v, %v", a.About().Kind.Name, id, look, err)
			}
			if err := a.Do(t.Context(), nil); !errors.Is(err, ErrCannot) {
				t.Errorf("%s of %s: %v", a.About().Kind.Name, id, err)
			}
		}
	}
}
