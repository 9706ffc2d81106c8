package action_test

import (
	"testing"
	"time"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/action/actiontest"
	"github.com/ripostehq/riposte/event"
)

// ground is what the contract's actions are done to: the same shop, whatever AWS it is built in.
type ground struct {
	group, member, alone, template, user, role event.Resource
	fleet, spotFleet, spotRequest              event.Resource // the request launches again and again
	key, isolated                              string
	interfaces                                 []string // of alone
}

// contract is one action of each kind that has a way of its own to be wanted, by name. The ways back are done by the suite.
func contract(g ground) map[string]action.Action {
	return map[string]action.Action{
		"suspend all":         action.Suspend{Group: g.group},
		"suspend launch":      action.Suspend{Group: g.group, Processes: []string{"Launch"}},
		"pin":                 action.Pin{Group: g.group, Template: g.template.ID, Version: "1"},
		"hold fleet":          action.HoldFleet{Fleet: g.fleet},
		"hold spot fleet":     action.HoldSpotFleet{Fleet: g.spotFleet},
		"cancel spot request": action.CancelSpotRequest{Request: g.spotRequest},
		"standby":             action.Standby{Instance: g.member, Group: g.group.ID, Decrement: true},
		"terminate":           action.Terminate{Instance: g.alone},
		"stop":                action.Stop{Instance: g.alone},
		"isolate":             action.Isolate{Instance: g.alone, Interfaces: g.interfaces, Groups: []string{g.isolated}},
		"default version":     action.DefaultVersion{Template: g.template, Version: 1},
		"protect":             action.Protect{Instance: g.alone, Attribute: action.AgainstTermination},
		"protect from stop":   action.Protect{Instance: g.alone, Attribute: action.AgainstStop},
		"protect from inside": action.Protect{Instance: g.alone, Attribute: action.AgainstShutdown},
		"deactivate key":      action.DeactivateKey{User: g.user, Key: g.key},
		"attach user deny":    action.AttachUserDeny{User: g.user},
		"deny user":           action.DenyUser{User: g.user, Case: "c_1", Scope: action.Everything},
		"deny destruction":    action.DenyUser{User: g.user, Case: "c_1", Scope: action.Destructive},
		"bound user":          action.BoundUser{User: g.user},
		"deny session":        action.DenySession{Role: g.role, UserID: "AROAEXAMPLE:job-1", Case: "c_1", Scope: action.Destructive},
		"revoke sessions":     action.RevokeSessions{Role: g.role, UserID: "AROAEXAMPLE:job-1", Before: time.Date(2030, 1, 7, 9, 0, 0, 0, time.UTC), Case: "c_1", Scope: action.Everything},
		"attach role deny":    action.AttachRoleDeny{Role: g.role},
	}
}

// census are the kinds that a table of actions leaves out, the ways back of what it does being in it.
func census(t *testing.T, c *actiontest.AWS, table map[string]action.Action) (left []string) {
	t.Helper()
	done := map[string]bool{}
	for _, a := range table {
		done[a.Kind().Name] = true
		look, err := a.Look(t.Context(), c.Reads())
		if err != nil {
			t.Fatalf("look at %s: %v", a.Kind().Name, err)
		}
		if look.Inverse != nil {
			done[look.Inverse.Kind().Name] = true
		}
	}
	for _, k := range action.Kinds() {
		if !done[k.Name] {
			left = append(left, k.Name)
		}
	}
	return left
}
