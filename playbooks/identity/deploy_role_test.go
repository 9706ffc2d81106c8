package identity

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/playbook"
)

// What riposte can't evaluate is said where it may concern others' groups, and makes a person decide about what stands beside it.
func TestWhatCantBeEvaluatedIsSaid(t *testing.T) {
	odd := func(action string) string {
		return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"` + action + `","Resource":"*","Condition":{"BinaryEquals":{"k":"QmluYXJ5"}}}]}`
	}
	at := event.Place{Partition: "aws", Account: "111122223333", Region: "us-east-1"}
	var r rights
	r.documents = map[string]string{}
	for name, document := range map[string]string{"deploy": odd("autoscaling:*"), "balance": odd("elasticloadbalancing:*"), "files": odd("s3:*")} {
		if err := r.add(name, aws.String(document)); err != nil {
			t.Fatal(err)
		}
	}
	l := deployLook{In: playbook.In{
		Origin: playbook.Origin{Place: at},
		History: playbook.History{Recall: func(context.Context, event.Resource, string, time.Time) (*playbook.Observation, error) {
			return nil, nil
		}},
	}}
	for policy, found := range map[string]bool{"deploy": true, "balance": true, "files": false} {
		s := playbook.Suspect[deployRole]{Resource: at.In(event.Role, "odd"), Facts: deployRole{Policy: policy, Role: "app/odd"}}
		is, err := l.policy(t.Context(), &s, r)
		if err != nil || is != found || found && (s.Facts.Refused == "" || !strings.Contains(s.Title, "which can't be evaluated")) {
			t.Errorf("%s: found %v, %+v, %v", policy, is, s, err)
		}
	}
	why, err := l.doubt(t.Context(), playbook.Suspect[deployRole]{}, r)
	if err != nil || !strings.Contains(why, "it can't be evaluated what these say: ") || strings.Count(why, "BinaryEquals") != 3 {
		t.Errorf("%q, %v", why, err)
	}
	if why, err := l.doubt(t.Context(), playbook.Suspect[deployRole]{}, rights{}); err != nil || why != "" {
		t.Errorf("%q, %v", why, err)
	}
}

// A condition of place is read as met in an Allow and as not met in a Deny; any other stays.
func TestAPolicyIsReadFromWhereTheCallerChoosesToBe(t *testing.T) {
	s := scope{Role: event.Place{Partition: "aws", Account: "111122223333"}.In(event.Role, "app/web"), Regions: []string{"eu-west-1"}}
	for _, c := range []struct {
		story, statements string
		wide              bool
	}{
		{"an address", `{"Effect":"Allow","Action":"autoscaling:*","Resource":"*","Condition":{"IpAddress":{"aws:SourceIp":"192.0.2.0/24"}}}`, true},
		{"a network, and an agent", `{"Effect":"Allow","Action":"autoscaling:*","Resource":"*","Condition":{"StringEquals":{"aws:SourceVpc":"vpc-a","aws:UserAgent":"x"}}}`, true},
		{"an address and a tag", `{"Effect":"Allow","Action":"autoscaling:*","Resource":"*","Condition":{"IpAddress":{"aws:SourceIp":"192.0.2.0/24"},"StringEquals":{"aws:ResourceTag/app":"web"}}}`, false},
		{"a tag and an agent by one operator", `{"Effect":"Allow","Action":"autoscaling:*","Resource":"*","Condition":{"StringEquals":{"aws:ResourceTag/app":"web","aws:Referer":"x"}}}`, false},
		{"a deny from elsewhere", `[{"Effect":"Allow","Action":"autoscaling:*","Resource":"*"},{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"NotIpAddress":{"aws:SourceIp":"192.0.2.0/24"}}}]`, true},
		{"a deny", `[{"Effect":"Allow","Action":"autoscaling:*","Resource":"*"},{"Effect":"Deny","Action":"autoscaling:*","Resource":"*"}]`, false},
		{"nothing but a deny from elsewhere", `{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"NotIpAddress":{"aws:SourceIp":"192.0.2.0/24"}}}`, false},
	} {
		for _, version := range []string{`"Version":"2012-10-17",`, ""} {
			p, err := placeless([]byte(`{` + version + `"Statement":` + c.statements + `}`))
			if err != nil {
				t.Fatalf("%s: %v", c.story, err)
			}
			if got := len(s.wide(p)) > 0; got != c.wide {
				t.Errorf("%s: wide %v, want %v", c.story, got, c.wide)
			}
		}
	}
	if _, err := placeless([]byte(`{"Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"BinaryEquals":{"aws:SourceIp":"x"}}}}`)); err == nil {
		t.Error("what can't be evaluated is left out with its key")
	}
}
