package permissions_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/iam"
	"github.com/ripostehq/riposte/internal/permissions"
	"github.com/ripostehq/riposte/playbook"
	"github.com/ripostehq/riposte/playbooks"
)

// Whatever a deployment calls its roles: each document fits where it is put.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
func TestEveryDocumentFits(t *testing.T) {
	path := strings.Repeat("x", 200) + "/"
	r := permissions.Roles{
		ByTier: map[string]string{
			"audit": path + "riposte-audit", "report": path + "riposte-report", "contain": path + "riposte-contain", "author": path + "riposte-author", "destroy": path + "riposte-destroy",
		},
		Principal: "arn:aws-us-gov:iam::111122223333:role/" + path + "riposte-own",
	}
	all, err := r.For(append(playbooks.All(), playbook.Definition{ID: "test.all", Changes: action.Kinds()}), action.Kinds())
	if err != nil {
		t.Fatal(err)
	}
	own, err := r.Own(permissions.AnyHub(), all)
	if err != nil {
		t.Fatal(err)
	}
	for _, tier := range append(all, own) {
		b, err := tier.Document.JSON()
		fits(t, "rights of "+tier.Tier, string(b), err, 10240)
	}
	ready, err := permissions.Predeployed()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range ready {
		fits(t, p.Name, string(p.Document), nil, 6144)
	}
	trust, err := permissions.Trust(permissions.Trustee{Principal: r.Principal, ExternalID: strings.Repeat("x", 1224), Organization: "o-a1b2c3d4e5"})
	if err != nil {
		t.Fatal(err)
	}
	b, err := trust.JSON()
	fits(t, "trust", string(b), err, 2048)
	guardrail, err := r.Guardrail([]string{"arn:*:iam::*:role/stacksets-exec-*", "arn:*:iam::*:role/" + path + "deployer"})
	if err != nil {
		t.Fatal(err)
	}
	b, err = guardrail.JSON()
	fits(t, "guardrail", string(b), err, permissions.GuardrailLimit)
}

func fits(t *testing.T, name, document string, err error, most int) {
	t.Helper()
	if n := iam.Size(document); err != nil || n > most {
		t.Errorf("%s: %d characters of %d, %v", name, n, most, err)
	}
}

func TestTooManyDeployersAreRefused(t *testing.T) {
	var many []string
	for i := range 200 {
		many = append(many, fmt.Sprintf("arn:*:iam::*:role/deployer-%d", i))
	}
	if _, err := (permissions.Roles{}).Guardrail(many); err == nil || !strings.Contains(err.Error(), "name fewer deployers") {
		t.Errorf("got %v", err)
	}
}

