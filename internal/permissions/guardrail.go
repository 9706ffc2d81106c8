package permissions

import (
	"fmt"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/iam"
)

// GuardrailLimit is the number of characters of a service control policy.
// https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html
const GuardrailLimit = 10240

// GuardrailNote says what the guardrail can't do. It belongs wherever the guardrail is printed.
const GuardrailNote = "A service control policy never binds the organisation's management account, nor service-linked roles: " +
	"keep workloads out of that account. It can't tell inline policies apart, nor which boundary a new one replaces; " +
	"these riposte notices by their records, and denies again."

// Guardrail is the service control policy that keeps everybody but riposte from taking off what it attaches, and from
// changing what it runs on in the organisation's accounts. Deployers are ARN patterns of the roles that deploy riposte:
// without any, the guardrail has to be detached before the next deployment. It may be attached to a root, to OUs or to
// accounts, once the roles are there: it also keeps anybody from making roles under riposte's names.
func (r Roles) Guardrail(deployers []string) (iam.Document, error) {
	byTier := map[string]string{}
	named := []string{ownRoles, "arn:*:iam::*:role/*/riposte-*"}
	for _, t := range r.tiers() {
		byTier[t.Tier] = anywhere(t.Role)
		if r.ByTier[t.Tier] != "" {
			named = append(named, byTier[t.Tier])
		}
	}
	runs := append([]string{ownRoles}, list(r.Principal)...)
	contain, author := byTier[string(action.TierContain)], byTier[string(action.TierAuthor)]
	d := iam.Document{Statement: []iam.Statement{
		spare("KeepDenies", []string{contain}, nil,
			[]string{"iam:DetachRolePolicy", "iam:DetachUserPolicy"}, []string{userARNs, roleARNs}, only("iam:PolicyARN", action.DenyPolicy)),
		spare("KeepBoundaries", []string{author}, nil,
			[]string{"iam:DeleteUserPermissionsBoundary"}, []string{userARNs}, only("iam:PermissionsBoundary", action.BoundaryPolicy)),
		spare("KeepPolicies", nil, deployers,
			[]string{"iam:CreatePolicy", "iam:CreatePolicyVersion", "iam:DeletePolicy", "iam:DeletePolicyVersion", "iam:SetDefaultPolicyVersion"},
			[]string{"arn:*:iam::*:policy/riposte-*", "arn:*:iam::*:policy/*/riposte-*"}, nil),
		spare("KeepRoles", []string{contain, author}, deployers, []string{
			"iam:AttachRolePolicy", "iam:CreateRole", "iam:DeleteRole", "iam:DeleteRolePermissionsBoundary", "iam:DeleteRolePolicy", "iam:DetachRolePolicy",
			"iam:PassRole", "iam:PutRolePermissionsBoundary", "iam:PutRolePolicy", "iam:TagRole", "iam:UntagRole", "iam:UpdateAssumeRolePolicy", "iam:UpdateRole",
		}, named, nil),
		spare("KeepRules", nil, deployers, []string{
			"events:DeleteEventBus", "events:DeleteRule", "events:DisableRule", "events:PutRule", "events:PutTargets", "events:RemoveTargets", "events:UpdateEventBus",
		}, []string{"arn:*:events:*:*:event-bus/riposte-*", "arn:*:events:*:*:rule/riposte-*"}, nil),
		spare("KeepQueues", runs, deployers, []string{
			"sqs:AddPermission", "sqs:DeleteMessage", "sqs:DeleteQueue", "sqs:PurgeQueue", "sqs:ReceiveMessage", "sqs:RemovePermission", "sqs:SendMessage", "sqs:SetQueueAttributes",
		}, []string{"arn:*:sqs:*:*:riposte-*"}, nil),
		spare("KeepTables", runs, deployers, []string{
			"dynamodb:BatchWriteItem", "dynamodb:DeleteItem", "dynamodb:DeleteResourcePolicy", "dynamodb:DeleteTable", "dynamodb:PartiQLDelete",
			"dynamodb:PartiQLInsert", "dynamodb:PartiQLUpdate", "dynamodb:PutItem", "dynamodb:PutResourcePolicy", "dynamodb:UpdateContinuousBackups",
			"dynamodb:UpdateItem", "dynamodb:UpdateTable", "dynamodb:UpdateTimeToLive",
		}, []string{"arn:*:dynamodb:*:*:table/riposte-*"}, nil),
		spare("KeepFunctions", nil, deployers, []string{
			"lambda:AddPermission", "lambda:DeleteFunction", "lambda:DeleteFunctionConcurrency", "lambda:InvokeAsync", "lambda:InvokeFunction",
			"lambda:PutFunctionConcurrency", "lambda:UpdateFunctionCode", "lambda:UpdateFunctionConfiguration",
		}, []string{functionARNs}, nil),
		// A mapping is known by its function alone: https://docs.aws.amazon.com/lambda/latest/dg/lambda-api-permissions-ref.html
		spare("KeepMappings", nil, deployers, []string{"lambda:DeleteEventSourceMapping", "lambda:UpdateEventSourceMapping"},
			[]string{"arn:*:lambda:*:*:event-source-mapping:*"}, map[string]map[string][]string{"ArnLike": {"lambda:FunctionArn": {functionARNs}}}),
	}}
	b, err := d.JSON()
	if err != nil {
		return d, err
	}
	if n := len(b); n > GuardrailLimit {
		return d, fmt.Errorf("the guardrail has %d characters, and a service control policy %d: name fewer deployers", n, GuardrailLimit)
	}
	return d, nil
}

const functionARNs = "arn:*:lambda:*:*:function:riposte-*"

// spare denies calls to everybody but those whose principal matches.
func spare(sid string, own, deployers, calls, resources []string, when map[string]map[string][]string) iam.Statement {
	s := iam.Statement{Sid: sid, Effect: "Deny", Action: calls, Resource: resources, Condition: map[string]map[string][]string{}}
	for operator, keys := range when {
		s.Condition[operator] = keys
	}
	if spared := append(append([]string{}, own...), deployers...); len(spared) > 0 {
		s.Condition["ArnNotLike"] = map[string][]string{"aws:PrincipalArn": spared}
	}
	return s
}
