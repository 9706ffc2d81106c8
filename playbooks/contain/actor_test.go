package contain

import (
	"strings"
	"testing"
	"time"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
)

var seen = time.Date(2030, 1, 7, 9, 0, 0, 0, time.UTC)

// plan is the steps in a line each: kinds of the rungs, "?" behind those that ask.
func plan(a Actor) string {
	var lines []string
	for _, s := range a.Steps(action.Everything, "c_1") {
		var rungs []string
		for _, r := range s.Ladder {
			name := r.Do.About().Kind.Name
			if r.Ask != "" {
				name += "?"
			}
			rungs = append(rungs, name)
		}
		lines = append(lines, strings.Join(rungs, " "))
	}
	return strings.Join(lines, "; ")
}

func TestHowEveryPrincipalIsContained(t *testing.T) {
	const account = "111122223333"
	user := event.Actor{
		Kind: event.UserActor, Partition: "aws", Account: account, ARN: "arn:aws:iam::111122223333:user/staff/mallory", UserName: "mallory",
		PrincipalID: "AIDAMALLORY", AccessKey: "AKIAMALLORY000000001",
	}
	temporary := user
	temporary.AccessKey = "ASIAMALLORY000000001"
	role := func(issuer string) event.Actor {
		return event.Actor{
			Kind: event.RoleActor, Partition: "aws", Account: account, ARN: "arn:aws:sts::111122223333:assumed-role/builder/job-1",
			Issuer: issuer, IssuerID: "AROABUILDER", PrincipalID: "AROABUILDER:job-1", Session: "job-1",
		}
	}
	instance := role("arn:aws:iam::111122223333:role/builder")
	instance.Instance = "i-0a1b2c3d4e5f60718"
	denied := "iam.attach-user-deny iam.deny-user iam.bound-user"
	for _, c := range []struct {
		name         string
		actor        event.Actor
		root, others string
		plan         string
	}{
		{"user", user, "user staff/mallory", "", "iam.deactivate-key; " + denied},
		{"user's session", temporary, "user staff/mallory", "", denied},
		{"user without a name", event.Actor{Kind: event.UserActor, Account: account}, "account " + account, "not named", ""},
		{"role session", role("arn:aws:iam::111122223333:role/ci/builder"), "session builder/job-1", "", "iam.deny-session iam.revoke-sessions iam.attach-role-deny?"},
		{"instance's session", instance, "session builder/job-1", "", "iam.deny-session? iam.revoke-sessions? iam.attach-role-deny?"},
		{"session without an issuer", role(""), "session builder/job-1", "not named", ""},
		{"service-linked role", role("arn:aws:iam::111122223333:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling"), "session builder/job-1", "never contained", ""},
		{"Identity Center's role", role("arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_0123456789abcdef"), "session builder/job-1", "can't be edited", ""},
		{"root", event.Actor{Kind: event.RootActor, Account: account}, "account " + account, "organisation", ""},
		{"federated", event.Actor{Kind: event.FederatedActor, Account: account}, "account " + account, "identity provider", ""},
		{"Identity Center's user", event.Actor{Kind: event.IdentityCenterActor, Account: account}, "account " + account, "Identity Center", ""},
		{"service", event.Actor{Kind: event.ServiceActor, Account: account}, "account " + account, "never contained", ""},
		{"another account", event.Actor{Kind: event.AccountActor, Account: account}, "account " + account, "not known", ""},
		{"nobody knows", event.Actor{Kind: event.UnknownActor, Account: account}, "account " + account, "not known", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := ActorOf(c.actor, seen)
			if root := a.Root(); event.Noun(root.Type)+" "+root.ID != c.root || root.Region != "" {
				t.Errorf("root %+v, want %s", root, c.root)
			}
			if got := plan(a); got != c.plan {
				t.Errorf("plan %q, want %q", got, c.plan)
			}
			if others := a.Others(); (others == "") != (c.others == "") || !strings.Contains(others, c.others) {
				t.Errorf("others %q, want %q", others, c.others)
			}
		})
	}
}

func TestEveryRungIsDeclared(t *testing.T) {
	declared := map[string]bool{}
	for _, k := range Changes() {
		declared[k.Name] = true
	}
	user := ActorOf(event.Actor{Kind: event.UserActor, ARN: "arn:aws:iam::111122223333:user/mallory", AccessKey: "AKIAMALLORY000000001"}, seen)
	session := ActorOf(event.Actor{Kind: event.RoleActor, Issuer: "arn:aws:iam::111122223333:role/builder", PrincipalID: "AROABUILDER:job-1"}, seen)
	n := 0
	for _, s := range append(user.Steps(action.Everything, ""), session.Steps(action.Everything, "")...) {
		for _, r := range s.Ladder {
			if n++; !declared[r.Do.About().Kind.Name] {
				t.Errorf("%s is not declared", r.Do.About().Kind.Name)
			}
		}
	}
	if n != len(declared) {
		t.Errorf("%d rungs, %d kinds declared", n, len(declared))
	}
}

// A name can be given to somebody else, the id can't; what CloudTrail writes in place of one is not compared.
func TestUsersAreKnownByTheirID(t *testing.T) {
	for id, want := range map[string]string{"AIDAMALLORY": "AIDAMALLORY", "": "", "EX_PRINCIPAL_ID": ""} {
		a := ActorOf(event.Actor{Kind: event.UserActor, ARN: "arn:aws:iam::111122223333:user/mallory", PrincipalID: id}, seen)
		for _, r := range a.Steps(action.Everything, "c_1")[0].Ladder {
			var got string
			switch d := r.Do.(type) {
			case action.AttachUserDeny:
				got = d.UserID
			case action.DenyUser:
				got = d.UserID
			case action.BoundUser:
				got = d.UserID
			}
			if got != want {
				t.Errorf("%s of %q is for %q, want %q", r.Do.About().Kind.Name, id, got, want)
			}
		}
	}
}
