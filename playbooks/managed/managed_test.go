package managed_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/playbooks/managed"
)

// What keeps a resource as it is follows an order: the operator that EC2 names, a service's own tag, a reserved tag, the organisation's code.
func TestWhoKeepsAResource(t *testing.T) {
	backup := &types.OperatorResponse{Managed: aws.Bool(true), Principal: aws.String("backup.amazonaws.com")}
	for _, c := range []struct {
		name     string
		tags     map[string]string
		operator *types.OperatorResponse
		want     string
	}{
		{"nobody", map[string]string{"Name": "web"}, &types.OperatorResponse{Managed: aws.Bool(false)}, ""},
		{"an operator", map[string]string{"aws:cloudformation:stack-name": "web"}, backup, "the service backup.amazonaws.com"},
		{"Beanstalk before its own stack", map[string]string{"aws:cloudformation:stack-name": "awseb", "elasticbeanstalk:environment-name": "shop"}, nil, "the Beanstalk environment shop"},
		{"Karpenter", map[string]string{"karpenter.sh/nodepool": "default"}, nil, "Karpenter's node pool default"},
		{"a service to come", map[string]string{"aws:new:id": "1"}, nil, "a service of AWS"},
		{"a launch template alone", map[string]string{"aws:ec2launchtemplate:id": "lt-1"}, nil, ""},
		{"the organisation's code", map[string]string{"managed-by": "terraform"}, nil, "code, by the tag managed-by"},
		{"a long name", map[string]string{"aws:cloudformation:stack-name": strings.Repeat("x", 200)}, nil, "the CloudFormation stack " + strings.Repeat("x", 80)},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := managed.By(c.tags, c.operator, []string{"managed-by"}); got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}