// The guardrail stands above all principals' own policies: an administrator of the account can't take riposte's work off.
func TestTheGuardrailKeepsWhatRiposteDid(t *testing.T) {
	d, err := permissions.Roles{}.Guardrail([]string{"arn:*:iam::*:role/stacksets-exec-*"})
	if err != nil {
		t.Fatal(err)
	}
	b, err := d.JSON()
	if err != nil {
		t.Fatal(err)
	}
	guardrail, err := iam.Parse(b)
	if err != nil {
		t.Fatal(err)
	}
	const role, mapping = "arn:aws:iam::111122223333:role/", "arn:aws:lambda:eu-west-1:111122223333:event-source-mapping:11111111-2222-4333-8444-555555555555"
	ofFunction := func(name string) map[string]string {
		return map[string]string{"lambda:FunctionArn": "arn:aws:lambda:eu-west-1:111122223333:function:" + name}
	}
	const group = "arn:aws:ec2:eu-west-1:111122223333:security-group/sg-0123456789abcdef0"
	const volume = "arn:aws:ec2:eu-west-1:111122223333:volume/vol-0a"
	announcing := map[string]string{"aws:RequestTag/riposte:case": "c_1"}
	isolating := map[string]string{"aws:ResourceTag/riposte:isolation": "true"}
	denies, bounds := map[string]string{"iam:PolicyARN": policies + "riposte-deny"}, map[string]string{"iam:PermissionsBoundary": policies + "riposte-deny-boundary"}
	for _, c := range []struct {
		name, as, call, on string
		context            map[string]string
		denied             bool
	}{
		{"an administrator takes the deny off", "admin", "iam:DetachUserPolicy", "arn:aws:iam::111122223333:user/mallory", denies, true},
		{"or off a role", "admin", "iam:DetachRolePolicy", role + "ci/builder", denies, true},
		{"or another policy, which is ordinary work", "admin", "iam:DetachUserPolicy", "arn:aws:iam::111122223333:user/mallory", map[string]string{"iam:PolicyARN": policies + "team"}, false},
		{"riposte deletes a user that has it", "riposte-destroy", "iam:DetachUserPolicy", "arn:aws:iam::111122223333:user/mallory", denies, false},
		{"riposte takes it off", "riposte-contain", "iam:DetachUserPolicy", "arn:aws:iam::111122223333:user/mallory", denies, false},
		{"a role of the same name, elsewhere, does not", "x/riposte-contain", "iam:DetachUserPolicy", "arn:aws:iam::111122223333:user/mallory", denies, true},
		{"the boundary stays", "admin", "iam:DeleteUserPermissionsBoundary", "arn:aws:iam::111122223333:user/mallory", bounds, true},
		{"riposte gives the user their own back", "riposte-author", "iam:DeleteUserPermissionsBoundary", "arn:aws:iam::111122223333:user/mallory", bounds, false},
		{"the deny is rewritten", "admin", "iam:CreatePolicyVersion", policies + "riposte-deny", nil, true},
		{"by riposte neither", "riposte-author", "iam:CreatePolicyVersion", policies + "riposte-deny", nil, true},
		{"by its deployer", "stacksets-exec-1", "iam:CreatePolicyVersion", policies + "riposte-deny", nil, false},
		{"an administrator gets into riposte's role", "admin", "iam:UpdateAssumeRolePolicy", role + "riposte-contain", nil, true},
		{"or makes one under its name, where there is none", "admin", "iam:CreateRole", role + "riposte-contain", nil, true},
		{"a role of another name", "admin", "iam:CreateRole", role + "web", nil, false},
		{"an attacker's role under riposte's prefix can still be contained", "riposte-contain", "iam:AttachRolePolicy", role + "riposte-evil", denies, false},
		{"the rules are switched off", "admin", "events:DisableRule", "arn:aws:events:eu-west-1:111122223333:rule/riposte-ec2", nil, true},
		{"the bus is taken away", "admin", "events:DeleteEventBus", "arn:aws:events:eu-west-1:111122223333:event-bus/riposte-events", nil, true},
		{"another function is given riposte's own role", "admin", "iam:PassRole", role + "riposte-own", nil, true},
		{"or another role", "admin", "iam:PassRole", role + "web", nil, false},
		{"the deployer gives it to riposte's", "stacksets-exec-1", "iam:PassRole", role + "riposte-own", nil, false},
		{"the function is told what never happened", "admin", "lambda:InvokeFunction", "arn:aws:lambda:eu-west-1:111122223333:function:riposte-function", nil, true},
		{"the function is cut off from its queue", "admin", "lambda:UpdateEventSourceMapping", mapping, ofFunction("riposte-function"), true},
		{"or another queue from its function", "admin", "lambda:UpdateEventSourceMapping", mapping, ofFunction("web"), false},
		{"the record is rewritten by a statement", "admin", "dynamodb:PartiQLUpdate", "arn:aws:dynamodb:eu-west-1:111122223333:table/riposte-record", nil, true},
		{"an operator halts", "riposte-operate", "dynamodb:PutItem", "arn:aws:dynamodb:eu-west-1:111122223333:table/riposte-record", nil, false},
		{"an administrator makes a role under the operators' name", "admin", "iam:CreateRole", role + "riposte-operate", nil, true},
		{"or lets others take it", "admin", "iam:UpdateAssumeRolePolicy", role + "riposte-operate", nil, true},
		{"riposte writes it", "riposte-own", "dynamodb:UpdateItem", "arn:aws:dynamodb:eu-west-1:111122223333:table/riposte-record", nil, false},
		{"an administrator takes messages away", "admin", "sqs:ReceiveMessage", "arn:aws:sqs:eu-west-1:111122223333:riposte-events", nil, true},
		{"or puts some in", "admin", "sqs:SendMessage", "arn:aws:sqs:eu-west-1:111122223333:riposte-wake", nil, true},
		{"riposte wakes itself", "riposte-own", "sqs:SendMessage", "arn:aws:sqs:eu-west-1:111122223333:riposte-wake", nil, false},
		{"riposte takes them", "riposte-own", "sqs:ReceiveMessage", "arn:aws:sqs:eu-west-1:111122223333:riposte-events", nil, false},
		{"the function is given another queue", "admin", "lambda:CreateEventSourceMapping", "*", ofFunction("riposte-function"), true},
		{"or another function one of its own", "admin", "lambda:CreateEventSourceMapping", "*", ofFunction("web"), false},
		{"the deployer maps the queue", "stacksets-exec-1", "lambda:CreateEventSourceMapping", "*", ofFunction("riposte-function"), false},
		{"the function is given an address", "admin", "lambda:CreateFunctionUrlConfig", "arn:aws:lambda:eu-west-1:111122223333:function:riposte-function", nil, true},
		{"what fails in it is sent elsewhere", "admin", "lambda:PutFunctionEventInvokeConfig", "arn:aws:lambda:eu-west-1:111122223333:function:riposte-function", nil, true},
		{"it is run by another runtime", "admin", "lambda:PutRuntimeManagementConfig", "arn:aws:lambda:eu-west-1:111122223333:function:riposte-function", nil, true},
		{"a function is made under its name", "admin", "lambda:CreateFunction", "arn:aws:lambda:eu-west-1:111122223333:function:riposte-function", nil, true},
		{"the bus lets any account in", "admin", "events:PutPermission", "arn:aws:events:eu-west-1:111122223333:event-bus/riposte-events", nil, true},
		{"the rules are tagged to be cleaned up", "admin", "events:TagResource", "arn:aws:events:eu-west-1:111122223333:rule/riposte-ec2", nil, true},
		{"a queue is made under its name", "admin", "sqs:CreateQueue", "arn:aws:sqs:eu-west-1:111122223333:riposte-events", nil, true},
		{"the alarm is deleted", "admin", "cloudwatch:DeleteAlarms", "arn:aws:cloudwatch:eu-west-1:111122223333:alarm:riposte-queue-age", nil, true},
		{"or another alarm, which is ordinary work", "admin", "cloudwatch:DeleteAlarms", "arn:aws:cloudwatch:eu-west-1:111122223333:alarm:web", nil, false},
		{"the configuration is replaced", "admin", "ssm:PutParameter", "arn:aws:ssm:eu-west-1:111122223333:parameter/riposte/config", nil, true},
		{"or another parameter, which is ordinary work", "admin", "ssm:PutParameter", "arn:aws:ssm:eu-west-1:111122223333:parameter/web", nil, false},
		{"where it lies as an object", "admin", "s3:PutObject", "arn:aws:s3:::riposte-config-111122223333-eu-west-1/riposte.yaml", nil, true},
		{"its bucket is let go", "admin", "s3:DeleteBucket", "arn:aws:s3:::riposte-config-111122223333-eu-west-1", nil, true},
		{"riposte itself may not write it", "riposte-own", "ssm:PutParameter", "arn:aws:ssm:eu-west-1:111122223333:parameter/riposte/config", nil, true},
		{"the deployer changes it", "stacksets-exec-1", "ssm:PutParameter", "arn:aws:ssm:eu-west-1:111122223333:parameter/riposte/config", nil, false},
		{"the log is deleted", "admin", "logs:DeleteLogGroup", "arn:aws:logs:eu-west-1:111122223333:log-group:/aws/lambda/riposte-function", nil, true},
		{"an isolating group is opened", "admin", "ec2:AuthorizeSecurityGroupIngress", group, isolating, true},
		{"or another, which is ordinary work", "admin", "ec2:AuthorizeSecurityGroupIngress", group, nil, false},
		{"it loses its tag", "admin", "ec2:DeleteTags", group, isolating, true},
		{"another group is given the tag", "admin", "ec2:CreateTags", group, map[string]string{"aws:RequestTag/riposte:isolation": "true"}, true},
		{"or a name", "admin", "ec2:CreateTags", group, map[string]string{"aws:RequestTag/Name": "web"}, false},
		{"a volume is tagged, so that riposte's destroyer may delete it", "admin", "ec2:CreateTags", volume, announcing, true},
		{"or a database", "admin", "rds:AddTagsToResource", "arn:aws:rds:eu-west-1:111122223333:db:web", announcing, true},
		{"or a user", "admin", "iam:TagUser", "arn:aws:iam::111122223333:user/mallory", announcing, true},
		{"riposte announces a user", "riposte-tag", "iam:TagUser", "arn:aws:iam::111122223333:user/mallory", announcing, false},
		{"or a warehouse", "admin", "redshift:CreateTags", "arn:aws:redshift:eu-west-1:111122223333:cluster:sales", announcing, true},
		{"by a deployer", "stacksets-exec-1", "ec2:CreateTags", volume, announcing, true},
		{"by the destroyer", "riposte-destroy", "ec2:CreateTags", volume, announcing, true},
		{"riposte announces", "riposte-tag", "ec2:CreateTags", volume, announcing, false},
		{"and tags its snapshots", "riposte-mend", "ec2:CreateTags", volume, announcing, false},
		{"an owner keeps a volume", "admin", "ec2:CreateTags", volume, map[string]string{"aws:RequestTag/riposte:keep": "true"}, false},
		{"or says no", "admin", "ec2:DeleteTags", volume, map[string]string{"aws:ResourceTag/riposte:case": "c_1"}, false},
		{"other services are no business of it", "admin", "s3:DeleteBucket", "arn:aws:s3:::web", nil, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			context := map[string]string{"aws:PrincipalArn": role + c.as}
			for k, v := range c.context {
				context[k] = v
			}
			got := iam.Evaluate(iam.Request{Action: c.call, Resource: c.on, Context: iam.ContextOf(context)}, iam.Policies{Identity: []iam.Policy{guardrail}}).Effect
			if (got == iam.ExplicitDeny) != c.denied {
				t.Errorf("%s: %v", c.call, got)
			}
		})
	}
}
