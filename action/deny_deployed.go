package action

import (
	"context"
	"encoding/json"
	"errors"
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
	policy, err := unconditional(text)
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

// unconditional is what of a policy denies everywhere and always, save by who the principal is. Any other resource or
// condition may spare just the one who is to be stopped, and no probe finds out when.
func unconditional(text string) (iam.Policy, error) {
	var doc struct {
		Version   string
		Statement several[json.RawMessage]
	}
	if err := json.Unmarshal([]byte(text), &doc); err != nil {
		return iam.Policy{}, err
	}
	doc.Statement = slices.DeleteFunc(doc.Statement, func(raw json.RawMessage) bool {
		var s struct {
			Effect    string
			Resource  several[string]
			Condition map[string]map[string]json.RawMessage
		}
		return json.Unmarshal(raw, &s) != nil || s.Effect != "Deny" || !slices.Contains(s.Resource, "*") || !aboutPrincipal(s.Condition)
	})
	if len(doc.Statement) == 0 {
		return iam.Policy{}, errors.New("no statement denies everywhere and always")
	}
	b, err := json.Marshal(doc)
	if err != nil {
		return iam.Policy{}, err
	}
	return iam.Parse(b)
}

// aboutPrincipal reports whether a condition asks only what is known here for certain: who the principal is.
func aboutPrincipal(c map[string]map[string]json.RawMessage) bool {
	for _, keys := range c {
		for key := range keys {
			if !strings.EqualFold(key, "aws:PrincipalArn") && !strings.EqualFold(key, "aws:PrincipalAccount") {
				return false
			}
		}
	}
	return true
}

// several is a list, or the one member of it, as IAM writes them.
type several[T any] []T

// UnmarshalJSON reads either.
func (l *several[T]) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '[' {
		return json.Unmarshal(b, (*[]T)(l))
	}
	var one T
	err := json.Unmarshal(b, &one)
	*l = []T{one}
	return err
}

func among(attached []types.AttachedPolicy, arn string) bool {
	return slices.ContainsFunc(attached, func(p types.AttachedPolicy) bool { return aws.ToString(p.PolicyArn) == arn })
}
