package securityhub_test

import (
	"flag"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/playbook"
)

var update = flag.Bool("update", false, "write the golden files anew")

// promised is a case of which people are told what their silence means.
func promised(c *ledger.Case) *ledger.Case {
	a := c.Asks(0)[0]
	c.Tell(&c.Revisions[0].Steps[a.Step], ledger.Told{Of: a.Digest(), At: reported, Until: reported.Add(48 * time.Hour), Silence: ledger.Acts})
	return c
}

// letBe is a case with an exception that lasts a month.
func letBe(c *ledger.Case) *ledger.Case {
	c.Grant(ledger.Exception{Playbook: c.Playbook, Root: c.Root.String(), Until: reported.Add(31 * 24 * time.Hour), By: "ann", Case: c.ID, Found: []string{"image ami-1"}})
	c.Reminds(reported)
	return c
}

// Each case becomes the finding in testdata/NAME.json, as the real client puts it on the wire.
func TestFindings(t *testing.T) {
	done, ask, observe := ledger.Step{State: ledger.Done}, ledger.Step{Verdict: "ask"}, ledger.Step{Verdict: "observe"}
	for _, c := range []struct {
		name string
		made *ledger.Case
	}{
		{"acting: the group is suspended, the instance is about to end", seed000(t, ledger.Acting, done, ledger.Step{State: ledger.Intent})},
		{"contained: both done, not verified yet", seed000(t, ledger.Contained, done, done)},
		{"verified", seed000(t, ledger.Verified, done, done)},
		{"looked up: what else its actor called", lookedUp(seed000(t, ledger.Verified, done, done))},
		{"undone: the group runs again, the instance is gone for good", takenBack(seed000(t, ledger.Undone, ledger.Step{State: ledger.StepUndone}, ledger.Step{State: ledger.Stays}))},
		{"observed, without a group", alone(t, observe)},
		{"asked", seed000(t, ledger.Asked, ask, ask)},
		{"let be", letBe(seed000(t, ledger.Excepted, ledger.Step{Verdict: "except"}, ledger.Step{Verdict: "except"}))},
		{"asked with a deadline", promised(seed000(t, ledger.Asked, ask, ask))},
		{"held by the limit, people paged", held(seed000(t, ledger.Held, done, ledger.Step{Verdict: "hold"}))},
		{"failed: termination was refused", seed000(t, ledger.Failed, done, ledger.Step{State: ledger.StepFailed, Error: "AccessDenied"})},
		{"dismissed by a person", seed000(t, ledger.Dismissed, ledger.Step{State: ledger.Dropped}, ledger.Step{State: ledger.Dropped})},
		{"template", template(t, done)},
		{"user: two instances, one case, no region of its own", stolenKey(t)},
		{"session of a role", session(t)},
	} {
		t.Run(c.name, func(t *testing.T) {
			golden(t, c.name, pretty(t, report(t, c.made, reported, prevented("launch.unapproved-image"))))
		})
	}
}

// lookedUp is a case whose actor's calls were looked up.
func lookedUp(c *ledger.Case) *ledger.Case {
	at := time.Date(2026, 3, 1, 12, 1, 0, 0, time.UTC)
	c.Recent = &ledger.Recent{Asked: at, Calls: []ledger.RecentCalls{
		{Call: string(call.EC2DescribeInstances), From: "198.51.100.7", Times: 40, First: at.Add(-3 * time.Minute), Last: at},
		{Call: string(call.IAMCreateUser), From: "198.51.100.7", Error: "AccessDenied", Times: 1, First: at, Last: at},
	}}
	return c
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", fileName(name)+".json")
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (-want +got):\n%s", path, diff)
	}
}

// fileName is the name up to its first mark, with dashes.
func fileName(name string) string {
	var out []rune
	for _, c := range name {
		switch {
		case c == ':' || c == ',':
			return string(out)
		case c == ' ':
			c = '-'
		}
		out = append(out, c)
	}
	return string(out)
}

func prevented(id string) playbook.Definition {
	return playbook.Definition{ID: id, Prevents: []playbook.Prevention{
		{Kind: "Allowed AMIs", How: "Let EC2 itself refuse images of other owners."}, {Kind: "SCP", How: "Not told: there is room for one."},
	}}
}

func takenBack(c *ledger.Case) *ledger.Case {
	c.Undo = &ledger.Order{Verb: ledger.Undo, By: "alice"}
	return c
}

func held(c *ledger.Case) *ledger.Case {
	c.Reason = "limit: destroy has had 3 incidents within the hour, 3 are allowed"
	c.Severity, c.Paged = playbook.Low, "destroy has had 3 incidents within the hour, 3 are allowed"
	return c
}

