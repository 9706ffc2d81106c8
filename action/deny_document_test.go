package action

import (
	"testing"
	"time"

	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/iam"
)

var (
	mallory = event.Resource{Partition: "aws", Account: "111122223333", Type: event.User, ID: "staff/mallory"}
	builder = event.Resource{Partition: "aws", Account: "111122223333", Type: event.Role, ID: "ci/builder"}
)

func TestDenyDocumentsFitTheBudgets(t *testing.T) {
	for _, c := range []struct {
		name   string
		scope  Scope
		when   condition
		budget int
	}{
		{"user, everything", Everything, nil, 2048},
		{"user, destructive", Destructive, nil, 2048},
		{"session, destructive", Destructive, onlySession("AROAEXAMPLE:a-session-name-as-long-as-they-may-be-which-is-sixty-four"), 10240},
		{"older sessions", Destructive, olderSessions(time.Unix(0, 0)), 10240},
	} {
		t.Run(c.name, func(t *testing.T) {
			doc, err := deny(c.scope, c.when)
			if err != nil {
				t.Fatal(err)
			}
			if n := iam.Size(string(doc)); n > c.budget {
				t.Errorf("%d characters, the budget is %d", n, c.budget)
			}
			again, _ := deny(c.scope, c.when)
			if string(doc) != string(again) {
				t.Error("the same deny gave other bytes")
			}
		})
	}
}

// What an attacker would do to get rid of the deny, and what the seeds saw destroyed, is covered by every scope.
func TestEveryScopeCoversTheActorsOwnWayOut(t *testing.T) {
	for _, s := range []Scope{Everything, Destructive} {
		for _, made := range []call.ID{
			"iam:DeleteUserPolicy", "iam:DetachUserPolicy", "iam:DeleteUserPermissionsBoundary", "iam:CreateAccessKey",
			"iam:UpdateAccessKey", "iam:DetachRolePolicy", "iam:DeleteRolePolicy", "iam:CreatePolicyVersion",
			"iam:SetDefaultPolicyVersion", "iam:PassRole", "sts:AssumeRole", "ec2:StopInstances", "ec2:TerminateInstances",
			"ec2:ModifyInstanceAttribute", "kms:ScheduleKeyDeletion", "s3:DeleteBucket", "rds:DeleteDBInstance",
			"backup:DeleteRecoveryPoint", "organizations:LeaveOrganization", "cloudtrail:StopLogging", "events:PutRule",
		} {
			if !s.covers(made) {
				t.Errorf("%s does not cover %s", s, made)
			}
		}
		for _, made := range []call.ID{"sts:GetCallerIdentity", "sts:GetSessionToken", "signin:ConsoleLogin"} {
			if s.covers(made) {
				t.Errorf("%s claims to stop %s, which no policy stops", s, made)
			}
		}
	}
	if Destructive.covers("ec2:DescribeInstances") {
		t.Error("destructive takes reading away")
	}
}

// The scope as a person reads it and the document as IAM evaluates it must not disagree.
func TestTheDocumentDeniesWhatTheScopeCovers(t *testing.T) {
	for _, s := range []Scope{Everything, Destructive} {
		doc, err := deny(s, nil)
		if err != nil {
			t.Fatal(err)
		}
		policy, err := iam.Parse(doc)
		if err != nil {
			t.Fatal(err)
		}
		for _, made := range []call.ID{"ec2:TerminateInstances", "ec2:ModifyInstanceAttribute", "iam:CreateAccessKey", "iam:DetachUserPolicy", "sts:AssumeRole", "ec2:DescribeInstances", "s3:GetObject"} {
			d := iam.Evaluate(iam.Request{Action: string(made), Resource: "arn:aws:any:::any"}, iam.Policies{Identity: []iam.Policy{policy}})
			if (d.Effect == iam.ExplicitDeny) != s.covers(made) {
				t.Errorf("%s covers %s: %v, IAM says %v", s, made, s.covers(made), d.Effect)
			}
		}
	}
}

func TestWhoIsDenied(t *testing.T) {
	user := event.Actor{Kind: event.UserActor, Account: "111122223333", ARN: "arn:aws:iam::111122223333:user/staff/mallory", UserName: "mallory", AccessKey: "AKIAIOSFODNN7EXAMPLE"}
	born := func(id string) event.Actor { a := user; a.PrincipalID = id; return a }
	namesake := event.Actor{Kind: event.UserActor, Account: "444455556666", ARN: "arn:aws:iam::444455556666:user/staff/mallory", UserName: "mallory"}
	federated := event.Actor{Kind: event.FederatedActor, Issuer: "arn:aws:iam::111122223333:user/staff/mallory"}
	later := federated
	later.IssuerID = "AIDASOMEBODY"
	session := event.Actor{Kind: event.RoleActor, Issuer: "arn:aws:iam::111122223333:role/ci/builder", PrincipalID: "AROAEXAMPLE:job-1"}
	other := event.Actor{Kind: event.RoleActor, Issuer: "arn:aws:iam::111122223333:role/ci/builder", PrincipalID: "AROAEXAMPLE:job-2"}
	denySession := DenySession{Role: builder, UserID: "AROAEXAMPLE:job-1", Case: "c_1", Scope: Everything}
	for _, c := range []struct {
		name  string
		deny  Denier
		actor event.Actor
		call  call.ID
		want  bool
	}{
		{"the user by the key", DeactivateKey{User: mallory, Key: "AKIAIOSFODNN7EXAMPLE"}, user, "ec2:StopInstances", true},
		{"the user by another key", DeactivateKey{User: mallory, Key: "AKIAI44QH8DHBEXAMPLE"}, user, "ec2:StopInstances", false},
		{"the user", AttachUserDeny{User: mallory}, user, "ec2:StopInstances", true},
		{"the user, known by its id", AttachUserDeny{mallory, "AIDAMALLORY"}, born("AIDAMALLORY"), "ec2:StopInstances", true},
		{"the user under another name", AttachUserDeny{event.Place{Partition: "aws", Account: "111122223333"}.In(event.User, "ci"), "AIDAMALLORY"}, born("AIDAMALLORY"), "ec2:StopInstances", true},
		{"a user made anew under its name", AttachUserDeny{mallory, "AIDAMALLORY"}, born("AIDASOMEBODY"), "ec2:StopInstances", false},
		{"a federated session of a user made anew", AttachUserDeny{mallory, "AIDAMALLORY"}, later, "s3:DeleteObject", false},
		{"a federated session of the user", DenyUser{mallory, "c_1", Everything, ""}, federated, "s3:GetObject", true},
		{"reading, where only destruction is denied", DenyUser{mallory, "c_1", Destructive, ""}, user, "s3:GetObject", false},
		{"the namesake of another account", BoundUser{User: mallory}, namesake, "ec2:StopInstances", false},
		{"the session", denySession, session, "s3:GetObject", true},
		{"another session of the role", denySession, other, "s3:GetObject", false},
		{"every session of the role", AttachRoleDeny{builder}, other, "iam:CreateUser", true},
		{"who am I", denySession, session, "sts:GetCallerIdentity", false},
	} {
		if got := c.deny.Denies(c.actor, c.call); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}
