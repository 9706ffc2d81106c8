package pattern_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/pattern"
	"github.com/ripostehq/riposte/playbook"
)

// by is a call as EventBridge brings it, with its caller.
func by(eventSource, name, caller string) []byte {
	service, _, _ := strings.Cut(eventSource, ".")
	return fmt.Appendf(nil, `{"source":"aws.%s","detail-type":%q,"detail":{"eventSource":%q,"eventName":%q,"userIdentity":%s}}`, service, api, eventSource, name, caller)
}

func TestCallsAreDeliveredByTheirCaller(t *testing.T) {
	const instance = `{"type":"AssumedRole","principalId":"AROAWEB:i-0a1b2c3d4e5f60718"}`
	instances := []playbook.Trigger{playbook.CallerInstance().AlsoReads()}
	named := []playbook.Trigger{playbook.Caller("AKIADECOY0000000001", "AIDADECOY", "AROACI", "arn:aws:iam::111122223333:role/app/web", "arn:aws:iam::111122223333:user/decoy")}
	for _, c := range []struct {
		story        string
		on           []playbook.Trigger
		source, name string
		caller       string
		rule         string // "" none
		global       bool
		state        string
	}{
		{"an instance reads", instances, "s3.amazonaws.com", "ListBuckets", instance, "callers", false, pattern.AllCalls},
		{"and calls a global service, which is told of at home", instances, "iam.amazonaws.com", "ListUsers", instance, "callers-global", true, pattern.AllCalls},
		{"a person", instances, "s3.amazonaws.com", "ListBuckets", `{"type":"IAMUser","principalId":"AIDAALICE"}`, "", false, ""},
		{"a service on an instance's behalf", instances, "s3.amazonaws.com", "ListBuckets", `{"principalId":"AROAWEB:i-0a1b2c3d4e5f60718","invokedBy":"athena.amazonaws.com"}`, "", false, ""},
		{"a watched key", named, "ec2.amazonaws.com", "RunInstances", `{"principalId":"AIDAX","accessKeyId":"AKIADECOY0000000001"}`, "callers", false, pattern.Writes},
		{"a watched user", named, "ec2.amazonaws.com", "RunInstances", `{"principalId":"AIDADECOY"}`, "callers-3", false, pattern.Writes},
		{"a session of a watched role, by its id", named, "ec2.amazonaws.com", "RunInstances", `{"principalId":"AROACI:job-1"}`, "callers-3", false, pattern.Writes},
		{"by its ARN", named, "ec2.amazonaws.com", "RunInstances", `{"sessionContext":{"sessionIssuer":{"arn":"arn:aws:iam::111122223333:role/app/web"}}}`, "callers-4", false, pattern.Writes},
		{"a user by its ARN", named, "ec2.amazonaws.com", "RunInstances", `{"arn":"arn:aws:iam::111122223333:user/decoy"}`, "callers-2", false, pattern.Writes},
	} {
		got := delivered(t, rules(t, []playbook.Definition{{ID: "test.one", On: c.on}}), by(c.source, c.name, c.caller))
		switch {
		case c.rule == "" && len(got) > 0, c.rule != "" && len(got) != 1:
			t.Errorf("%s: goes through %+v", c.story, got)
		case c.rule != "" && (got[0].Name != c.rule || got[0].Global != c.global || got[0].State != c.state || got[0].By() == ""):
			t.Errorf("%s: goes through %+v, want %s", c.story, got[0], c.rule)
		}
	}
	forged := []byte(`{"source":"custom","detail-type":"AWS API Call via CloudTrail","detail":{"eventSource":"s3.amazonaws.com","eventName":"x","userIdentity":` + instance + `}}`)
	if got := delivered(t, rules(t, []playbook.Definition{{ID: "test.one", On: instances}}), forged); len(got) > 0 {
		t.Errorf("a forged event goes through %+v", got)
	}
}

