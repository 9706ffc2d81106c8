package iam

import (
	"fmt"
	"testing"
)

// BenchmarkDecide is the figure to hold: 200,000 decisions a second on one core for a principal with ten policies.
func BenchmarkDecide(b *testing.B) {
	p, requests := tenPolicies(b)
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		Evaluate(requests[i%len(requests)], p)
		i++
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "decisions/s")
}

func TestDecisionsAllocateNothing(t *testing.T) {
	p, requests := tenPolicies(t)
	if n := testing.AllocsPerRun(100, func() {
		for _, r := range requests {
			Evaluate(r, p)
		}
	}); n > 0 {
		t.Errorf("%v allocations", n)
	}
}

// tenPolicies is a principal as one meets them: services by the action, some resources by name, denies under conditions.
func tenPolicies(t testing.TB) (Policies, []Request) {
	var p Policies
	for i, service := range []string{"s3", "sqs", "dynamodb", "ec2", "logs", "kms", "lambda", "sns", "autoscaling"} {
		p.Identity = append(p.Identity, mustParse(t, fmt.Sprintf(`{"Version":"2012-10-17","Statement":[
			{"Sid":"Read","Effect":"Allow","Action":["%[1]s:Get*","%[1]s:List*","%[1]s:Describe*"],"Resource":"*"},
			{"Sid":"Write","Effect":"Allow","Action":["%[1]s:Put*","%[1]s:*Instances","%[1]s:Update?hing"],"Resource":["arn:aws:%[1]s:*:111122223333:*/team-%[2]d/*","arn:aws:%[1]s:eu-west-1:111122223333:instance/*"],
			 "Condition":{"StringEquals":{"aws:RequestedRegion":["eu-west-1","us-east-1"]}}},
			{"Sid":"NoStrangers","Effect":"Deny","Action":"%[1]s:Delete*","Resource":"*","Condition":{"NotIpAddress":{"aws:SourceIp":["203.0.113.0/24"]},"BoolIfExists":{"aws:ViaAWSService":"false"}}}]}`, service, i)))
	}
	p.Identity = append(p.Identity, mustParse(t, statementOf(
		`{"Sid":"Own","Effect":"Allow","Action":["iam:*AccessKey*","iam:GetUser"],"Resource":"arn:aws:iam::*:user/${aws:username}"},`+
			`{"Sid":"Old","Effect":"Deny","NotAction":["iam:*","sts:*"],"Resource":"*","Condition":{"DateLessThan":{"aws:TokenIssueTime":"2026-01-01T00:00:00Z"},"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::*:role/*"}}}`)))
	x := ContextOf(map[string]string{"aws:username": "eve", "aws:SourceIp": "198.51.100.7", "aws:RequestedRegion": "eu-west-1",
		"aws:PrincipalArn": eve, "aws:ViaAWSService": "false", "aws:TokenIssueTime": "2026-11-22T02:00:00Z"})
	return p, []Request{
		{Action: "ec2:TerminateInstances", Resource: "arn:aws:ec2:eu-west-1:111122223333:instance/i-0123456789abcdef0", Context: x},
		{Action: "autoscaling:DescribeAutoScalingGroups", Resource: "*", Context: x},
		{Action: "lambda:DeleteFunction", Resource: "arn:aws:lambda:eu-west-1:111122223333:function:f", Context: x},
		{Action: "iam:CreateAccessKey", Resource: eve, Context: x},
		{Action: "cloudtrail:StopLogging", Resource: "*", Context: x},
	}
}
