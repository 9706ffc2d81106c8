package engine_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/world"
	"github.com/ripostehq/riposte/playbook"
)

// calledFrom are the facts of a playbook that watches callers.
type calledFrom struct{ Address string }

func (c calledFrom) Found() []string { return []string{"from " + c.Address} }

// An instance's ordinary calls are looked at once in a while; one from another address is looked at at once.
func TestWhatALookHasClearedIsNotLookedAtWithEachCall(t *testing.T) {
	looks := map[string]int{}
	s := set(t, world.Options{}, playbook.Define(playbook.Spec[struct{}, calledFrom]{
		ID: "test.callers", On: []playbook.Trigger{playbook.CallerInstance().AlsoReads()}, Severity: playbook.High,
		Suspect: func(e event.Event, _ struct{}) []playbook.Suspect[calledFrom] {
			return []playbook.Suspect[calledFrom]{{Resource: e.Place().In(event.Session, "web/"+e.Actor.Session), Title: "a call", Facts: calledFrom{e.SourceIP}}}
		},
		Check: func(_ context.Context, _ playbook.In, x playbook.Suspect[calledFrom], _ struct{}) ([]playbook.Suspect[calledFrom], error) {
			looks[x.Facts.Address]++
			return nil, nil
		},
		Plan: func(playbook.Suspect[calledFrom], struct{}) action.Plan { return action.Plan{} },
	}))
	n := 0
	calls := func(from string) {
		t.Helper()
		n++
		e, err := event.Decode(fmt.Appendf(nil, `{"eventID":"e-%d","eventSource":"s3.amazonaws.com","eventName":"ListBuckets","eventTime":%q,"awsRegion":"eu-west-1","readOnly":true,
			"recipientAccountId":"111122223333","sourceIPAddress":%q,"userIdentity":{"type":"AssumedRole","accountId":"111122223333","principalId":"AROAWEB:i-0a1b2c3d4e5f60718",
			"arn":"arn:aws:sts::111122223333:assumed-role/web/i-0a1b2c3d4e5f60718"}}`, n, s.w.Now().Format(time.RFC3339), from))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.e.Receive(t.Context(), e); err != nil {
			t.Fatal(err)
		}
		s.pass(time.Second)
	}
	for range 20 {
		calls("192.0.2.10")
	}
	calls("198.51.100.7")
	if looks["192.0.2.10"] != 1 || looks["198.51.100.7"] != 1 {
		t.Errorf("looks: %v, want one at each address", looks)
	}
	s.pass(11 * time.Minute) // by then the address may be another's
	calls("192.0.2.10")
	if looks["192.0.2.10"] != 2 {
		t.Errorf("looks: %v, want a second after a while", looks)
	}
}
