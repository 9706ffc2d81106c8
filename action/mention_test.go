package action_test

import (
	"encoding/json"
	"testing"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/call"
	"github.com/ripostehq/riposte/event"
)

// What a call names says which effects it concerns: an attacker makes as many calls of a sort as AWS lets through, and most
// daily calls are about something else.
func TestACallConcernsWhatItNames(t *testing.T) {
	place := event.Place{Partition: "aws", Account: "111122223333", Region: "eu-west-1"}
	mallory := place.In(event.User, "staff/mallory")
	deny := action.AttachUserDeny{User: mallory, UserID: "AIDAMALLORY"}
	inline := action.DenyUser{User: mallory, Case: "c_1", Scope: action.Everything}
	key := action.DeactivateKey{User: mallory, Key: "AKIAMALLORY000000001"}
	bound := action.BoundUser{User: mallory}
	isolate := action.Isolate{Instance: place.In(event.Instance, "i-0a"), Interfaces: []string{"eni-0a"}, Groups: []string{"sg-0iso"}}
	template := action.DefaultVersion{Template: place.In(event.LaunchTemplate, "lt-0a"), Version: 1}
	group := action.Suspend{Group: place.In(event.Group, "web")}
	const arn = "arn:aws:iam::111122223333:policy/"
	for name, c := range map[string]struct {
		of               action.Action
		call             call.ID
		request, respond string
		want             action.Concern
	}{
		"the user":                          {deny, "iam:DeleteUser", `{"userName":"mallory"}`, ``, action.Named},
		"the user in other letters":         {deny, "iam:DeleteUser", `{"userName":"MALLORY"}`, ``, action.Named},
		"another user":                      {deny, "iam:DeleteUser", `{"userName":"malloryx"}`, ``, action.Unconcerned},
		"her deny":                          {deny, "iam:DetachUserPolicy", `{"userName":"mallory","policyArn":"` + arn + `riposte-deny"}`, ``, action.Named},
		"another policy of hers":            {deny, "iam:DetachUserPolicy", `{"userName":"mallory","policyArn":"` + arn + `staff"}`, ``, action.Unconcerned},
		"the deny of another user":          {deny, "iam:DetachUserPolicy", `{"userName":"alice","policyArn":"` + arn + `riposte-deny"}`, ``, action.Unconcerned},
		"the deny of all":                   {deny, "iam:CreatePolicyVersion", `{"policyArn":"` + arn + `riposte-deny","policyDocument":"{\"mallory\":1}"}`, ``, action.Shared},
		"the boundary of all":               {bound, "iam:DeletePolicy", `{"policyArn":"` + arn + `riposte-deny-boundary"}`, ``, action.Shared},
		"another's policy":                  {deny, "iam:CreatePolicyVersion", `{"policyArn":"` + arn + `staff"}`, ``, action.Unconcerned},
		"her boundary":                      {bound, "iam:DeleteUserPermissionsBoundary", `{"userName":"mallory"}`, ``, action.Named},
		"her inline deny":                   {inline, "iam:DeleteUserPolicy", `{"userName":"mallory","policyName":"` + inline.About().Facet + `"}`, ``, action.Named},
		"another inline policy of hers":     {inline, "iam:PutUserPolicy", `{"userName":"mallory","policyName":"notes"}`, ``, action.Unconcerned},
		"a new name that looks like a key":  {deny, "iam:UpdateUser", `{"userName":"mallory","newUserName":"policyName","newPath":"/x/"}`, ``, action.Named},
		"a new name that looks like an ARN": {deny, "iam:UpdateUser", `{"userName":"mallory","newUserName":"policyArn"}`, ``, action.Named},
		"the key, and no user":              {key, "iam:UpdateAccessKey", `{"accessKeyId":"AKIAMALLORY000000001","status":"Active"}`, ``, action.Named},
		"another key of hers":               {key, "iam:UpdateAccessKey", `{"userName":"mallory","accessKeyId":"AKIAMALLORY000000002"}`, ``, action.Beside},
		"the key's user":                    {key, "iam:UpdateUser", `{"userName":"mallory","newUserName":"ghost"}`, ``, action.Beside},
		"a key of another user":             {key, "iam:UpdateAccessKey", `{"userName":"alice","accessKeyId":"AKIAALICE00000000001"}`, ``, action.Unconcerned},
		"the instance":                      {isolate, "ec2:AttachNetworkInterface", `{"instanceId":"i-0a","networkInterfaceId":"eni-0b"}`, ``, action.Named},
		"its interface":                     {isolate, "ec2:ModifyNetworkInterfaceAttribute", `{"networkInterfaceId":"eni-0a"}`, ``, action.Named},
		"another interface, into its group": {isolate, "ec2:ModifyNetworkInterfaceAttribute", `{"networkInterfaceId":"eni-0x","groupSet":{"items":[{"groupId":"sg-0iso"}]}}`, ``, action.Unconcerned},
		"the template by its name": {
			template, "ec2:ModifyLaunchTemplate", `{"ModifyLaunchTemplateRequest":{"LaunchTemplateName":"web","SetDefaultVersion":"2"}}`,
			`{"ModifyLaunchTemplateResponse":{"launchTemplate":{"launchTemplateId":"lt-0a"}}}`, action.Named,
		},
		"the group by its ARN": {group, "autoscaling:ResumeProcesses", `{"autoScalingGroupName":"arn:aws:autoscaling:eu-west-1:111122223333:autoScalingGroup:u:autoScalingGroupName/web"}`, ``, action.Named},
		"another group":        {group, "autoscaling:ResumeProcesses", `{"autoScalingGroupName":"web-2"}`, ``, action.Unconcerned},
		"no JSON":              {group, "autoscaling:ResumeProcesses", `web`, ``, action.Unconcerned},
	} {
		m := action.MentionsIn(event.Event{Request: json.RawMessage(c.request), Response: json.RawMessage(c.respond)})
		if got := m.Of(c.of.About(), c.call); got != c.want {
			t.Errorf("%s: %s concerns %s as %d, want %d", name, c.call, c.of.About().Kind.Name, got, c.want)
		}
	}
}
