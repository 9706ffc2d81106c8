package permissions

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/iam"
)

// scope narrows a call: the resources it may concern, and under which condition. What each call supports is written in
// the Service Authorization Reference, https://docs.aws.amazon.com/service-authorization/latest/reference/
type scope struct {
	name      string // the statement's Sid
	resources []string
	condition map[string]map[string][]string
}

// Where a call takes resources of one sort only (groups, instances, templates, users), all of that sort are "*": a pattern of
// nothing but wildcards would say the same, and emulators that know no resources would refuse it.
var (
	anyResource = []string{"*"}
	everywhere  = scope{name: "Read", resources: anyResource} // Describe calls take no resource
	findings    = scope{name: "Findings", resources: anyResource}
	groups      = scope{name: "Groups", resources: anyResource}
	instances   = scope{name: "Instances", resources: anyResource}
	interfaces  = scope{name: "Interfaces", resources: anyResource}
	launches    = scope{"LaunchFromTemplates", []string{"arn:*:ec2:*:*:*"}, map[string]map[string][]string{"ArnLike": {"ec2:LaunchTemplate": {templateARNs}}}}
	launchTags  = scope{"TagWhatIsLaunched", []string{"arn:*:ec2:*:*:*"}, exactly("ec2:CreateAction", "RunInstances")}
	passed      = scope{"PassToInstances", []string{roleARNs}, exactly("iam:PassedToService", "ec2.amazonaws.com", "ec2.amazonaws.com.cn")}
	templates   = scope{name: "Templates", resources: anyResource}
	users       = scope{name: "Users", resources: anyResource}
	roles       = scope{name: "Roles", resources: []string{roleARNs}}
	deniedUsers = scope{"DenyUsers", anyResource, only("iam:PolicyARN", action.DenyPolicy)}
	deniedRoles = scope{"DenyRoles", []string{roleARNs}, only("iam:PolicyARN", action.DenyPolicy)}
	boundUsers  = scope{"BoundUsers", anyResource, only("iam:PermissionsBoundary", action.BoundaryPolicy)}
)

const (
	templateARNs = "arn:*:ec2:*:*:launch-template/*"
	userARNs     = "arn:*:iam::*:user/*"
	roleARNs     = "arn:*:iam::*:role/*"
	ownRoles     = "arn:*:iam::*:role/riposte-*" // whatever the guardrail keeps, roles of the hub included
)

// only makes the contain tier unable to attach, detach or set any policy but the one that was deployed for it: a riposte
// in wrong hands can deny, and can't make itself administrator.
func only(key, policy string) map[string]map[string][]string {
	return map[string]map[string][]string{"ArnLike": {key: {"arn:*:iam::*:policy/" + policy}}}
}

// exactly narrows to some values of a key; a request without the key is not meant.
func exactly(key string, values ...string) map[string]map[string][]string {
	return map[string]map[string][]string{"StringEquals": {key: values}}
}

// changes says how each changing call is narrowed. A call that is missing here is refused: an unknown scope is not "*".
func changes() map[string]scope {
	return map[string]scope{
		"autoscaling:SuspendProcesses":        groups,
		"autoscaling:ResumeProcesses":         groups,
		"autoscaling:UpdateAutoScalingGroup":  groups,
		"autoscaling:EnterStandby":            groups,
		"autoscaling:ExitStandby":             groups,
		"ec2:RunInstances":                    launches,
		"ec2:CreateTags":                      launchTags,
		"iam:PassRole":                        passed,
		"ec2:ModifyInstanceAttribute":         instances,
		"ec2:TerminateInstances":              instances,
		"ec2:ModifyNetworkInterfaceAttribute": interfaces,
		"ec2:ModifyLaunchTemplate":            templates,
		"iam:UpdateAccessKey":                 users,
		"iam:AttachUserPolicy":                deniedUsers,
		"iam:DetachUserPolicy":                deniedUsers,
		"iam:AttachRolePolicy":                deniedRoles,
		"iam:DetachRolePolicy":                deniedRoles,
		"iam:PutUserPermissionsBoundary":      boundUsers,
		"iam:PutUserPolicy":                   users,
		"iam:DeleteUserPolicy":                users,
		"iam:PutRolePolicy":                   roles,
		"iam:DeleteRolePolicy":                roles,
		"securityhub:BatchImportFindings":     findings,
	}
}

// written says how calls of the author tier are narrowed that the contain tier may make for riposte's own policies only: who
// gives a user its own boundary back has to set another than riposte's.
func written() map[string]scope {
	return map[string]scope{"iam:PutUserPermissionsBoundary": users, "iam:DeleteUserPermissionsBoundary": users}
}

func scopeOf(tier, call string) (scope, error) {
	if tier == Audit {
		return everywhere, nil
	}
	if s, ok := written()[call]; ok && tier == string(action.TierAuthor) {
		return s, nil
	}
	s, ok := changes()[call]
	if !ok {
		return s, fmt.Errorf("permissions of tier %q: nothing says which resources %q may concern", tier, call)
	}
	return s, nil
}

// neverCode keeps whoever may protect an instance from giving it user data, which runs as root when it is started next, with
// the rights of its role. https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html#amazonec2-ec2_Attribute
func neverCode() iam.Statement {
	return iam.Statement{
		Sid: "NeverCode", Effect: "Deny", Action: []string{"ec2:ModifyInstanceAttribute"}, Resource: []string{"arn:*:ec2:*:*:instance/*"},
		Condition: map[string]map[string][]string{"StringEqualsIgnoreCase": {"ec2:Attribute": {"userData"}}},
	}
}

// NeverItself is the Sid of the statement that keeps a tier's hands off riposte's own roles.
const NeverItself = "NeverItself"

// document allows the calls of a tier, one statement per scope. Whoever may change IAM may not change riposte's own roles
// with it, neither to free them of a deny nor to give them more. They are named one by one: a pattern would let an
// attacker choose a name for his role under which it can't be contained.
func document(tier string, calls, own []string) (iam.Document, error) {
	var d iam.Document
	at := map[string]int{}
	slices.Sort(calls)
	for _, call := range slices.Compact(calls) {
		s, err := scopeOf(tier, call)
		if err != nil {
			return d, err
		}
		i, ok := at[s.name]
		if !ok {
			i = len(d.Statement)
			at[s.name] = i
			d.Statement = append(d.Statement, iam.Statement{Sid: s.name, Effect: "Allow", Resource: s.resources, Condition: s.condition})
		}
		d.Statement[i].Action = append(d.Statement[i].Action, call)
	}
	if slices.Contains(calls, "ec2:ModifyInstanceAttribute") {
		d.Statement = append(d.Statement, neverCode())
	}
	if tier != Audit && slices.ContainsFunc(calls, func(c string) bool { return strings.HasPrefix(c, "iam:") }) {
		d.Statement = append(d.Statement, iam.Statement{Sid: NeverItself, Effect: "Deny", Action: []string{"iam:*"}, Resource: own})
	}
	return d, nil
}
