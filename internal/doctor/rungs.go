package doctor

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/cloud"
)

// denies asks whether the policies that contain attaches lie ready in an account, and are what riposte takes for a deny.
func (p Parts) denies(a Account) (out []check) {
	if p.Config.Organization.Roles.Contain == "" {
		return nil // nothing is attached
	}
	at := event.Place{Partition: p.Home.Partition, Account: a.ID}
	for _, policy := range []string{action.DenyPolicy, action.BoundaryPolicy} {
		out = append(out, func(ctx context.Context) []Finding {
			ctx, cancel := p.limited(ctx)
			defer cancel()
			why, err := action.Unsound(ctx, p.AWS.Reads(), at, policy)
			f := Finding{Check: "deny", Account: a.ID, State: OK, Says: fmt.Sprintf("the policy %s lies ready", policy)}
			if err == nil && why != "" {
				f.State, f.Says = Failed, why+": a principal to be denied by it is denied by the next rung, if there is one"
				f.Mend = fmt.Sprintf("deploy the spoke in account %s with the tier contain again, and look in CloudTrail for what changed it", a.ID)
			}
			return one(f, err, "give the audit role iam:GetPolicy and iam:GetPolicyVersion")
		})
	}
	return out
}

// isolation asks of every network whether a machine that may not be terminated can be isolated in it.
func (p Parts) isolation(ctx context.Context, at event.Place) []Finding {
	ctx, cancel := p.limited(ctx)
	defer cancel()
	networks, err := p.networks(ctx, at)
	if err != nil {
		return one(Finding{Check: "isolation"}.at(at), err, "give the audit role ec2:DescribeVpcs")
	}
	var out []Finding
	for _, vpc := range networks {
		_, why, err := action.FindIsolation(ctx, p.AWS.Reads(), at, vpc)
		switch {
		case err != nil:
			return one(Finding{Check: "isolation"}.at(at), err, "give the audit role ec2:DescribeSecurityGroups")
		case why != "":
			out = append(out, Finding{
				Check: "isolation", State: Warning,
				Says: why + ": a machine in it that may not be terminated is not isolated, only stopped, and not even that where it is protected from being stopped",
				Mend: fmt.Sprintf("apply the spoke's module again, or deploy deploy/cloudformation/isolation.yaml with Vpc=%s in %s", vpc, at.Region),
			}.at(at))
		}
	}
	if len(out) == 0 {
		out = append(out, Finding{Check: "isolation", State: OK, Says: fmt.Sprintf("%d VPCs, each with a security group that isolates", len(networks))}.at(at))
	}
	return out
}

// networks are the VPCs of a place. The client is used as its one method: in an interface it would link all of EC2's.
func (p Parts) networks(ctx context.Context, at event.Place) (ids []string, err error) {
	describe := ec2.NewFromConfig(p.AWS.Visit(at, cloud.Audit)).DescribeVpcs
	in := &ec2.DescribeVpcsInput{Filters: []types.Filter{{Name: aws.String("state"), Values: []string{"available"}}}}
	for {
		out, err := describe(ctx, in)
		if err != nil {
			return nil, fmt.Errorf("list VPCs: %w", err)
		}
		for _, vpc := range out.Vpcs {
			ids = append(ids, aws.ToString(vpc.VpcId))
		}
		if in.NextToken = out.NextToken; aws.ToString(in.NextToken) == "" {
			return ids, nil
		}
	}
}
