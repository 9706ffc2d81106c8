package deploy_test

import (
	"path/filepath"
	"strings"
	"testing"

	awsdynamodb "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"github.com/ripostehq/riposte/internal/ledger/dynamodb"
	"github.com/ripostehq/riposte/internal/mototest"
	"github.com/ripostehq/riposte/internal/permissions"
)

// The hub's stack, and the spoke's in two regions as a StackSet brings it there, do what the modules do.
func TestStacks(t *testing.T) {
	t.Parallel()
	s := mototest.Start(t)
	stack(t, s, here, "cloudformation/hub.yaml", "RunAs=daemon", "OrganizationId=o-ab12cd34ef")
	spoke := []string{
		"HubBusArn=arn:aws:events:" + here + ":" + mototest.Account + ":event-bus/riposte-events",
		"PrincipalArn=arn:aws:iam::" + mototest.Account + ":role/riposte-own", "ExternalId=" + secret, "OrganizationId=o-ab12cd34ef",
	}
	stack(t, s, home, "cloudformation/spoke.json", spoke...) // the home region first: there the roles are made
	stack(t, s, here, "cloudformation/spoke.json", spoke...)

	q := sqs.NewFromConfig(s.Config(place(here)))
	name := "riposte-events"
	found, err := q.GetQueueUrl(t.Context(), &sqs.GetQueueUrlInput{QueueName: &name})
	if err != nil {
		t.Fatal(err)
	}
	in := queue{q, *found.QueueUrl}
	in.delivers(t, s, here, "aws.ec2", "RunInstances")
	in.delivers(t, s, home, "aws.ec2", "RunInstances")
	in.delivers(t, s, home, "aws.iam", "DetachUserPolicy")
	in.leaves(t, s, here, "aws.iam", "DetachUserPolicy")
	in.leaves(t, s, here, "aws.ec2", "DescribeInstances")

	ownRights(t, s, permissions.Hub{Queues: []string{"riposte-events"}, Table: "riposte-record", Prices: true, Discover: true})
	if _, err := dynamodb.Open(t.Context(), awsdynamodb.NewFromConfig(s.Config(place(here))), "riposte-record"); err != nil {
		t.Errorf("the table for the record: %v", err)
	}
}

func stack(t *testing.T, s *mototest.Server, region, template string, parameters ...string) {
	t.Helper()
	name := "riposte-" + strings.TrimSuffix(filepath.Base(template), filepath.Ext(template))
	args := []string{
		"--region", region, "cloudformation", "create-stack", "--stack-name", name, "--template-body", "file://" + template,
		"--capabilities", "CAPABILITY_NAMED_IAM", "--parameters",
	}
	for _, p := range parameters {
		key, value, _ := strings.Cut(p, "=")
		args = append(args, "ParameterKey="+key+",ParameterValue="+value)
	}
	command(t, s, args...)
}