// What people change is delivered whatever it is, what they read is not, and what services call in their name is not.
func TestWhatPeopleChangeIsDelivered(t *testing.T) {
	people := func(issuers ...string) []playbook.Definition {
		d := playbook.Definition{ID: "test.people", On: []playbook.Trigger{playbook.CallerPerson(false)}}
		return []playbook.Definition{d.Knowing(event.People{Issuers: issuers})}
	}
	session := func(role string) string {
		return `{"type":"AssumedRole","sessionContext":{"sessionIssuer":{"arn":"arn:aws:iam::111122223333:role/` + role + `"}}}`
	}
	const center, root = "aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Admin_0", `{"type":"Root","arn":"arn:aws:iam::111122223333:root"}`
	many := make([]string, 30)
	for i := range many {
		many[i] = fmt.Sprintf("arn:aws:iam::*:role/**/people-%d-*", i)
	}
	for _, c := range []struct {
		story        string
		of           []playbook.Definition
		source, name string
		caller       string
		readOnly     bool
		want         int
	}{
		{"where people are not known, Identity Center's", people(), "quicksight.amazonaws.com", "CreateDashboard", session(center), false, 1},
		{"root", people(), "s3.amazonaws.com", "DeleteBucket", root, false, 1},
		{"of a global service, at home", people(), "iam.amazonaws.com", "CreateUser", root, false, 1},
		{"Identity Center's own users", people(), "s3.amazonaws.com", "DeleteBucket", `{"type":"IdentityCenterUser"}`, false, 1},
		{"by the organisation's issuers", people("arn:aws:iam::*:role/okta-*"), "s3.amazonaws.com", "DeleteBucket", session("okta-ops"), false, 1},
		{"these alone", people("arn:aws:iam::*:role/okta-*"), "s3.amazonaws.com", "DeleteBucket", session(center), false, 0},
		{"of many issuers", people(many...), "s3.amazonaws.com", "DeleteBucket", session("x/people-29-ops"), false, 1},
		{"a pipeline", people(), "s3.amazonaws.com", "DeleteBucket", session("ci"), false, 0},
		{"a role named like Identity Center's", people(), "s3.amazonaws.com", "DeleteBucket", session("AWSReservedSSO_Admin_0"), false, 0},
		{"an IAM user", people(), "s3.amazonaws.com", "DeleteBucket", `{"type":"IAMUser"}`, false, 0},
		{"a read of data, which reaches rules for changes too", people(), "s3.amazonaws.com", "GetObject", session(center), true, 0},
		{"a service in a person's name", people(), "s3.amazonaws.com", "DeleteBucket", `{"type":"Root","invokedBy":"cloudformation.amazonaws.com"}`, false, 0},
	} {
		service, _, _ := strings.Cut(c.source, ".")
		sent := fmt.Appendf(nil, `{"source":"aws.%s","detail-type":%q,"detail":{"eventSource":%q,"eventName":%q,"readOnly":%t,"userIdentity":%s}}`,
			service, api, c.source, c.name, c.readOnly, c.caller)
		got := delivered(t, rules(t, c.of), sent)
		if len(got) != c.want {
			t.Errorf("%s: %d rules", c.story, len(got))
		}
		for _, r := range got {
			if r.By() != "changes by people" || r.State != pattern.Writes {
				t.Errorf("%s: %q, %s", c.story, r.By(), r.State)
			}
		}
	}
}

// Ten thousand watched keys take many rules, each within EventBridge's limit.
func TestManyCallersTakeManyRules(t *testing.T) {
	var keys []string
	for i := range 10_000 {
		keys = append(keys, fmt.Sprintf("AKIADECOY%011d", i))
	}
	if all := rules(t, []playbook.Definition{{ID: "test.many", On: []playbook.Trigger{playbook.Caller(keys...)}}}); len(all) != 2*len(keys)/20 {
		t.Errorf("%d rules", len(all))
	}
}
