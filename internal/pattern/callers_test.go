package pattern_test

import (
	"fmt"
	"strings"
	"testing"

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
