package iam

import (
	"strings"
	"testing"
)

func TestActionsAndResources(t *testing.T) {
	const queue = "arn:aws:sqs:eu-west-1:111122223333:orders"
	for _, c := range []struct {
		name, element, action, resource string
		want                            bool
	}{
		{"an action in another case", `"Action":"EC2:terminateinstances","Resource":"*"`, "ec2:TerminateInstances", "*", true},
		{"a wildcard in the middle", `"Action":"ec2:*Instances","Resource":"*"`, "ec2:TerminateInstances", "*", true},
		{"a wildcard in the middle that misses", `"Action":"ec2:*Instance","Resource":"*"`, "ec2:TerminateInstances", "*", false},
		{"one character", `"Action":"s3:?etObject","Resource":"*"`, "s3:GetObject", "*", true},
		{"another service", `"Action":"s3:*","Resource":"*"`, "ec2:RunInstances", "*", false},
		{"not this action", `"NotAction":["iam:*","sts:*"],"Resource":"*"`, "iam:GetUser", "*", false},
		{"not those actions", `"NotAction":["iam:*","sts:*"],"Resource":"*"`, "ec2:RunInstances", "*", true},
		{"the resource", `"Action":"*","Resource":"` + queue + `"`, "sqs:SendMessage", queue, true},
		{"the resource in another case", `"Action":"*","Resource":"arn:aws:sqs:eu-west-1:111122223333:Orders"`, "sqs:SendMessage", queue, false},
		{"regions by pattern", `"Action":"*","Resource":"arn:aws:sqs:eu-*-?:*:ord*rs"`, "sqs:SendMessage", queue, true},
		{"not this resource", `"Action":"*","NotResource":"` + queue + `"`, "sqs:SendMessage", queue, false},
		{"a resource by pattern, the request without one", `"Action":"*","Resource":"arn:*"`, "ec2:DescribeInstances", "*", false},
		{"a variable", `"Action":"*","Resource":"arn:aws:iam::111122223333:user/${aws:UserName}"`, "iam:GetUser", "arn:aws:iam::111122223333:user/eve*", true},
		{"a variable's value is no pattern", `"Action":"*","Resource":"arn:aws:iam::111122223333:user/${aws:username}"`, "iam:GetUser", "arn:aws:iam::111122223333:user/evelyn", false},
		{"a variable without a value", `"Action":"*","Resource":"arn:aws:s3:::b/${aws:PrincipalTag/team}"`, "s3:GetObject", "arn:aws:s3:::b/", false},
		{"a variable with a default", `"Action":"*","Resource":"arn:aws:s3:::b/${aws:PrincipalTag/team, 'it''s }none'}/*"`, "s3:GetObject", "arn:aws:s3:::b/it's }none/k", true},
		{"a default that is not needed", `"Action":"*","Resource":"arn:aws:s3:::b/${aws:username,'x'}"`, "s3:GetObject", "arn:aws:s3:::b/eve*", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := mustParse(t, statementOf(`{"Effect":"Allow",`+c.element+`}`))
			r := Request{Action: c.action, Resource: c.resource, Context: ContextOf(map[string]string{"aws:username": "eve*"})}
			if got := Evaluate(r, Policies{Identity: []Policy{p}}).Effect == Allowed; got != c.want {
				t.Errorf("applies = %v, want %v", got, c.want)
			}
		})
	}
}

func TestVariablesBelongToTheNewerVersion(t *testing.T) {
	const statement = `{"Effect":"Allow","Action":"*","Resource":"arn:aws:iam::111122223333:user/${aws:username}"}`
	r := Request{Action: "iam:GetUser", Resource: "arn:aws:iam::111122223333:user/eve", Context: ContextOf(map[string]string{"aws:username": "eve"})}
	for _, c := range []struct {
		version string
		want    Effect
	}{{`"Version":"2012-10-17",`, Allowed}, {`"Version":"2008-10-17",`, ImplicitDeny}, {``, ImplicitDeny}} {
		p := mustParse(t, `{`+c.version+`"Statement":`+statement+`}`)
		if got := Evaluate(r, Policies{Identity: []Policy{p}}); got.Effect != c.want {
			t.Errorf("%q: %v, want %v", c.version, got.Effect, c.want)
		}
	}
}

func TestMatch(t *testing.T) {
	for _, c := range []struct {
		pattern, text string
		want          bool
	}{
		{"", "", true}, {"", "a", false}, {"*", "", true}, {"**", "abc", true}, {"a*", "a", true},
		{"*a*b", "xaxxb", true}, {"*a*b", "xaxxbc", false}, {"a*a", "a", false}, {"a*a", "aa", true},
		{"*ab", "aab", true}, {"*?", "", false}, {"?*", "é", true}, {"*??", "€", false}, {"??", "é!", true},
		{strings.Repeat("*a", 200), strings.Repeat("a", 5000) + "b", false}, // hostile: must not take exponential time
	} {
		p, err := compilePattern(c.pattern, syntax{wildcards: true})
		if err != nil {
			t.Fatal(err)
		}
		if got := p.match(c.text, Context{}); got != c.want {
			t.Errorf("%.20q fits %.20q = %v, want %v", c.text, c.pattern, got, c.want)
		}
	}
}
