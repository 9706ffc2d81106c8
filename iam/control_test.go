package iam

import "testing"

// https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_evaluation.html: every level has to
// allow, a deny at any wins. https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html: the
// management account and service-linked roles are not restricted.
func TestServiceControlStories(t *testing.T) {
	full := mustParse(t, statementOf(`{"Sid":"Full","Effect":"Allow","Action":"*","Resource":"*"}`))
	s3 := mustParse(t, statementOf(`{"Sid":"S3","Effect":"Allow","Action":"s3:*","Resource":"*"}`))
	noDelete := mustParse(t, statementOf(`{"Sid":"Keep","Effect":"Deny","Action":"s3:Delete*","Resource":"*"}`))
	linked := Principal{ARN: "arn:aws:sts::" + account + ":assumed-role/AWSServiceRoleForAutoScaling/AutoScaling",
		Role: "arn:aws:iam::" + account + ":role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling", Account: account}
	user := Principal{ARN: eve, Account: account}
	root := Principal{ARN: "arn:aws:iam::" + account + ":root", Account: account}
	for _, c := range []struct {
		name       string
		who        Principal
		action     string
		levels     []Level
		management string
		want       Decision
	}{
		{"no controls", user, "ec2:RunInstances", nil, "", Decision{Allowed, IdentitySource, "", "Full"}},
		{"every level allows", user, "ec2:RunInstances", []Level{{full}, {full}, {s3, full}}, "", Decision{Allowed, IdentitySource, "", "Full"}},
		{"a level in the middle does not", user, "ec2:RunInstances", []Level{{full}, {s3}, {full}}, "", Decision{By: ServiceSource}},
		{"nothing is attached to a level", user, "s3:GetObject", []Level{{full}, {}}, "", Decision{By: ServiceSource}},
		{"a deny at the root", user, "s3:DeleteObject", []Level{{full, noDelete}, {full}}, "", Decision{ExplicitDeny, ServiceSource, "", "Keep"}},
		{"a deny of something else", user, "s3:GetObject", []Level{{full, noDelete}, {full}}, "", Decision{Allowed, IdentitySource, "", "Full"}},
		{"the account's root user", root, "ec2:RunInstances", []Level{{s3}}, "", Decision{By: ServiceSource}},
		{"the management account", user, "s3:DeleteObject", []Level{{noDelete}}, account, Decision{Allowed, IdentitySource, "", "Full"}},
		{"another is the management account", user, "s3:DeleteObject", []Level{{noDelete}}, "444455556666", Decision{ExplicitDeny, ServiceSource, "", "Keep"}},
		{"a service-linked role", linked, "s3:DeleteObject", []Level{{noDelete}}, "", Decision{Allowed, IdentitySource, "", "Full"}},
		{"a role that is called so", Principal{ARN: session, Role: "arn:aws:iam::" + account + ":role/x/aws-service-role/y", Account: account},
			"s3:DeleteObject", []Level{{noDelete}}, "", Decision{ExplicitDeny, ServiceSource, "", "Keep"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := Evaluate(Request{Action: c.action, Resource: "*", Principal: c.who},
				Policies{Identity: []Policy{full}, Controls: Controls{Services: c.levels, Management: c.management}})
			if got != c.want {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
		})
	}
}

func TestAServiceControlLimitsAGrantOfTheResourceToo(t *testing.T) {
	s3 := mustParse(t, statementOf(`{"Effect":"Allow","Action":"s3:*","Resource":"*"}`))
	queue := mustResource(t, statementOf(`{"Effect":"Allow","Principal":{"AWS":"`+eve+`"},"Action":"sqs:*","Resource":"*"}`))
	p := Policies{Resource: queue, Owner: account, Controls: Controls{Services: []Level{{s3}}}}
	if got := Evaluate(Request{Action: "sqs:SendMessage", Resource: "*", Principal: Principal{ARN: eve, Account: account}}, p); got.By != ServiceSource {
		t.Errorf("got %+v", got)
	}
}

// https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html: they bind by the resource's account,
// every caller, services included; not the management account's resources, nor service-linked roles.
func TestResourceControlStories(t *testing.T) {
	const other = "444455556666"
	all := mustParse(t, statementOf(`{"Effect":"Allow","Action":"*","Resource":"*"}`))
	full := mustResource(t, statementOf(`{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}`))
	noStrangers := mustResource(t, statementOf(`{"Sid":"Ours","Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"*","Condition":{
		"StringNotEqualsIfExists":{"aws:PrincipalOrgID":"o-ours"},"BoolIfExists":{"aws:PrincipalIsAWSService":"false"}}}`))
	bucket := mustResource(t, statementOf(`{"Effect":"Allow","Principal":{"AWS":["`+account+`","`+other+`"],"Service":"logging.s3.amazonaws.com"},"Action":"s3:*","Resource":"*"}`))
	levels := []Level{{*full}, {*full, *noStrangers}}
	ours := map[string]string{"aws:PrincipalOrgID": "o-ours"}
	for _, c := range []struct {
		name       string
		who        Principal
		context    map[string]string
		levels     []Level
		management string
		want       Effect
	}{
		{"one of ours", Principal{ARN: eve, Account: account}, ours, levels, "", Allowed},
		{"a stranger", Principal{ARN: "arn:aws:iam::444455556666:user/mallory", Account: other}, nil, levels, "", ExplicitDeny},
		{"a stranger, the bucket is the management account's", Principal{ARN: "arn:aws:iam::444455556666:user/mallory", Account: other}, nil, levels, account, Allowed},
		{"a service that the policy spares", Principal{Service: "logging.s3.amazonaws.com"}, map[string]string{"aws:PrincipalIsAWSService": "true"}, levels, "", Allowed},
		{"a service that it does not", Principal{Service: "logging.s3.amazonaws.com"}, nil, levels, "", ExplicitDeny},
		{"nothing allows at a level", Principal{ARN: eve, Account: account}, ours, []Level{{*full}, {*noStrangers}}, "", ImplicitDeny},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := Policies{Identity: []Policy{all}, Resource: bucket, Owner: account, Controls: Controls{Resources: c.levels, Management: c.management}}
			if got := Evaluate(Request{Action: "s3:GetObject", Resource: "*", Principal: c.who, Context: ContextOf(c.context)}, p); got.Effect != c.want {
				t.Errorf("got %+v, want %v", got, c.want)
			}
		})
	}
}
