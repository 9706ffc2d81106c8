package action

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsiam "github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/iam"
)

// deployedReads are the rights that unsound needs.
func deployedReads() []string { return []string{"iam:GetPolicy", "iam:GetPolicyVersion"} }

// deployed is the ARN of a policy that was deployed beforehand.
func deployed(p event.Place, policy string) string {
	return "arn:" + p.Partition + ":iam::" + p.Account + ":policy/" + policy
}

// unsound says why a deployed policy does not stop a principal, "" where it does. Its name proves nothing: an attacker who
// may write policies can empty it, or move its default to a version that denies nobody.
func unsound(ctx context.Context, r access.Reads, principal event.Resource, policy string) (string, error) {
	arn, reads := deployed(principal.Place(), policy), r.IAM(principal.Place())
	p, err := reads.GetPolicy(ctx, &awsiam.GetPolicyInput{PolicyArn: aws.String(arn)})
	if missing(err) {
		return fmt.Sprintf("the policy %s is not deployed", policy), nil
	}
	if err != nil {
		return "", fmt.Errorf("read policy %q: %w", arn, err)
	}
	v, err := reads.GetPolicyVersion(ctx, &awsiam.GetPolicyVersionInput{PolicyArn: aws.String(arn), VersionId: p.Policy.DefaultVersionId})
	if err != nil {
		return "", fmt.Errorf("read default version of policy %q: %w", arn, err)
	}
	text, err := unescape(aws.ToString(v.PolicyVersion.Document))
	if err != nil {
		return "", err
	}
	if call := allowed(text, principal); call != "" {
		return fmt.Sprintf("the policy %s does not deny %s any more", policy, call), nil
	}
	return "", nil
}

// allowed is the first of the destructive calls that a policy does not deny outright, everywhere. A pattern is asked
// about as it is written: only a pattern at least as wide matches it. A policy that can't be evaluated denies nothing.
func allowed(text string, principal event.Resource) string {
	policy, err := iam.Parse([]byte(text))
	for _, call := range Destruction() {
		if err != nil {
			return call
		}
		service, _, _ := strings.Cut(call, ":")
		d := iam.Evaluate(iam.Request{
			Action: call, Resource: "arn:" + principal.Partition + ":" + service + ":::any",
			Principal: iam.Principal{ARN: principal.ARN(), Account: principal.Account},
			Context:   iam.ContextOf(map[string]string{"aws:PrincipalArn": principal.ARN(), "aws:PrincipalAccount": principal.Account}),
		}, iam.Policies{Identity: []iam.Policy{policy}})
		if d.Effect != iam.ExplicitDeny {
			return call
		}
	}
	return ""
}

func among(attached []types.AttachedPolicy, arn string) bool {
	return slices.ContainsFunc(attached, func(p types.AttachedPolicy) bool { return aws.ToString(p.PolicyArn) == arn })
}