func alone(t *testing.T, s ledger.Step) *ledger.Case {
	root := shop.In(event.Instance, "i-0a1b2c3d4e5f60002")
	from := by("RunInstances", "arn:aws:iam::111122223333:user/bob", "198.51.100.7", event.UserActor)
	c := caseOf(t, "launch.unapproved-image", root, "instance i-0a1b2c3d4e5f60002 launched from ami-09ce29f4eb8a1ef97: it is public",
		from, ledger.Observed, action.Plan{Steps: []action.Step{action.Try(action.Terminate{Instance: root})}}, s)
	c.Reason = "mode: observe, by default"
	c.Suspects[0].Related = []playbook.Related{{Resource: root, Detail: map[string]string{
		playbook.DetailImage: "ami-09ce29f4eb8a1ef97", playbook.DetailGroup: "",
	}}}
	return c
}

func template(t *testing.T, s ledger.Step) *ledger.Case {
	root := shop.In(event.LaunchTemplate, "lt-0a1b2c3d4e5f60003")
	from := by("CreateLaunchTemplateVersion", "arn:aws:iam::111122223333:user/bob", "198.51.100.7", event.UserActor)
	c := caseOf(t, "launch.unapproved-template", root, "launch template web would launch ami-09ce29f4eb8a1ef97: it is public",
		from, ledger.Contained, action.Plan{Steps: []action.Step{action.Try(action.DefaultVersion{Template: root, Version: 3})}}, s)
	c.Suspects[0].Related = []playbook.Related{{Resource: root, Detail: map[string]string{playbook.DetailImage: "ami-09ce29f4eb8a1ef97"}}}
	return c
}

// stolenKey returns a case rooted in a user, which has no region: the finding is filed where the calls came in.
func stolenKey(t *testing.T) *ledger.Case {
	user := shop.In(event.User, "staff/mallory")
	from := by("ModifyInstanceAttribute", user.ARN(), "203.0.113.9", event.UserActor)
	plan := action.Plan{Steps: []action.Step{
		action.Try(action.Protect{Instance: shop.In(event.Instance, "i-0a1b2c3d4e5f60004"), Attribute: action.AgainstTermination}),
		action.Try(action.DeactivateKey{User: user, Key: "AKIAIOSFODNN7EXAMPLE"}),
		action.Try(action.AttachUserDeny{User: user}).Else(action.DenyUser{User: user, Case: "c_01jq6p3e4r8w9x0y1z2a3b4c5d"}),
	}}
	c := caseOf(t, "launch.termination-unprotected", user, "termination protection of i-0a1b2c3d4e5f60004 switched off without MFA", from,
		ledger.Contained, plan, ledger.Step{State: ledger.Done}, ledger.Step{State: ledger.Done}, ledger.Step{State: ledger.Done, Rung: 1})
	c.Severity = playbook.Critical
	join(t, c, occurred.Add(3*time.Second), action.Plan{Steps: []action.Step{
		action.Try(action.Protect{Instance: shop.In(event.Instance, "i-0a1b2c3d4e5f60005"), Attribute: action.AgainstTermination}),
	}}, ledger.Step{State: ledger.Skipped})
	return c
}

// join adds a second suspect with a plan of its own.
func join(t *testing.T, c *ledger.Case, at time.Time, plan action.Plan, steps ...ledger.Step) {
	t.Helper()
	sealed, err := codec().Seal(plan)
	if err != nil {
		t.Fatal(err)
	}
	lead := c.Suspects[0]
	lead.Key, lead.Origin.Occurred = "k2", at
	c.Suspects = append(c.Suspects, lead)
	c.Revisions = append(c.Revisions, ledger.Revision{Number: len(c.Revisions) + 1, Suspect: "k2", Plan: sealed, Steps: steps})
}

func session(t *testing.T) *ledger.Case {
	root := shop.In(event.Session, "deploy/mallory@example.com")
	role := shop.In(event.Role, "ci/deploy")
	from := by("ModifyInstanceAttribute", root.ARN(), "203.0.113.9", event.RoleActor)
	from.Actor.Issuer = role.ARN()
	plan := action.Plan{Steps: []action.Step{
		action.Try(action.DenySession{Role: role, UserID: "AROAEXAMPLE:mallory@example.com", Case: "c_01jq6p3e4r8w9x0y1z2a3b4c5d"}),
	}}
	c := caseOf(t, "launch.termination-unprotected", root, "stop protection of i-0a1b2c3d4e5f60004 switched off, MFA unknown", from,
		ledger.Asked, plan, ledger.Step{Verdict: "ask"})
	c.Reason, c.Incident = "approval: others may use the role", "c_01jq6p3e4r8w9x0y1z2a3b4c00"
	return c
}
