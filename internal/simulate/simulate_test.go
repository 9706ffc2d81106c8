package simulate_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/iam/reach"
	"github.com/ripostehq/riposte/internal/simulate"
)

const web = "arn:aws:iam::111122223333:role/web"

func organisation(statements, boundary, control string) reach.Organisation {
	o := reach.Organisation{Accounts: []reach.Account{{ID: "111122223333"}}}
	text := func(name, s string) int {
		return o.Text(reach.Text{Name: name, JSON: `{"Version":"2012-10-17","Statement":[` + s + `]}`})
	}
	p := reach.Principal{ARN: web, Kind: reach.Role, Boundary: reach.None, Trust: reach.None, Tags: map[string]string{"team": "a"}, Texts: []int{text("app", statements)}}
	if boundary != "" {
		p.Boundary = text("limit", boundary)
	}
	if control != "" {
		o.Accounts[0].Services = [][]int{{text("guardrail", control)}}
	}
	o.Principals = []reach.Principal{p}
	return o
}

const all = `{"Effect":"Allow","Action":"*","Resource":"*"}`

func TestDecide(t *testing.T) {
	for _, c := range []struct {
		name, statements, boundary, control string
		want, by, hangs                     string
	}{
		{"it is allowed", all, "", "", "allowed", "identity-based policy", ""},
		{"a boundary does not allow it", all, `{"Effect":"Allow","Action":"s3:*","Resource":"*"}`, "", "implicit deny", "permissions boundary", ""},
		{"a guardrail denies it", all, "", all + `,{"Effect":"Deny","Action":"sqs:*","Resource":"*"}`, "explicit deny", "service control policy", ""},
		{"by the role's tag, which is known", `{"Effect":"Allow","Action":"sqs:*","Resource":"*","Condition":{"StringEquals":{"aws:PrincipalTag/team":"a"}}}`, "", "", "allowed", "identity-based policy", ""},
		{"by the queue's tag, which is not", `{"Effect":"Allow","Action":"sqs:*","Resource":"*","Condition":{"StringEquals":{"aws:ResourceTag/team":"a"}}}`, "", "", "implicit deny", "identity-based policy", "aws:resourcetag/team"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, err := simulate.Of(organisation(c.statements, c.boundary, c.control), web)
			if err != nil {
				t.Fatal(err)
			}
			got := s.As().Decide("sqs:PurgeQueue", "arn:aws:sqs:eu-west-1:111122223333:q", nil)
			if got.Effect != c.want || got.By != c.by || strings.Join(got.Hangs, " ") != c.hangs {
				t.Errorf("%+v", got)
			}
		})
	}
}

// What the same statements say is kept, whatever it hangs on; what hangs on something that no record tells is doubtful.
func TestReplay(t *testing.T) {
	const before = `{"Effect":"Allow","Action":["sqs:*","s3:*"],"Resource":"*","Condition":{"StringEquals":{"aws:ResourceTag/team":"a"}}},{"Effect":"Allow","Action":["ec2:*"],"Resource":"*"}`
	for _, c := range []struct {
		name, after, source, call string
		want                      simulate.Outcome
	}{
		{"the statement is the same", before, "sqs.amazonaws.com", "PurgeQueue", simulate.Kept},
		{"its actions are fewer", strings.Replace(before, `"sqs:*"`, `"sqs:PurgeQueue"`, 1), "sqs.amazonaws.com", "PurgeQueue", simulate.Kept},
		{"too few", strings.Replace(before, `"sqs:*"`, `"sqs:SendMessage"`, 1), "sqs.amazonaws.com", "PurgeQueue", simulate.CutOff},
		{"by the region, which a record tells", `{"Effect":"Allow","Action":"ec2:*","Resource":"*","Condition":{"StringEquals":{"aws:RequestedRegion":"eu-west-1"}}}`, "ec2.amazonaws.com", "RunInstances", simulate.Kept},
		{"of another region", `{"Effect":"Allow","Action":"ec2:*","Resource":"*","Condition":{"StringEquals":{"aws:RequestedRegion":"us-east-1"}}}`, "ec2.amazonaws.com", "RunInstances", simulate.CutOff},
		{"by a tag, which it does not", `{"Effect":"Allow","Action":"ec2:*","Resource":"*","Condition":{"StringEquals":{"aws:RequestTag/a":"b"}}}`, "ec2.amazonaws.com", "RunInstances", simulate.Doubtful},
		{"a new deny hangs on the resource", before + `,{"Effect":"Deny","Action":"ec2:RunInstances","Resource":"arn:aws:ec2:*:*:subnet/x"}`, "ec2.amazonaws.com", "RunInstances", simulate.Doubtful},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, err := simulate.Of(organisation(before, "", ""), web)
			if err != nil {
				t.Fatal(err)
			}
			changed, err := s.Changed([]string{"app"}, []simulate.Document{{Name: "new", Text: `{"Version":"2012-10-17","Statement":[` + c.after + `]}`}})
			if err != nil {
				t.Fatal(err)
			}
			got := simulate.Kept
			r := simulate.NewReplay(s.As(), changed, func(l simulate.Lost) { got = l.Outcome })
			r.Record(made(c.source, c.call))
			if got != c.want || r.Tally.Calls != 1 {
				t.Errorf("%s, %+v", got, r.Tally)
			}
		})
	}
}

func made(source, name string) event.Event {
	e, err := event.Decode([]byte(fmt.Sprintf(`{"eventVersion":"1.08","eventID":"e","eventTime":"2026-11-30T10:00:00Z","eventSource":%q,"eventName":%q,"awsRegion":"eu-west-1","recipientAccountId":"111122223333",`+
		`"userIdentity":{"type":"AssumedRole","principalId":"AROAEXAMPLEWEB000000:s","arn":"arn:aws:sts::111122223333:assumed-role/web/s","accountId":"111122223333",`+
		`"sessionContext":{"sessionIssuer":{"type":"Role","principalId":"AROAEXAMPLEWEB000000","arn":%q,"accountId":"111122223333","userName":"web"}}}}`, source, name, web)))
	if err != nil {
		panic(err)
	}
	return e
}
