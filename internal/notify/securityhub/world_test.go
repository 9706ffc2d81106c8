package securityhub_test

import (
	"context"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	hub "github.com/aws/aws-sdk-go-v2/service/securityhub"
	"github.com/aws/aws-sdk-go-v2/service/securityhub/types"
	"github.com/aws/smithy-go"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/ledger"
	"github.com/ripostehq/riposte/internal/notify/securityhub"
	"github.com/ripostehq/riposte/internal/world"
)

const account = `
now: 2026-03-25T09:00:06Z
accounts:
  - id: "111122223333"
    name: shop
    users:
      - name: reporter
        attached: ["arn:aws:iam::aws:policy/AdministratorAccess"]
        keys: [{id: AKIAREPORTER00000001, secret: only-of-this-world}]
    regions:
      eu-west-1: {}
`

// inMemory returns the account in memory, and a reporter to it.
type inMemory struct {
	*testing.T
	*world.World
	*securityhub.Reporter
}

func embedded(t *testing.T) inMemory {
	t.Helper()
	w, err := world.New([]byte(account), world.Options{})
	if err != nil {
		t.Fatal(err)
	}
	m := inMemory{t, w, nil}
	m.Reporter = securityhub.New(func(at event.Place) securityhub.Import { return m.client(at).BatchImportFindings }, codec(), w.Now)
	return m
}

func (m inMemory) client(at event.Place) *hub.Client {
	return hub.NewFromConfig(m.Config(at, aws.Credentials{AccessKeyID: "AKIAREPORTER00000001", SecretAccessKey: "only-of-this-world"}))
}

// only is the one finding that there is, as an analyst reads it.
func (m inMemory) only() types.AwsSecurityFinding {
	m.Helper()
	out, err := m.client(shop).GetFindings(context.Background(), &hub.GetFindingsInput{})
	if err != nil || len(out.Findings) != 1 {
		m.Fatalf("want one finding, got %d (%v)", len(out.Findings), err)
	}
	return out.Findings[0]
}

// A case is told six times and is one finding, which says how it stands now.
func TestOneFindingFollowsItsCase(t *testing.T) {
	m := embedded(t)
	intent, done := ledger.Step{State: ledger.Intent}, ledger.Step{State: ledger.Done}
	for i, turn := range []struct {
		state      ledger.State
		steps      []ledger.Step
		compliance types.ComplianceStatus
		record     types.RecordState
	}{
		{ledger.Asked, []ledger.Step{{Verdict: "ask"}, {Verdict: "ask"}}, types.ComplianceStatusFailed, types.RecordStateActive},
		{ledger.Acting, []ledger.Step{done, intent}, types.ComplianceStatusFailed, types.RecordStateActive},
		{ledger.Contained, []ledger.Step{done, done}, types.ComplianceStatusPassed, types.RecordStateActive},
		{ledger.Verified, []ledger.Step{done, done}, types.ComplianceStatusPassed, types.RecordStateActive},
		{ledger.Undoing, []ledger.Step{{State: ledger.StepReverting}, done}, types.ComplianceStatusFailed, types.RecordStateActive},
		{ledger.Undone, []ledger.Step{{State: ledger.StepUndone}, {State: ledger.Stays}}, types.ComplianceStatusFailed, types.RecordStateArchived},
	} {
		c := seed000(t, turn.state, turn.steps...)
		c.Report.Wanted = i + 1
		if err := m.Report(context.Background(), c); err != nil {
			t.Fatalf("%s: %v", turn.state, err)
		}
		f := m.only()
		if f.Severity == nil || f.Severity.Label != types.SeverityLabelHigh || len(f.Types) != 1 {
			t.Errorf("%s: severity and types are not the provider's: %+v, %v", turn.state, f.Severity, f.Types)
		}
		if f.Compliance.Status != turn.compliance || f.RecordState != turn.record || f.ProductFields["riposte/state"] != string(turn.state) {
			t.Errorf("%s: the finding says %s, %s, %s", turn.state, f.Compliance.Status, f.RecordState, f.ProductFields["riposte/state"])
		}
	}
	instance := m.only().Resources[1]
	if aws.ToString(instance.Details.AwsEc2Instance.ImageId) != "ami-09ce29f4eb8a1ef97" || instance.Details.Other["AutoScalingGroupName"] != "web" {
		t.Errorf("the instance is told as %+v", instance.Details)
	}
}

// What could not be told is told later, and once.
func TestAFailedImportIsMadeGood(t *testing.T) {
	m := embedded(t)
	c := seed000(t, ledger.Contained, ledger.Step{State: ledger.Done}, ledger.Step{State: ledger.Done})
	denied := &smithy.GenericAPIError{Code: "AccessDeniedException", Message: "not today"}
	m.Fail("securityhub", "BatchImportFindings", 1, denied)
	if err := m.Report(context.Background(), c); err == nil {
		t.Fatal("the import failed without an error")
	}
	for range 2 {
		if err := m.AdvanceTo(m.Now().Add(time.Minute)); err != nil {
			t.Fatal(err)
		}
		if err := m.Report(context.Background(), c); err != nil {
			t.Fatal(err)
		}
	}
	if f := m.only(); f.Compliance.Status != types.ComplianceStatusPassed {
		t.Errorf("the finding says %s", f.Compliance.Status)
	}
}
