package deploy_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/ripostehq/riposte/e2e/terraform"
	"github.com/ripostehq/riposte/internal/mototest"
)

const shop = "444455556666"

// Each account has rules, queue and function of its own; what it tells arrives in the central account.
func TestAccountsThatDefendThemselves(t *testing.T) {
	t.Parallel()
	s := mototest.Start(t)
	d := terraform.Apply(t, "terraform/examples/local", map[string]any{
		"shop_account": shop, "lambda_zip": function(t), "external_id": secret,
	}, s.Env()...)
	unchanged(t, d)

	entry, err := json.Marshal([]map[string]string{{
		"EventBusName": d.Text(t, "outcomes_arn"), "Source": "riposte", "DetailType": "Riposte Case", "Detail": `{"state":"contained"}`,
	}})
	if err != nil {
		t.Fatal(err)
	}
	command(t, s, "events", "put-events", "--entries", string(entry))
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(200 * time.Millisecond) {
		said := command(t, s, "logs", "filter-log-events", "--log-group-name", d.Text(t, "outcomes_log"))
		if strings.Contains(said, "contained") {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("the outcome is not in the central log: %s", said)
		}
	}
}

// An organisation takes what moto lacks: StackSets with a delegated administrator. So it is planned, not applied.
func TestOrganisationCanBePlanned(t *testing.T) {
	t.Parallel()
	s := mototest.Start(t)
	d := terraform.Open(t, "terraform/examples/organisation", s.Env()...)
	d.Set(t, map[string]any{
		"organization_id": "o-ab12cd34ef", "unit_ids": []string{"ou-ab12-cdef3456"}, "lambda_zip": function(t), "external_id": secret,
		"management_role_arn": "arn:aws:iam::999900001111:role/deployer", "guarded_ids": []string{"r-ab12"}, "regions": []string{"eu-central-1"},
		"checkpoint_bucket": "riposte-checkpoints-999900001111",
	})
	made := map[string]bool{}
	for _, c := range d.Plan(t) {
		made[c.Address] = true
	}
	for _, address := range []string{
		"aws_cloudformation_stack_instances.spokes", "module.hub.aws_cloudwatch_event_bus_policy.events[0]",
		"module.hub.aws_s3_bucket_object_lock_configuration.checkpoints[0]",
		`module.spoke.aws_cloudwatch_event_rule.calls["ec2"]`, `module.spoke_home[0].aws_cloudwatch_event_rule.calls["iam"]`,
		`module.spoke_management[0].aws_iam_role.tier["audit"]`, "module.guardrail[0].aws_organizations_policy.guardrail",
	} {
		if !made[address] {
			t.Errorf("the plan lacks %s", address)
		}
	}
}

// command is the aws command line's answer.
func command(t *testing.T, s *mototest.Server, args ...string) string {
	t.Helper()
	cmd := exec.Command(mototest.Program(t, "aws"), append([]string{"--endpoint-url", s.URL}, args...)...)
	cmd.Env = append(os.Environ(), s.Env()...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("aws %s: %v: %s", args[1], err, out)
	}
	return string(out)
}
