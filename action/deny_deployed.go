package action

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsiam "github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/ripostehq/riposte/access"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
)

// deployedReads are the rights that unsound needs.
func deployedReads() []call.ID { return []call.ID{call.IAMGetPolicy, call.IAMGetPolicyVersion} }

// deployed is the ARN of a policy that was deployed beforehand.
func deployed(p event.Place, policy string) string {
	return "arn:" + p.Partition + ":iam::" + p.Account + ":policy/" + policy
}

func unsound(ctx context.Context, r access.Reads, principal event.Resource, policy string) (string, error) {
	return Unsound(ctx, r, principal.Place(), policy)
}

// Unsound returns why a deployed policy of an account does not stop a principal, "" if it does. Its name proves nothing: an attacker who
// may write policies can empty it, or move its default to a version that denies no caller. Only the very document that riposte
// is deployed with is taken for a deny: what another one denies can't be found out by trying calls, since what it spares need
// only be the one call, or the one caller, that was not tried.
func Unsound(ctx context.Context, r access.Reads, account event.Place, policy string) (string, error) {
	arn, reads := deployed(account, policy), r.IAM(account)
	p, err := reads.GetPolicy(ctx, &awsiam.GetPolicyInput{PolicyArn: aws.String(arn)})
	if Missing(err) {
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
	exact, err := DeniesEverything(text)
	if err != nil || exact {
		return "", err
	}
	return fmt.Sprintf("version %s of the policy %s is not the deny that riposte is deployed with", aws.ToString(p.Policy.DefaultVersionId), policy), nil
}

// DeniesEverything reports whether a policy is the one that DenyPolicy and BoundaryPolicy are deployed with, however it is
// spelled: one word or a list of it, with a Sid or without.
func DeniesEverything(text string) (bool, error) {
	wanted, err := DenyDocument(Everything)
	return sameDocument(text, wanted), err
}
