package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/securityhub"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/mototest"
	"github.com/ripostehq/riposte/internal/pattern"
	"github.com/ripostehq/riposte/internal/permissions"
	"github.com/ripostehq/riposte/playbook"
	"github.com/ripostehq/riposte/playbooks/launch"
)

// Over 64 accounts in which all is deployed, roles, rules, isolating groups and Security Hub, a doctor finds nothing to mend, and says so in a screen.
func TestADoctorOfADeployedOrganisationFitsAScreen(t *testing.T) {
	server := mototest.Start(t)
	lives(t, server)
	books := []playbook.Definition{launch.TerminationUnprotected(), launch.UnapprovedImage()}
	rules, err := pattern.For(books)
	if err != nil {
		t.Fatal(err)
	}
	hub := sqs.NewFromConfig(server.Config(event.Place{Region: "eu-west-1"}))
	queue := ""
	for _, one := range []struct{ name, redrive string }{
		{"riposte-dead", ""}, {"riposte", fmt.Sprintf(`{"deadLetterTargetArn":"arn:aws:sqs:eu-west-1:%s:riposte-dead","maxReceiveCount":5}`, mototest.Account)},
	} {
		in := &sqs.CreateQueueInput{QueueName: &one.name}
		if one.redrive != "" {
			in.Attributes = map[string]string{"RedrivePolicy": one.redrive}
		}
		made, err := hub.CreateQueue(t.Context(), in)
		if err != nil {
			t.Fatal(err)
		}
		queue = *made.QueueUrl
	}
	accounts := append(organisation(t, server), mototest.Account)
	var listed []string
	limit := make(chan struct{}, 4)
	var all sync.WaitGroup
	for _, a := range accounts {
		listed = append(listed, fmt.Sprintf("{id: %q}", a))
		all.Go(func() {
			limit <- struct{}{}
			deployed(t, server, a, rules)
			<-limit
		})
	}
	all.Wait()
	file := filepath.Join(t.TempDir(), "riposte.yaml")
	text := fmt.Sprintf("organization:\n  accounts: [%s]\n  regions: [eu-west-1]\n  roles: {audit: riposte-audit, report: riposte-report, contain: riposte-contain, author: riposte-author, destroy: riposte-destroy, external_id: 0123456789abcdef}\n"+
		"sources: [{sqs: {queue_url: %q, region: eu-west-1}}]\nreport: {security_hub: true}\nledger: sqlite:%s\nplaybooks: {defaults: {mode: ask}}\n", strings.Join(listed, ", "), queue, filepath.Join(t.TempDir(), "riposte.db"))
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	var results, remarks bytes.Buffer
	sh := &shell{out: &results, err: &remarks, now: time.Now}
	began := time.Now()
	code := run(t.Context(), []string{"doctor", "--config", file}, sh, books, action.Kinds())
	lines := strings.Split(strings.TrimRight(results.String(), "\n"), "\n")
	t.Logf("doctor over %d accounts: %d lines in %s; %s", len(accounts), len(lines), time.Since(began).Round(100*time.Millisecond), remarks.String())
	if code != exitDone || len(lines) > mostLines || !strings.Contains(results.String(), "64 accounts") {
		t.Errorf("%d, %d lines:\n%s", code, len(lines), results.String())
	}
}

// deployed puts into an account what the spoke does.
func deployed(t *testing.T, server *mototest.Server, account string, rules []pattern.Rule) {
	at := func(region string) aws.Config {
		p := event.Place{Partition: "aws", Account: account, Region: region}
		if account == mototest.Account {
			return server.Config(p)
		}
		return server.Assume(t, p)
	}
	must := func(what string, err error) {
		if err != nil {
			t.Errorf("%s in %s: %v", what, account, err)
		}
	}
	home := at("eu-west-1")
	for _, cfg := range []aws.Config{home, at("us-east-1")} { // where IAM tells what happens
		bus := eventbridge.NewFromConfig(cfg)
		for _, r := range rules {
			text, err := json.Marshal(r.Pattern)
			must("pattern", err)
			name := aws.String("riposte-" + r.Name)
			_, err = bus.PutRule(t.Context(), &eventbridge.PutRuleInput{Name: name, EventPattern: aws.String(string(text)), State: types.RuleState(r.State)})
			must("rule", err)
			_, err = bus.PutTargets(t.Context(), &eventbridge.PutTargetsInput{Rule: name, Targets: []types.Target{{Id: aws.String("hub"), Arn: aws.String("arn:aws:sqs:eu-west-1:" + mototest.Account + ":riposte")}}})
			must("target", err)
		}
	}
	ready, err := permissions.Predeployed()
	must("denies", err)
	for _, policy := range ready {
		_, err := iam.NewFromConfig(home).CreatePolicy(t.Context(), &iam.CreatePolicyInput{PolicyName: &policy.Name, PolicyDocument: aws.String(string(policy.Document))})
		must(policy.Name, err)
	}
	_, err = securityhub.NewFromConfig(home).EnableSecurityHub(t.Context(), &securityhub.EnableSecurityHubInput{})
	must("Security Hub", err)
	networks, err := ec2.NewFromConfig(home).DescribeVpcs(t.Context(), nil)
	must("networks", err)
	for _, vpc := range networks.Vpcs {
		made, err := ec2.NewFromConfig(home).CreateSecurityGroup(t.Context(), &ec2.CreateSecurityGroupInput{
			GroupName: aws.String(action.IsolationGroup), Description: aws.String("isolation"), VpcId: vpc.VpcId,
			TagSpecifications: []ec2types.TagSpecification{{ResourceType: ec2types.ResourceTypeSecurityGroup, Tags: []ec2types.Tag{{Key: aws.String(action.IsolationTag), Value: aws.String("true")}}}},
		})
		must("isolating group", err)
		_, err = ec2.NewFromConfig(home).RevokeSecurityGroupEgress(t.Context(), &ec2.RevokeSecurityGroupEgressInput{GroupId: made.GroupId, IpPermissions: []ec2types.IpPermission{
			{IpProtocol: aws.String("-1"), IpRanges: []ec2types.IpRange{{CidrIp: aws.String("0.0.0.0/0")}}}}})
		must("its rules", err)
	}
}
