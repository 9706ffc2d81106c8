package permissions

import (
	"fmt"
	"maps"
	"slices"

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
	announce := []string{byTier[string(action.TierTag)], byTier[string(action.TierMend)]}
	contain, author, destroy := byTier[string(action.TierContain)], byTier[string(action.TierAuthor)], byTier[string(action.TierDestroy)]
	var d iam.Document
	for _, k := range append(keptOnPrincipals(contain, author, destroy, named), keptOfRiposte(runs, announce)...) {
		spared := k.own
		if !k.ownAlone {
			spared = slices.Concat(spared, deployers)
		}
		s := iam.Statement{Sid: k.sid, Effect: "Deny", Action: k.calls, Resource: k.resources, Condition: map[string]map[string][]string{}}
		maps.Copy(s.Condition, k.when)
		if len(spared) > 0 {
			s.Condition["ArnNotLike"] = map[string][]string{"aws:PrincipalArn": spared}
		}
		d.Statement = append(d.Statement, s)
	}
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

// kept denies calls on resources to all principals but riposte's own and its deployers.
type kept struct {
	sid              string
	own              []string
	ownAlone         bool // deployers are denied it, too
	calls, resources []string
	when             map[string]map[string][]string
}

// keptOnPrincipals returns what is kept of IAM: what riposte attaches to principals, its policies, and its roles.
func keptOnPrincipals(contain, author, destroy string, roles []string) []kept {
	return []kept{
		{sid: "KeepDenies", own: []string{contain, destroy}, ownAlone: true, resources: []string{userARNs, roleARNs}, when: only("iam:PolicyARN", action.DenyPolicy),
			calls: call.Actions(call.IAMDetachRolePolicy, call.IAMDetachUserPolicy)},
		{sid: "KeepBoundaries", own: []string{author}, ownAlone: true, resources: []string{userARNs}, when: only("iam:PermissionsBoundary", action.BoundaryPolicy),
			calls: call.Actions(call.IAMDeleteUserPermissionsBoundary)},
		{sid: "KeepPolicies", resources: []string{"arn:*:iam::*:policy/riposte-*", "arn:*:iam::*:policy/*/riposte-*"}, calls: call.Actions(
			call.IAMCreatePolicy, call.IAMCreatePolicyVersion, call.IAMDeletePolicy, call.IAMDeletePolicyVersion,
			call.IAMSetDefaultPolicyVersion,
		)},
		{sid: "KeepRoles", own: []string{contain, author}, resources: roles, calls: append(call.Actions(
			call.IAMAttachRolePolicy, call.IAMCreateRole, call.IAMDetachRolePolicy, call.IAMPassRole, call.IAMTagRole, call.IAMUntagRole, call.IAMUpdateAssumeRolePolicy,
			call.IAMUpdateRole,
		), "iam:DeleteRole*", "iam:PutRole*")},
	}
}

// keptOfRiposte returns what is kept of all that riposte runs on, of the isolating groups, and of the tag that announces.
func keptOfRiposte(runs, announce []string) []kept {
	return []kept{
		{sid: "KeepRules", resources: []string{"arn:*:events:*:*:event-bus/riposte-*", "arn:*:events:*:*:rule/riposte-*"}, calls: call.Actions(
			call.EventsCreateEventBus, call.EventsDeleteEventBus, call.EventsDeleteRule, call.EventsDisableRule,
			call.EventsEnableRule, call.EventsPutPermission, call.EventsPutRule, call.EventsPutTargets,
			call.EventsRemovePermission, call.EventsRemoveTargets, call.EventsTagResource, call.EventsUntagResource,
			call.EventsUpdateEventBus,
		)},
		{sid: "KeepQueues", own: runs, resources: []string{"arn:*:sqs:*:*:riposte-*"}, calls: call.Actions(
			call.SQSAddPermission, call.SQSCreateQueue, call.SQSDeleteMessage, call.SQSDeleteQueue, call.SQSPurgeQueue,
			call.SQSReceiveMessage, call.SQSRemovePermission, call.SQSSendMessage, call.SQSSetQueueAttributes,
		)},
		{sid: "KeepTables", own: runs, resources: []string{"arn:*:dynamodb:*:*:table/riposte-*"}, calls: append(call.Actions(
			call.DynamoDBBatchWriteItem, call.DynamoDBCreateTable, call.DynamoDBPartiQLDelete, call.DynamoDBPartiQLInsert, call.DynamoDBPartiQLUpdate,
			call.DynamoDBPutItem, call.DynamoDBPutResourcePolicy,
		), "dynamodb:Delete*", "dynamodb:Update*")},
		{sid: "KeepFunctions", resources: []string{functionARNs}, calls: append(call.Actions(
			call.LambdaAddPermission, call.LambdaCreateAlias, call.LambdaPublishVersion,
			call.LambdaPutRuntimeManagementConfig, call.LambdaRemovePermission,
		), "lambda:CreateFunction*", "lambda:DeleteFunction*", "lambda:Invoke*", "lambda:PutFunction*", "lambda:UpdateFunction*")},
		// A mapping is known by its function alone, and one that is made has no ARN yet: a queue of an attacker's own, mapped to the
		// function, would tell it what never happened. https://docs.aws.amazon.com/lambda/latest/dg/lambda-api-permissions-ref.html
		{sid: "KeepMappings", resources: []string{"*"}, when: map[string]map[string][]string{"ArnLike": {"lambda:FunctionArn": {functionARNs}}},
			calls: call.Actions(call.LambdaCreateEventSourceMapping, call.LambdaDeleteEventSourceMapping, call.LambdaUpdateEventSourceMapping)},
		// The alarms, the log, and the configuration where riposte init puts it: a principal that writes that can switch the defence off. A call
		// of one service means no resource of another's, so that one statement serves for all.
		{sid: "KeepRest", resources: []string{
			"arn:*:cloudwatch:*:*:alarm:riposte-*", "arn:*:logs:*:*:log-group:/aws/lambda/riposte-*", "arn:*:ssm:*:*:parameter/riposte/*", "arn:*:s3:::riposte-config-*",
		}, calls: append(call.Actions(
			call.CloudWatchDeleteAlarms, call.CloudWatchDisableAlarmActions, call.CloudWatchPutMetricAlarm,
			call.CloudWatchSetAlarmState, call.LogsDeleteLogGroup, call.LogsDeleteLogStream, call.LogsPutRetentionPolicy, call.SSMPutParameter,
		), "s3:DeleteBucket*", "s3:DeleteObject*", "s3:PutBucket*", "s3:PutLifecycleConfiguration", "s3:PutObject*", "s3:PutReplicationConfiguration", "ssm:DeleteParameter*")},
		{sid: "KeepIsolation", resources: []string{securityGroupARNs}, when: exactly("aws:ResourceTag/"+action.IsolationTag, "true"), calls: call.Actions(
			call.EC2AuthorizeSecurityGroupEgress, call.EC2AuthorizeSecurityGroupIngress, call.EC2DeleteSecurityGroup,
			call.EC2DeleteTags, call.EC2ModifySecurityGroupRules,
		)},
		{sid: "KeepIsolationScarce", resources: []string{securityGroupARNs}, when: map[string]map[string][]string{"Null": {"aws:RequestTag/" + action.IsolationTag: {"false"}}},
			calls: call.Actions(call.EC2CreateTags)},
		// The destroy tier deletes what has this tag, whatever it says. To take it off is how a person says no.
		{sid: "KeepAnnouncing", own: announce, ownAlone: true, resources: []string{"*"}, when: present("aws:RequestTag/" + action.CaseTag),
			calls: call.Actions(call.EC2CreateTags, call.ELBAddTags, call.IAMTagUser, call.RDSAddTagsToResource, call.RedshiftCreateTags)},
	}
}
