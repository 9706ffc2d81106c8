package doctor

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	"github.com/aws/aws-sdk-go-v2/service/securityhub"
	"github.com/aws/smithy-go"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/canary"
	"github.com/ripostehq/riposte/internal/cloud"
	"github.com/ripostehq/riposte/internal/pattern"
)

// Reads are the IAM actions that a doctor needs in each account, in the audit role.
func Reads() []string {
	return []string{"ec2:DescribeInstances", "events:ListRules", "events:ListTargetsByRule", "securityhub:DescribeHub"}
}

// Guard lets a doctor's sessions make these calls, and send canaries, which are refused.
func Guard() cloud.Guard { return cloud.Guard{cloud.Audit: append(Reads(), canary.Call)} }

// region looks at one account in one region.
func (p Parts) region(at event.Place) []check {
	checks := []check{
		func(ctx context.Context) []Finding { return p.reads(ctx, at) },
		func(ctx context.Context) []Finding { return p.rules(ctx, at) },
	}
	if p.Config.Report.SecurityHub {
		checks = append(checks, func(ctx context.Context) []Finding { return p.hub(ctx, at) })
	}
	return checks
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

// rules asks whether every call that riposte must hear of is delivered by a rule that is enabled and has a target. What
// somebody wrote by hand counts as well as what the modules made.
func (p Parts) rules(ctx context.Context, at event.Place) []Finding {
	ctx, cancel := p.limited(ctx)
	defer cancel()
	delivered, err := delivered(ctx, eventbridge.NewFromConfig(p.AWS.Visit(at, cloud.Audit)))
	f := Finding{Check: "rules", State: OK, Says: "every call that a playbook looks at is delivered"}.at(at)
	if err == nil {
		if missing := missing(p.Rules, at, delivered); len(missing) > 0 {
			err = fmt.Errorf("no enabled rule on the default bus delivers %s", strings.Join(missing, ", "))
		}
	}
	return one(f, err, fmt.Sprintf("deploy the spoke in account %s, region %s (deploy/terraform/modules/spoke, or the stack set); the patterns: riposte permissions --patterns", at.Account, at.Region))
}

// delivered are the calls, as SOURCE NAME, that rules of the default bus deliver to something.
func delivered(ctx context.Context, client *eventbridge.Client) (map[string]bool, error) {
	out := map[string]bool{}
	in := &eventbridge.ListRulesInput{}
	for {
		page, err := client.ListRules(ctx, in)
		if err != nil {
			return nil, err
		}
		for _, r := range page.Rules {
			if r.State == types.RuleStateDisabled || r.EventPattern == nil {
				continue
			}
			targets, err := client.ListTargetsByRule(ctx, &eventbridge.ListTargetsByRuleInput{Rule: r.Name})
			if err != nil {
				return nil, err
			}
			if len(targets.Targets) > 0 {
				covers(out, aws.ToString(r.EventPattern))
			}
		}
		if page.NextToken == nil {
			return out, nil
		}
		in.NextToken = page.NextToken
	}
}

// covers adds the calls that a rule's pattern names. One that is written in another way than by lists of names is not
// understood, and covers nothing: a doctor must not say that all is well because it can't read.
func covers(out map[string]bool, text string) {
	var p pattern.Pattern
	if json.Unmarshal([]byte(text), &p) != nil {
		return
	}
	for _, source := range p.Detail.EventSource {
		for _, name := range p.Detail.EventName {
			out[source+" "+name] = true
		}
	}
}

// missing are the calls that nothing delivers, as people write them.
func missing(rules []pattern.Rule, at event.Place, delivered map[string]bool) (out []string) {
	for _, r := range rules {
		if r.Global && at.Region != cloud.Global(at).Region {
			continue
		}
		for _, source := range r.Pattern.Detail.EventSource {
			for _, name := range r.Pattern.Detail.EventName {
				if !delivered[source+" "+name] {
					service, _, _ := strings.Cut(source, ".")
					out = append(out, service+":"+name)
				}
			}
		}
	}
	slices.Sort(out)
	return out
}
