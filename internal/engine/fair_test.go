package engine_test

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/world"
	"github.com/ripostehq/riposte/playbook"
)

// noises is how many suspects an attacker makes for nothing.
const noises = 300

// parameters is a playbook that suspects everything that is written into a parameter, and confirms nothing.
func parameters(severity playbook.Severity) playbook.Definition {
	return playbook.Define(playbook.Spec[struct{}, struct{}]{
		ID: "test.parameter", Title: "a parameter was written", Severity: severity,
		On:      []playbook.Trigger{playbook.Call(call.SSMPutParameter)},
		Changes: playbook.Always[struct{}](),
		Suspect: func(e event.Event, _ struct{}) []playbook.Suspect[struct{}] {
			return []playbook.Suspect[struct{}]{{Resource: e.Place().In(event.Parameter, e.ID), Title: "wrote " + e.ID}}
		},
		Check: func(context.Context, playbook.In, playbook.Suspect[struct{}], struct{}) ([]playbook.Suspect[struct{}], error) {
			return nil, nil
		},
		Plan: func(playbook.Suspect[struct{}], struct{}) action.Plan { return action.Plan{} },
	})
}

// written is a parameter written by the caller of the attack.
func written(real event.Event, n int) event.Event {
	e := real
	e.ID, e.Source, e.Name, e.Response = fmt.Sprint("noise-", n), "ssm.amazonaws.com", "PutParameter", nil
	return e
}

// launched is an instance launched from an image that may run, as real was from one that may not.
func launched(real event.Event, n int, by event.Actor) event.Event {
	e := real
	e.ID, e.Actor = fmt.Sprint("noise-", n), by
	e.Response = json.RawMessage(fmt.Sprintf(`{"instancesSet":{"items":[{"instanceId":"i-%017x","imageId":"ami-0bbbbbbbbbbbbbbbb"}]}}`, n))
	return e
}

// somebody is a user, or with a session a role of that name.
func somebody(account, name, session string) event.Actor {
	if session == "" {
		return event.Actor{Kind: event.UserActor, Account: account, PrincipalID: "AIDA" + name, UserName: name}
	}
	return event.Actor{Kind: event.RoleActor, Account: account, PrincipalID: "AROA" + name + ":" + session, IssuerID: "AROA" + name, Role: name, Session: session}
}

// delayed is how many turns go by, after so much noise, before the attack is answered.
func delayed(s *stage, noise func(real event.Event, n int) event.Event) (turns int) {
	s.Helper()
	real := s.launch()
	for n := range noises {
		_, err := s.e.Receive(s.Context(), noise(real[0], n))
		s.must(err)
	}
	_, err := s.e.Receive(s.Context(), real...)
	s.must(err)
	for foreigners(s) > 0 {
		if turns++; turns > 2*noises {
			s.Fatal("it was never answered")
		}
		_, _, err := s.e.ProcessOne(s.Context())
		s.must(err)
	}
	return turns - 1
}

// TestNoiseDelaysAnAttackByTwoTurnsAtMost: whichever caller makes noise before the attack, the noise stands behind.
func TestNoiseDelaysAnAttackByTwoTurnsAtMost(t *testing.T) {
	for _, x := range []struct {
		name     string
		severity playbook.Severity // of the playbook that noise is for
		noise    func(real event.Event, n int) event.Event
	}{
		{"less severe, by the attacker", playbook.Medium, written},
		{"as severe, by the attacker, for another playbook", playbook.High, written},
		{"as severe, by others, one of them in a session each time", playbook.High, func(real event.Event, n int) event.Event {
			by := somebody(real.Account, "TRUDY", "")
			if n%2 == 0 {
				by = somebody(real.Account, "BUILD", fmt.Sprint("session-", n))
			}
			return launched(real, n, by)
		}},
		{"as severe, by AWS for fleets that each is the attacker's own, in the same account", playbook.High, func(real event.Event, n int) event.Event {
			e := launched(real, n, event.Actor{Kind: event.RoleActor, Account: real.Account, PrincipalID: "AROAFLEET:x", IssuerID: "AROAFLEET",
				Issuer: "arn:aws:iam::" + real.Account + ":role/aws-service-role/ec2fleet.amazonaws.com/AWSServiceRoleForEC2Fleet"})
			e.Response = json.RawMessage(fmt.Sprintf(`{"instancesSet":{"items":[{"instanceId":"i-%017x","imageId":"ami-0bbbbbbbbbbbbbbbb",`+
				`"tagSet":{"items":[{"key":"aws:ec2:fleet-id","value":"fleet-%d"}]}}]}}`, n, n))
			return e
		}},
		{"as severe, by everybody in another account", playbook.High, func(real event.Event, n int) event.Event {
			real.Account = "444455556666"
			return launched(real, n, somebody(real.Account, fmt.Sprint("USER", n), ""))
		}},
	} {
		t.Run(x.name, func(t *testing.T) {
			s := set(t, world.Options{}, parameters(x.severity), launches())
			s.workers = 0 // they have enough to do
			s.restart()
			if n := delayed(s, x.noise); n > 2 {
				t.Errorf("it was answered after %d turns for noise", n)
			}
			s.whole()
		})
	}
}

// TestNoiseIsAnsweredInTheEnd: what stands behind is not forgotten.
func TestNoiseIsAnsweredInTheEnd(t *testing.T) {
	s := set(t, world.Options{}, parameters(playbook.High))
	s.workers = 0
	s.restart()
	real := s.launch()[0]
	for n := range 5 {
		_, err := s.e.Receive(t.Context(), written(real, n))
		s.must(err)
	}
	turns := 0
	for worked := true; worked; turns++ {
		var err error
		worked, _, err = s.e.ProcessOne(t.Context())
		s.must(err)
	}
	if turns != 6 {
		t.Errorf("5 cases took %d turns", turns-1)
	}
	s.whole()
}

// BenchmarkNoiseBeforeAnAttack counts the turns that 300 suspects of noise delay an attack by, of the same severity and by
// the same credential.
func BenchmarkNoiseBeforeAnAttack(b *testing.B) {
	s := set(b, world.Options{}, parameters(playbook.High), launches())
	s.workers = 0
	s.restart()
	b.ReportMetric(float64(delayed(s, written)), "turns")
	b.ReportMetric(0, "ns/op")
}
