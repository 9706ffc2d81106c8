package iam_test

import (
	"fmt"
	"log"

	"github.com/ripostehq/riposte/iam"
)

// A boundary limits what an identity policy allows; a deny wins over both, and the decision names the statement.
func ExampleEvaluate() {
	identity, err := iam.Parse([]byte(`{"Version": "2012-10-17", "Statement": [
		{"Sid": "Machines", "Effect": "Allow", "Action": "ec2:*", "Resource": "*"},
		{"Sid": "NotTheVault", "Effect": "Deny", "Action": "ec2:*", "Resource": "*", "Condition": {"StringEquals": {"aws:ResourceTag/team": "vault"}}}]}`))
	if err != nil {
		log.Fatal(err)
	}
	boundary, err := iam.Parse([]byte(`{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "ec2:Describe*", "Resource": "*"}]}`))
	if err != nil {
		log.Fatal(err)
	}
	all := iam.Policies{Identity: []iam.Policy{identity}, Boundary: &boundary}
	for _, r := range []iam.Request{
		{Action: "ec2:DescribeInstances", Resource: "*"},
		{Action: "ec2:StopInstances", Resource: "arn:aws:ec2:eu-west-1:111122223333:instance/i-0web"},
		{Action: "ec2:StopInstances", Resource: "arn:aws:ec2:eu-west-1:111122223333:instance/i-0vault", Context: iam.ContextOf(map[string]string{"aws:ResourceTag/team": "vault"})},
	} {
		d := iam.Evaluate(r, all)
		fmt.Printf("%s: %s, %s %q\n", r.Action, d.Effect, d.By, d.Sid)
	}
	// Output:
	// ec2:DescribeInstances: allowed, identity-based policy "Machines"
	// ec2:StopInstances: implicit deny, permissions boundary ""
	// ec2:StopInstances: explicit deny, identity-based policy "NotTheVault"
}
