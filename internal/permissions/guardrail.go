package permissions

import (
	"fmt"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/iam"
)

// GuardrailLimit is the number of characters of a service control policy.
// https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html
const GuardrailLimit = 10240

// GuardrailNote says what the guardrail can't do. It belongs wherever the guardrail is printed.
const GuardrailNote = "A service control policy never binds the organisation's management account, nor service-linked roles: " +
	"keep workloads out of that account. It can't tell inline policies apart, nor which boundary a new one replaces, nor a key " +
	"or a name of a contained user from another's, nor an interface or an instance that is isolated or stopped; " +
	"what is done to these riposte notices by its record, and does again."

// Guardrail returns the service control policy that keeps all principals but riposte from taking off what it attaches, and from
// changing what it runs on in the organisation's accounts. Deployers are ARN patterns of the roles that deploy riposte:
// without any, the guardrail has to be detached before the next deployment. It may be attached to a root, to OUs or to
// accounts, once the roles are there: it also keeps any principal from making roles under riposte's names.
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
			call.Actions(call.IAMDetachRolePolicy, call.IAMDetachUserPolicy), []string{userARNs, roleARNs}, only("iam:PolicyARN", action.DenyPolicy)),
		spare("KeepBoundaries", []string{author}, nil,
			call.Actions(call.IAMDeleteUserPermissionsBoundary), []string{userARNs}, only("iam:PermissionsBoundary", action.BoundaryPolicy)),
		spare("KeepPolicies", nil, deployers,
			call.Actions(
				call.IAMCreatePolicy, call.IAMCreatePolicyVersion, call.IAMDeletePolicy, call.IAMDeletePolicyVersion,
				call.IAMSetDefaultPolicyVersion,
			),
			[]string{"arn:*:iam::*:policy/riposte-*", "arn:*:iam::*:policy/*/riposte-*"}, nil),
		spare("KeepRoles", []string{contain, author}, deployers, call.Actions(
			call.IAMAttachRolePolicy, call.IAMCreateRole, call.IAMDeleteRole, call.IAMDeleteRolePermissionsBoundary,
			call.IAMDeleteRolePolicy, call.IAMDetachRolePolicy, call.IAMPassRole, call.IAMPutRolePermissionsBoundary,
			call.IAMPutRolePolicy, call.IAMTagRole, call.IAMUntagRole, call.IAMUpdateAssumeRolePolicy, call.IAMUpdateRole,
		), named, nil),
		spare("KeepRules", nil, deployers, call.Actions(
			call.EventsCreateEventBus, call.EventsDeleteEventBus, call.EventsDeleteRule, call.EventsDisableRule,
			call.EventsEnableRule, call.EventsPutPermission, call.EventsPutRule, call.EventsPutTargets,
			call.EventsRemovePermission, call.EventsRemoveTargets, call.EventsTagResource, call.EventsUntagResource,
			call.EventsUpdateEventBus,
		), []string{"arn:*:events:*:*:event-bus/riposte-*", "arn:*:events:*:*:rule/riposte-*"}, nil),
		spare("KeepQueues", runs, deployers, call.Actions(
			call.SQSAddPermission, call.SQSCreateQueue, call.SQSDeleteMessage, call.SQSDeleteQueue, call.SQSPurgeQueue,
			call.SQSReceiveMessage, call.SQSRemovePermission, call.SQSSendMessage, call.SQSSetQueueAttributes,
		), []string{"arn:*:sqs:*:*:riposte-*"}, nil),
		spare("KeepTables", runs, deployers, call.Actions(
			call.DynamoDBBatchWriteItem, call.DynamoDBCreateTable, call.DynamoDBDeleteItem,
			call.DynamoDBDeleteResourcePolicy, call.DynamoDBDeleteTable, call.DynamoDBPartiQLDelete,
			call.DynamoDBPartiQLInsert, call.DynamoDBPartiQLUpdate, call.DynamoDBPutItem, call.DynamoDBPutResourcePolicy,
			call.DynamoDBUpdateContinuousBackups, call.DynamoDBUpdateItem, call.DynamoDBUpdateTable,
			call.DynamoDBUpdateTimeToLive,
		), []string{"arn:*:dynamodb:*:*:table/riposte-*"}, nil),
		spare("KeepFunctions", nil, deployers, append(call.Actions(
			call.LambdaAddPermission, call.LambdaCreateAlias, call.LambdaPublishVersion,
			call.LambdaPutRuntimeManagementConfig, call.LambdaRemovePermission,
		), "lambda:CreateFunction*", "lambda:DeleteFunction*", "lambda:Invoke*", "lambda:PutFunction*", "lambda:UpdateFunction*"), []string{functionARNs}, nil),
		// A mapping is known by its function alone, and one that is made has no ARN yet: a queue of an attacker's own, mapped to the
		// function, would tell it what never happened. https://docs.aws.amazon.com/lambda/latest/dg/lambda-api-permissions-ref.html
		spare("KeepMappings", nil, deployers, call.Actions(call.LambdaCreateEventSourceMapping, call.LambdaDeleteEventSourceMapping, call.LambdaUpdateEventSourceMapping),
			[]string{"*"}, map[string]map[string][]string{"ArnLike": {"lambda:FunctionArn": {functionARNs}}}),
		spare("KeepAlarms", nil, deployers, call.Actions(
			call.CloudWatchDeleteAlarms, call.CloudWatchDisableAlarmActions, call.CloudWatchPutMetricAlarm,
			call.CloudWatchSetAlarmState,
		), []string{"arn:*:cloudwatch:*:*:alarm:riposte-*"}, nil),
		spare("KeepLogs", nil, deployers, call.Actions(call.LogsDeleteLogGroup, call.LogsDeleteLogStream, call.LogsPutRetentionPolicy),
			[]string{"arn:*:logs:*:*:log-group:/aws/lambda/riposte-*"}, nil),
		spare("KeepIsolation", nil, deployers, call.Actions(
			call.EC2AuthorizeSecurityGroupEgress, call.EC2AuthorizeSecurityGroupIngress, call.EC2DeleteSecurityGroup,
			call.EC2DeleteTags, call.EC2ModifySecurityGroupRules,
		), []string{securityGroupARNs}, exactly("aws:ResourceTag/"+action.IsolationTag, "true")),
		spare("KeepIsolationScarce", nil, deployers, call.Actions(call.EC2CreateTags), []string{securityGroupARNs},
			map[string]map[string][]string{"Null": {"aws:RequestTag/" + action.IsolationTag: {"false"}}}),
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

// spare denies calls to all principals but those that match.
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
