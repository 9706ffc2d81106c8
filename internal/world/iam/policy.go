package iam

import (
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	policy "github.com/ripostehq/riposte/iam"
	"github.com/ripostehq/riposte/internal/world/core"
)

// managedPolicy is a customer managed policy.
type managedPolicy struct {
	Name, Path, ID, ARN string
	Created             time.Time
	Versions            map[string]string // documents by version id (v1)
	Default             string
	Minted              int // number of the latest version that was ever made
	Tags                []types.Tag
}

var policies = core.Shelf[managedPolicy]{Kind: "iam.policy", Global: true, ID: "ARN", Missing: func(arn string) *core.Refusal {
	return noEntity("Policy %s was not found.", arn)
}}

// policyResource are the operations on managed policies and their versions.
func policyResource() core.Resource {
	return core.Resource{Shelf: &policies, Operations: []core.Operation{
		change("PolicyName Path PolicyDocument Description Tags", func(c *core.Call, in *iam.CreatePolicyInput) []core.Need {
			return c.On(iamARN(c.At, "policy", in.Path, in.PolicyName))
		}, createPolicy),
		readPolicy("", func(c *core.Call, _ *iam.GetPolicyInput, p *managedPolicy) (*iam.GetPolicyOutput, *core.Refusal) {
			return &iam.GetPolicyOutput{Policy: describePolicy(c, p)}, nil
		}),
		unseen(changePolicy("PolicyDocument SetAsDefault", createPolicyVersion)),
		readPolicy("VersionId", func(_ *core.Call, in *iam.GetPolicyVersionInput, p *managedPolicy) (*iam.GetPolicyVersionOutput, *core.Refusal) {
			return &iam.GetPolicyVersionOutput{PolicyVersion: p.version(aws.ToString(in.VersionId), true)}, p.has(in.VersionId)
		}),
		readPolicy("", listPolicyVersions),
		unseen(changePolicy("VersionId", func(_ *core.Call, in *iam.SetDefaultPolicyVersionInput, p *managedPolicy) (*iam.SetDefaultPolicyVersionOutput, *core.Refusal) {
			refused := p.has(in.VersionId)
			if refused == nil {
				p.Default = *in.VersionId
			}
			return &iam.SetDefaultPolicyVersionOutput{}, refused
		})),
		unseen(changePolicy("VersionId", deletePolicyVersion)),
		readPolicy("EntityFilter Marker MaxItems", listEntitiesForPolicy),
	}}
}

// managedBudget is the quota of one version's characters, white space not counted.
const managedBudget = 6144

// byAWS are the policies of AWS's own that attackers and estates attach; in the world they are in every account.
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
func managed(at core.At, arn string) *managedPolicy { return managedIn(policies.Of(at), arn) }

func managedIn(policies map[string]*managedPolicy, arn string) *managedPolicy {
	if p, ok := policies[arn]; ok {
		return p
	}
	return byAWS(arn)
}

// anyPolicy finds a policy that a call names; one of AWS's own can be read.
func anyPolicy(c *core.Call, arn *string) (*managedPolicy, *core.Refusal) {
	if p := managed(c.At, aws.ToString(arn)); p != nil {
		return p, nil
	}
	return nil, noEntity("Policy %s was not found.", aws.ToString(arn))
}

func checkManaged(document *string) *core.Refusal {
	if _, err := policy.Parse([]byte(aws.ToString(document))); err != nil {
		return Malformed(err)
	}
	if policy.Size(*document) > managedBudget {
		return overQuota("Cannot exceed quota for PolicySize: %d", managedBudget)
	}
	return nil
}

func createPolicy(c *core.Call, in *iam.CreatePolicyInput) (*iam.CreatePolicyOutput, *core.Refusal) {
	arn := iamARN(c.At, "policy", in.Path, in.PolicyName)
	if _, ok := policies.Of(c.At)[arn]; ok {
		return nil, entityExists("A policy called %s already exists. Duplicate names are not allowed.", *in.PolicyName)
	}
	if refused := checkManaged(in.PolicyDocument); refused != nil {
		return nil, refused
	}
	p := &managedPolicy{
		Name: *in.PolicyName, Path: pathOf(in.Path), ID: uniqueID(c.State, "ANPA"), ARN: arn, Created: c.Now, Default: "v1",
		Versions: map[string]string{"v1": *in.PolicyDocument}, Tags: in.Tags,
	}
	policies.Of(c.At)[arn] = p
	return &iam.CreatePolicyOutput{Policy: describePolicy(c, p)}, nil
}

func describePolicy(c *core.Call, p *managedPolicy) *types.Policy {
	attached, bounds := int32(0), int32(0)
	count := func(h *holder) {
		if slices.Contains(h.Attached, p.ARN) {
			attached++
		}
		if h.Boundary == p.ARN {
			bounds++
		}
	}
	for _, u := range users.Of(c.At) {
		count(&u.holder)
	}
	for _, r := range roles.Of(c.At) {
		count(&r.holder)
	}
	return &types.Policy{
		PolicyName: aws.String(p.Name), PolicyId: aws.String(p.ID), Arn: aws.String(p.ARN), Path: aws.String(p.Path),
		DefaultVersionId: aws.String(p.Default), AttachmentCount: &attached, PermissionsBoundaryUsageCount: &bounds, IsAttachable: true,
		CreateDate: aws.Time(p.Created), UpdateDate: aws.Time(p.Created), Tags: p.Tags,
	}
}

// listEntitiesForPolicy lists roles, in pages, and users, which all stand on the first.
func listEntitiesForPolicy(c *core.Call, in *iam.ListEntitiesForPolicyInput, p *managedPolicy) (*iam.ListEntitiesForPolicyOutput, *core.Refusal) {
	out := &iam.ListEntitiesForPolicyOutput{}
	var holding []types.PolicyRole
	for _, r := range roles.Sorted(c.At) {
		if slices.Contains(r.Attached, p.ARN) && in.EntityFilter != types.EntityTypeUser {
			holding = append(holding, types.PolicyRole{RoleId: aws.String(r.ID), RoleName: aws.String(r.Name)})
		}
	}
	for _, u := range users.Sorted(c.At) {
		if slices.Contains(u.Attached, p.ARN) && in.EntityFilter != types.EntityTypeRole && in.Marker == nil {
			out.PolicyUsers = append(out.PolicyUsers, types.PolicyUser{UserId: aws.String(u.ID), UserName: aws.String(u.Name)})
		}
	}
	var refused *core.Refusal
	out.PolicyRoles, out.Marker, refused = core.Paged(holding, in.Marker, in.MaxItems)
	out.IsTruncated = out.Marker != nil
	return out, refused
}
