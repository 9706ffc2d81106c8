package e2e

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/e2e/terraform"
	"github.com/ripostehq/riposte/internal/mototest"
)

const externalID = "3c1a5f6e7d8b9a0c"

// From nothing to an account that defends itself, and back: terraform applies the example, moto asks every caller for its
// rights, riposte serves with what the modules gave it, and an attack comes in by the bus. What became of it is asked with
// the aws command line.
func TestASingleAccountDefendsItself(t *testing.T) {
	t.Parallel()
	s := mototest.Start(t)
	d := terraform.Apply(t, "terraform/examples/single-account", map[string]any{
		"external_id": externalID, "mode": "act", "tiers": []string{"audit", "report", "contain", "destroy"},
		"daemon_principals": []string{"arn:aws:iam::" + mototest.Account + ":root"},
	}, s.Env()...)
	h := openShop(t, ireland, s.Config(ireland))
	attacked, image := h.group("web", h.publicWeb), h.public

	admin := clientOf(t, s).as(administrator(t, s))
	itself := session(t, s, d.Text(t, "principal_arn"))
	relax := restrict(t, s, d, itself)
	p := before(t, s, nil)
	r := serve(t, d.Text(t, "config"), append(p.env(s), itself...))
	put(t, admin, launchRecord(ireland, attacked, image, "web", time.Now()))

	eventually(t, 2*time.Minute, "the instance is terminated", func() error {
		return admin.says(t, "terminated", "Reservations[0].Instances[0].State.Name", "ec2", "describe-instances", "--instance-ids", attacked)
	})
	eventually(t, time.Minute, "the group is suspended", func() error {
		return admin.says(t, fmt.Sprint(len(action.Processes())), "length(AutoScalingGroups[0].SuspendedProcesses)",
			"autoscaling", "describe-auto-scaling-groups", "--auto-scaling-group-names", "web")
	})
	eventually(t, time.Minute, "the finding is imported, and passed since the attack is contained", func() error {
		return admin.says(t, "PASSED", "Findings[0].Compliance.Status", "securityhub", "get-findings")
	})
	differs(t, admin, attacked)
	cases, err := r.cases()
	must(t, err)
	if len(cases) != 1 || cases[0].Playbook != "launch.unapproved-image" || !strings.HasPrefix(cases[0].Reason, "mode: ") {
		t.Fatalf("cases: %+v", cases)
	}
	if _, err := r.run("undo", cases[0].Case); err != nil {
		t.Fatal(err)
	}
	eventually(t, time.Minute, "the group works again, since somebody took it back", func() error {
		return admin.says(t, "0", "length(AutoScalingGroups[0].SuspendedProcesses)",
			"autoscaling", "describe-auto-scaling-groups", "--auto-scaling-group-names", "web")
	})
	if _, err := r.run("ledger", "verify"); err != nil {
		t.Error(err)
	}
	r.stop()

	relax()
	if changes := d.Plan(t); len(changes) > 0 {
		t.Errorf("a plan after it all would change %v", changes)
	}
}

// differs asserts what moto does otherwise than AWS, and what this story has to look past.
func differs(t *testing.T, c client, attacked string) {
	t.Helper()
	for _, d := range []struct {
		what  string
		still string
		query string
		args  []string
	}{
		{
			"a group that may not launch replaces what was terminated all the same",
			"true", "AutoScalingGroups[0].Instances[0].InstanceId != '" + attacked + "' && length(AutoScalingGroups[0].Instances) == `1`",
			[]string{"autoscaling", "describe-auto-scaling-groups", "--auto-scaling-group-names", "web"},
		},
		{
			"get-findings passes over its filters",
			"1", "length(Findings)", []string{"securityhub", "get-findings", "--filters", `{"Id":[{"Value":"none","Comparison":"EQUALS"}]}`},
		},
	} {
		if err := c.says(t, d.still, d.query, d.args...); err != nil {
			t.Errorf("moto has become better: %q is no difference any more: %v", d.what, err)
		}
	}
}

// put tells the bus of a call, as CloudTrail does.
func put(t *testing.T, c client, record object) {
	t.Helper()
	detail, err := json.Marshal(record)
	must(t, err)
	entries, err := json.Marshal([]object{{"Source": "aws.ec2", "DetailType": "AWS API Call via CloudTrail", "Detail": string(detail)}})
	must(t, err)
	var out struct{ FailedEntryCount int }
	must(t, c.call(t, &out, "events", "put-events", "--entries", string(entries)))
	if out.FailedEntryCount > 0 {
		t.Fatal("the bus did not take the event")
	}
}

// administrator is a user who may do everything.
func administrator(t *testing.T, s *mototest.Server) []string {
	t.Helper()
	c, name := iam.NewFromConfig(s.Config(ireland)), aws.String("administrator")
	_, err := c.CreateUser(t.Context(), &iam.CreateUserInput{UserName: name})
	must(t, err)
	_, err = c.PutUserPolicy(t.Context(), &iam.PutUserPolicyInput{UserName: name, PolicyName: name,
		PolicyDocument: aws.String(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`)})
	must(t, err)
	out, err := c.CreateAccessKey(t.Context(), &iam.CreateAccessKeyInput{UserName: name})
	must(t, err)
	return credentials(*out.AccessKey.AccessKeyId, *out.AccessKey.SecretAccessKey, "")
}

// session is the environment of a caller that has assumed a role.
func session(t *testing.T, s *mototest.Server, role string) []string {
	t.Helper()
	out, err := sts.NewFromConfig(s.Config(ireland)).AssumeRole(t.Context(), &sts.AssumeRoleInput{RoleArn: &role, RoleSessionName: aws.String("daemon")})
	must(t, err)
	got := out.Credentials
	return credentials(*got.AccessKeyId, *got.SecretAccessKey, *got.SessionToken)
}

func credentials(id, secret, token string) []string {
	return []string{"AWS_ACCESS_KEY_ID=" + id, "AWS_SECRET_ACCESS_KEY=" + secret, "AWS_SESSION_TOKEN=" + token}
}
