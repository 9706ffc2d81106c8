package securityhub_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials"
	hub "github.com/aws/aws-sdk-go-v2/service/securityhub"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/notify/securityhub"
	"github.com/ripostehq/riposte/playbook"
)

// wire is Security Hub as the network shows it: it keeps what the real client sent, and answers as it is told.
type wire struct {
	place  event.Place
	body   []byte
	answer string
}

func (w *wire) Do(r *http.Request) (*http.Response, error) {
	var err error
	if w.body, err = io.ReadAll(r.Body); err != nil {
		return nil, err
	}
	answer := w.answer
	if answer == "" {
		answer = `{"FailedCount":0,"SuccessCount":1,"FailedFindings":[]}`
	}
	return &http.Response{StatusCode: 200, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(answer))}, nil
}

func (w *wire) importIn(at event.Place) securityhub.Import {
	w.place = at
	signed := credentials.NewStaticCredentialsProvider("AKIAIOSFODNN7EXAMPLE", "x", "")
	return hub.New(hub.Options{Region: at.Region, HTTPClient: w, Credentials: signed}).BatchImportFindings
}

// report files a case at a moment and returns the finding as it went over the wire.
func report(t *testing.T, c *ledger.Case, at time.Time, catalogue ...playbook.Definition) map[string]any {
	t.Helper()
	w := &wire{}
	r := securityhub.New(w.importIn, codec(), func() time.Time { return at }, catalogue...)
	if err := r.Report(context.Background(), c); err != nil {
		t.Fatalf("report case %s: %v", c.ID, err)
	}
	if w.body == nil {
		return nil
	}
	var sent struct{ Findings []map[string]any }
	if err := json.Unmarshal(w.body, &sent); err != nil || len(sent.Findings) != 1 {
		t.Fatalf("want one finding on the wire, got %s (%v)", w.body, err)
	}
	return sent.Findings[0]
}

func codec() action.Codec { return action.NewCodec(action.Kinds()...) }

func pretty(t *testing.T, v any) []byte {
	t.Helper()
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(v); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

var (
	shop     = event.Place{Partition: "aws", Account: "111122223333", Region: "eu-west-1"}
	occurred = time.Date(2026, 3, 25, 9, 0, 0, 0, time.UTC)
	reported = occurred.Add(9 * time.Second)
)

// caseOf returns a confirmed case with one plan and its steps as given.
func caseOf(t *testing.T, playbookID string, root event.Resource, title string, from playbook.Origin, s ledger.State, plan action.Plan, steps ...ledger.Step) *ledger.Case {
	t.Helper()
	sealed, err := codec().Seal(plan)
	if err != nil {
		t.Fatal(err)
	}
	from.Occurred, from.Received = occurred, occurred.Add(5*time.Second)
	lead := playbook.StoredSuspect{Playbook: playbookID, Severity: playbook.High, Resource: root, Title: title, Facts: []byte(`{}`), Origin: from}
	return &ledger.Case{
		Schema: ledger.Schema, ID: "c_01jq6p3e4r8w9x0y1z2a3b4c5d", Playbook: playbookID, Severity: playbook.High, Title: title,
		Root: root, Origin: from, State: s, Reason: "mode: act, by default of the playbook",
		Suspects:  []ledger.Suspect{{Key: "k1", StoredSuspect: lead, Checked: "confirmed"}},
		Revisions: []ledger.Revision{{Number: 1, Suspect: "k1", Plan: sealed, Made: occurred.Add(6 * time.Second), Steps: steps}},
		Report:    ledger.Report{Wanted: 2},
		Times:     ledger.Times{Occurred: occurred, Received: from.Received},
	}
}

func scaling() playbook.Origin {
	return playbook.Origin{
		EventID: "11111111-aaaa-4bbb-8ccc-000000000001", RequestID: "r1", Name: "RunInstances", Source: "ec2.amazonaws.com",
		Place: shop, SourceIP: "autoscaling.amazonaws.com",
		Actor: event.Actor{
			Kind: event.RoleActor, Account: shop.Account, InvokedBy: "autoscaling.amazonaws.com",
			ARN:    "arn:aws:sts::111122223333:assumed-role/AWSServiceRoleForAutoScaling/AutoScaling",
			Issuer: "arn:aws:iam::111122223333:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling",
		},
	}
}

func by(name, arn, ip string, kind event.ActorKind) playbook.Origin {
	return playbook.Origin{
		EventID: "11111111-aaaa-4bbb-8ccc-000000000002", Name: name, Source: "ec2.amazonaws.com", Place: shop, SourceIP: ip,
		Actor: event.Actor{Kind: kind, Account: shop.Account, ARN: arn},
	}
}

// seed000 is the case that the project grew from: a group launches from a public image.
func seed000(t *testing.T, s ledger.State, steps ...ledger.Step) *ledger.Case {
	t.Helper()
	group, instance := shop.In(event.Group, "web"), shop.In(event.Instance, "i-0a1b2c3d4e5f60001")
	plan := action.Plan{Steps: []action.Step{
		action.Try(action.Suspend{Group: group}).Required(), action.Try(action.Terminate{Instance: instance}),
	}}
	c := caseOf(t, "launch.unapproved-image", group,
		"instance i-0a1b2c3d4e5f60001 of group web launched from ami-09ce29f4eb8a1ef97: it is public", scaling(), s, plan, steps...)
	c.Suspects[0].Related = []playbook.Related{{Resource: instance, Detail: map[string]string{
		playbook.DetailImage: "ami-09ce29f4eb8a1ef97", playbook.DetailGroup: "web", playbook.DetailLaunched: "2026-03-25T09:00:00Z",
	}}}
	return c
}
