package doctor

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/securityhub"
	"github.com/aws/smithy-go"

	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/canary"
	"github.com/ripostehq/riposte/internal/cloud"
)

// Reads are the calls that a doctor makes in each account, in the audit role.
func Reads() []call.ID {
	return []call.ID{
		call.EC2DescribeInstances, call.EC2DescribeSecurityGroups, call.EC2DescribeVpcs, call.IAMGetPolicy, call.IAMGetPolicyVersion, call.IAMGetRole, call.IAMGetUser, call.EventsListRules, call.EventsListTargetsByRule, call.SecurityHubDescribeHub,
	}
}

// Guard lets a doctor's sessions make these calls, and send canaries, which are refused.
func Guard() cloud.Guard { return cloud.Guard{cloud.Audit: append(Reads(), canary.Call)} }

// region looks at one account in one region.
func (p Parts) region(at event.Place) []check {
	checks := []check{
		func(ctx context.Context) []Finding { return p.reads(ctx, at) },
		func(ctx context.Context) []Finding { return p.rules(ctx, at, p.wanted(at, true)) },
	}
	if p.Config.Report.SecurityHub {
		checks = append(checks, func(ctx context.Context) []Finding { return p.hub(ctx, at) })
	}
	return append(checks, func(ctx context.Context) []Finding { return p.isolation(ctx, at) })
}

func (p Parts) reads(ctx context.Context, at event.Place) []Finding {
	ctx, cancel := p.limited(ctx)
	defer cancel()
	_, err := ec2.NewFromConfig(p.AWS.Visit(at, cloud.Audit)).DescribeInstances(ctx, &ec2.DescribeInstancesInput{MaxResults: aws.Int32(5)})
	return one(Finding{Check: "read", State: OK, Says: "the audit role reads"}.at(at), err,
		"give the audit role what riposte permissions --tier audit prints, and check that the region is enabled in the account")
}

func (p Parts) hub(ctx context.Context, at event.Place) []Finding {
	ctx, cancel := p.limited(ctx)
	defer cancel()
	_, err := securityhub.NewFromConfig(p.AWS.Visit(at, cloud.Audit)).DescribeHub(ctx, &securityhub.DescribeHubInput{})
	mend := "give the audit role securityhub:DescribeHub"
	if code := errorCode(err); code == "InvalidAccessException" || code == "ResourceNotFoundException" {
		mend = fmt.Sprintf("enable it: aws securityhub enable-security-hub --region %s, or take report.security_hub out", at.Region)
	}
	return one(Finding{Check: "security-hub", State: OK, Says: "Security Hub is enabled"}.at(at), err, mend)
}

func errorCode(err error) string {
	var api smithy.APIError
	if errors.As(err, &api) {
		return api.ErrorCode()
	}
	return ""
}
