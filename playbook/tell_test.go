package playbook_test

import (
	"strings"
	"testing"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/playbook"
)

// TestAPlaybookThatTellsHasNoAnswer: what answers something says so, and one that says nothing of an answer is not taken for one that tells.
func TestAPlaybookThatTellsHasNoAnswer(t *testing.T) {
	type spec = playbook.Spec[struct{}, struct{}]
	first := func(one, _ playbook.Suspect[struct{}]) playbook.Suspect[struct{}] { return one }
	for _, c := range []struct {
		story  string
		change func(*spec)
		want   string
	}{
		{"it tells, and reads nothing", func(*spec) {}, ""},
		{"it tells, and reads", func(s *spec) { s.Reads = []call.ID{call.EC2DescribeInstances} }, ""},
		{"it has a plan", func(s *spec) {
			s.Plan = func(playbook.Suspect[struct{}], struct{}) action.Plan { return action.Plan{} }
		}, "tells, and has changes or a plan"},
		{"it may change something", func(s *spec) { s.Changes = playbook.Always[struct{}](action.Stop{}.About().Kind) }, "tells, and has changes or a plan"},
		{"it can't say two things at once", func(s *spec) { s.Join = nil }, "tells, and has no Join"},
		{"it does not say that it tells", func(s *spec) { s.Tells = false }, "has no permissions"},
		{"it answers, and has a Join", func(s *spec) {
			s.Tells, s.Reads = false, []call.ID{call.EC2DescribeInstances}
			s.Changes = playbook.Always[struct{}](action.Stop{}.About().Kind)
		}, "has a Join, and does not only tell"},
	} {
		s := suspect(struct{}{})
		s.ID, s.Title, s.Why, s.Severity = "test.one", "title", "why", playbook.Low
		s.On, s.Prevents = []playbook.Trigger{playbook.Call(call.EC2RunInstances)}, []playbook.Prevention{{Kind: playbook.AccountSetting}}
		s.Stories, s.Tells, s.Join, s.Plan = "-- fires/one.json --\n{}\n", true, first, nil
		c.change(&s)
		err := playbook.Validate([]playbook.Definition{playbook.Define(s)}, action.Kinds())
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.story, err, c.want)
		}
	}
}

// TestWhoIsAPerson: by the issuers that the organisation names, and by nothing that a caller can choose.
func TestWhoIsAPerson(t *testing.T) {
	session := func(role string) event.Actor {
		return event.Actor{Kind: event.RoleActor, Session: "alice", Issuer: "arn:aws:iam::111122223333:role/" + role}
	}
	const center = "aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_0"
	invoked := session(center)
	invoked.InvokedBy = "cloudformation.amazonaws.com"
	known := event.People{Issuers: []string{"arn:aws:iam::*:role/aws-reserved/sso.amazonaws.com/*"}}
	for _, c := range []struct {
		story  string
		people event.People
		users  bool
		actor  event.Actor
		name   string
		failed bool
		want   [2]int // suspects of a trigger by call, and of one by caller
	}{
		{"a session of Identity Center", known, false, session(center), "RunInstances", false, [2]int{1, 1}},
		{"where the organisation knows no people", event.People{}, false, session(center), "RunInstances", false, [2]int{0, 0}},
		{"root is a person anywhere", event.People{}, false, event.Actor{Kind: event.RootActor}, "RunInstances", false, [2]int{1, 1}},
		{"so is a user of Identity Center's own", event.People{}, false, event.Actor{Kind: event.IdentityCenterActor}, "RunInstances", false, [2]int{1, 1}},
		{"an IAM user is none", known, false, event.Actor{Kind: event.UserActor}, "RunInstances", false, [2]int{0, 0}},
		{"but where users are people", known, true, event.Actor{Kind: event.UserActor}, "RunInstances", false, [2]int{1, 1}},
		{"a pipeline whose session is called alice", known, false, session("ci"), "RunInstances", false, [2]int{0, 0}},
		{"a role that is called like Identity Center's", known, false, session("AWSReservedSSO_Admin_0"), "RunInstances", false, [2]int{0, 0}},
		{"CloudFormation in a person's name", known, false, invoked, "RunInstances", false, [2]int{0, 0}},
		{"a refused call", known, false, session(center), "RunInstances", true, [2]int{0, 0}},
		{"any other change, by the caller alone", known, false, session(center), "CreateTags", false, [2]int{0, 1}},
		{"a read, whatever it is marked as", known, false, session(center), "GetConsoleOutput", false, [2]int{0, 0}},
	} {
		e := event.Event{Kind: event.Call, Source: "ec2.amazonaws.com", Name: c.name, Actor: c.actor}
		if c.failed {
			e.Error.Code = "AccessDenied"
		}
		for i, on := range []playbook.Trigger{playbook.Call(call.EC2RunInstances).ByPerson(c.users), playbook.CallerPerson(c.users)} {
			s := suspect(struct{}{})
			s.On = []playbook.Trigger{on}
			p, err := playbook.Define(s).Knowing(c.people).Default()
			if err != nil {
				t.Fatal(err)
			}
			if found, err := p.Suspects(e); err != nil || len(found) != c.want[i] {
				t.Errorf("%s, trigger %d: %d suspects, %v", c.story, i, len(found), err)
			}
		}
	}
}
