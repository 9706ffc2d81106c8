package world

import (
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	policy "github.com/ripostehq/riposte/iam"
)

// managedBudget is the quota of one version's characters, white space not counted.
const managedBudget = 6144

// byAWS are the policies of AWS's own that attackers and snapshots attach; in the world they are in every account.
func byAWS(arn string) *managedPolicy {
	_, name, ok := strings.Cut(arn, ":iam::aws:policy/")
	document := ""
	switch name {
	case "AdministratorAccess":
		document = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`
	case "IAMFullAccess":
		document = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["iam:*","organizations:DescribeAccount","organizations:DescribeOrganization",` +
			`"organizations:DescribeOrganizationalUnit","organizations:DescribePolicy","organizations:ListChildren","organizations:ListParents",` +
			`"organizations:ListPoliciesForTarget","organizations:ListRoots","organizations:ListPolicies","organizations:ListTargetsForPolicy"],"Resource":"*"}]}`
	}
	if !ok || document == "" {
		return nil
	}
	return &managedPolicy{Name: name, Path: "/", ID: "ANPA" + strings.ToUpper(name), ARN: arn, Versions: map[string]string{"v1": document}, Default: "v1"}
}

// managed finds a managed policy, AWS's own too; nil where there is none.
func (in *iamState) managed(arn string) *managedPolicy { return managedIn(in.Policies, arn) }

func managedIn(policies map[string]*managedPolicy, arn string) *managedPolicy {
	if p, ok := policies[arn]; ok {
		return p
	}
	return byAWS(arn)
}

// policy finds a policy that a call names; one of AWS's own can be read.
func (c *call) policy(arn *string) (*managedPolicy, *refusal) {
	if p := c.iam().managed(aws.ToString(arn)); p != nil {
		return p, nil
	}
	return nil, noEntity("Policy %s was not found.", aws.ToString(arn))
}

// ownPolicy finds a policy that a call wants to change: AWS's own belong to AWS.
func (c *call) ownPolicy(arn *string) (*managedPolicy, *refusal) {
	if p, ok := c.iam().Policies[aws.ToString(arn)]; ok {
		return p, nil
	}
	return nil, noEntity("Policy %s was not found.", aws.ToString(arn))
}

func checkManaged(document *string) *refusal {
	if _, err := policy.Parse([]byte(aws.ToString(document))); err != nil {
		return malformed(err)
	}
	if policy.Size(*document) > managedBudget {
		return overQuota("Cannot exceed quota for PolicySize: %d", managedBudget)
	}
	return nil
}

func createPolicy(c *call, in *iam.CreatePolicyInput) (*iam.CreatePolicyOutput, *refusal) {
	arn := c.iamARN("policy", in.Path, in.PolicyName)
	if _, ok := c.iam().Policies[arn]; ok {
		return nil, entityExists("A policy called %s already exists. Duplicate names are not allowed.", *in.PolicyName)
	}
	if refused := checkManaged(in.PolicyDocument); refused != nil {
		return nil, refused
	}
	p := &managedPolicy{
		Name: *in.PolicyName, Path: pathOf(in.Path), ID: c.uniqueID("ANPA"), ARN: arn, Created: c.Now, Default: "v1",
		Versions: map[string]string{"v1": *in.PolicyDocument},
	}
	c.iam().Policies[arn] = p
	return &iam.CreatePolicyOutput{Policy: c.describePolicy(p)}, nil
}

func getPolicy(c *call, in *iam.GetPolicyInput) (*iam.GetPolicyOutput, *refusal) {
	p, refused := c.policy(in.PolicyArn)
	if refused != nil {
		return nil, refused
	}
	return &iam.GetPolicyOutput{Policy: c.describePolicy(p)}, nil
}

func (c *call) describePolicy(p *managedPolicy) *types.Policy {
	attachments := int32(0)
	for _, u := range c.iam().Users {
		attachments += count(slices.Contains(u.Attached, p.ARN))
	}
	for _, r := range c.iam().Roles {
		attachments += count(slices.Contains(r.Attached, p.ARN))
	}
	return &types.Policy{
		PolicyName: aws.String(p.Name), PolicyId: aws.String(p.ID), Arn: aws.String(p.ARN), Path: aws.String(p.Path),
		DefaultVersionId: aws.String(p.Default), AttachmentCount: &attachments, IsAttachable: true,
		CreateDate: aws.Time(p.Created), UpdateDate: aws.Time(p.Created),
	}
}

func count(yes bool) int32 {
	if yes {
		return 1
	}
	return 0
}
