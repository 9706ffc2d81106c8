package cloud_test

import (
	"testing"
	"time"

	"github.com/aws/smithy-go"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/cloud"
)

// actor is a session of a role of the shop's.
func actor(role, id string) event.Actor {
	return event.Actor{
		Kind: event.RoleActor, Partition: "aws", Account: shop.Account, Issuer: "arn:aws:iam::" + shop.Account + ":role/" + role, IssuerID: id,
		PrincipalID: id + ":x", ARN: "arn:aws:sts::" + shop.Account + ":assumed-role/" + role + "/x",
	}
}

// caller is the actor of the last change, as its record tells it.
func (s *stage) caller() (last event.Actor) {
	s.Helper()
	s.later(6 * time.Second)
	for _, d := range s.w.Deliveries() {
		contents, err := event.Unwrap(d.Body)
		if err != nil {
			s.Fatal(err)
		}
		e, err := event.Decode(contents[0].Record)
		if err != nil {
			s.Fatal(err)
		}
		last = e.Actor
	}
	return last
}

// Destruction was configured and never deployed in the shop, and mallory made a role of that name there.
func TestARoleThatOnlyHasTheNameIsKnownByItsClosedDoor(t *testing.T) {
	s := set(t)
	c := s.cloud(func(o *cloud.Options) { o.Roles[cloud.Destroy] = "riposte-destroy" })
	evil := actor("riposte-destroy", "AROAEVIL")
	for range 2 {
		if !c.Namesake(t.Context(), evil) {
			t.Error("a role that does not let riposte in passes for its own")
		}
	}
	if s.assumed != 1 {
		t.Errorf("asked %d times within a moment", s.assumed)
	}
	if _, err := suspend(c, t); err != nil {
		t.Fatal(err)
	}
	asked := s.assumed
	if own := s.caller(); c.Namesake(t.Context(), own) || s.assumed != asked {
		t.Errorf("riposte does not know itself: %+v, asked %d times", own, s.assumed-asked)
	}
}

// What is not sure must not be contained.
func TestARoleThatMayBeRipostesIsTakenForIt(t *testing.T) {
	s := set(t)
	c := s.cloud(func(o *cloud.Options) { o.Roles[cloud.Destroy] = "riposte-destroy" })
	for name, a := range map[string]event.Actor{
		"another process was let in":   actor("riposte-contain", "AROAUNSEEN"),
		"the record keeps the id back": actor("riposte-destroy", ""),
		"none of riposte's names":      actor("ops", "AROAOPS"),
	} {
		if c.Namesake(t.Context(), a) {
			t.Errorf("%s, and it is called a namesake", name)
		}
	}
	s.w.Fail("sts", "AssumeRole", 1, &smithy.GenericAPIError{Code: "InternalFailure", Fault: smithy.FaultServer})
	evil := actor("riposte-destroy", "AROAEVIL")
	if c.Namesake(t.Context(), evil) {
		t.Error("STS does not answer, and the role is called a namesake")
	}
	s.later(time.Hour)
	if !c.Namesake(t.Context(), evil) {
		t.Error("what was not known is not asked again")
	}
}
