package event_test

import (
	"encoding/json"
	"testing"

	"github.com/ripostehq/riposte/event"
)

func TestWhichKeyACallMade(t *testing.T) {
	const sts, iam = "sts.amazonaws.com", "iam.amazonaws.com"
	for _, c := range []struct{ story, source, name, answer, failed, want string }{
		{"a session", sts, "AssumeRole", `{"credentials":{"accessKeyId":"ASIAIOSFODNN7EXAMPLE","sessionToken":"x"}}`, "", "ASIAIOSFODNN7EXAMPLE"},
		{"a user's key", iam, "CreateAccessKey", `{"accessKey":{"accessKeyId":"AKIAIOSFODNN7EXAMPLE","userName":"bob"}}`, "", "AKIAIOSFODNN7EXAMPLE"},
		{"refused", sts, "AssumeRole", `{"credentials":{"accessKeyId":"ASIAIOSFODNN7EXAMPLE"}}`, "AccessDenied", ""},
		{"no answer", sts, "AssumeRole", `null`, "", ""},
		{"another call", iam, "UpdateAccessKey", `{"accessKey":{"accessKeyId":"AKIAIOSFODNN7EXAMPLE"}}`, "", ""},
		{"another service, whose caller words the answer", "ec2.amazonaws.com", "AssumeRole", `{"credentials":{"accessKeyId":"ASIAIOSFODNN7EXAMPLE"}}`, "", ""},
		{"no key's id", sts, "AssumeRole", `{"credentials":{"accessKeyId":"HIDDEN_DUE_TO_SECURITY_REASONS"}}`, "", ""},
		{"no text", sts, "AssumeRole", `{"credentials":{"accessKeyId":["ASIAIOSFODNN7EXAMPLE"]}}`, "", ""},
		{"no object", sts, "AssumeRole", `{"credentials":"ASIAIOSFODNN7EXAMPLE"}`, "", ""},
		{"a list", sts, "AssumeRole", `[]`, "", ""},
	} {
		e := event.Event{Source: c.source, Name: c.name, Response: json.RawMessage(c.answer), Error: event.Failure{Code: c.failed}}
		if got := e.Minted(); got != c.want {
			t.Errorf("%s: %q, want %q", c.story, got, c.want)
		}
	}
}
