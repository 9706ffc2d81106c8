package event_test

import (
	"fmt"
	"log"

	"github.com/ripostehq/riposte/event"
)

// One normal shape for a record, whatever brought it: which principal did what, where, and whether it succeeded.
func ExampleDecode() {
	e, err := event.Decode([]byte(`{
		"eventVersion": "1.09", "eventTime": "2026-03-02T10:12:41Z", "awsRegion": "eu-west-1", "recipientAccountId": "111122223333",
		"eventSource": "ec2.amazonaws.com", "eventName": "TerminateInstances", "errorCode": "Client.OperationNotPermitted",
		"sourceIPAddress": "198.51.100.7", "eventID": "3c6a9d1f-7f0f-4c53-9c8b-2b1d0e4f5a67",
		"userIdentity": {
			"type": "AssumedRole", "principalId": "AROAEXAMPLE:job-1", "arn": "arn:aws:sts::111122223333:assumed-role/builder/job-1",
			"accountId": "111122223333", "accessKeyId": "ASIAEXAMPLE",
			"sessionContext": {"sessionIssuer": {"type": "Role", "principalId": "AROAEXAMPLE", "arn": "arn:aws:iam::111122223333:role/ci/builder", "accountId": "111122223333", "userName": "builder"}}
		},
		"requestParameters": {"instancesSet": {"items": [{"instanceId": "i-0web"}]}}
	}`))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(e.Source, e.Name, e.Place().Account, e.Place().Region)
	fmt.Println(e.Actor.Kind, e.Actor.ARN)
	fmt.Println(e.Failed(), e.Error.Code)
	// Output:
	// ec2.amazonaws.com TerminateInstances 111122223333 eu-west-1
	// role arn:aws:sts::111122223333:assumed-role/builder/job-1
	// true Client.OperationNotPermitted
}

// A place and a type make a resource, which knows its ARN.
func ExamplePlace_In() {
	ireland := event.Place{Partition: "aws", Account: "111122223333", Region: "eu-west-1"}
	fmt.Println(ireland.In(event.Instance, "i-0web").ARN())
	fmt.Println(ireland.In(event.User, "staff/ann").ARN())
	// Output:
	// arn:aws:ec2:eu-west-1:111122223333:instance/i-0web
	// arn:aws:iam::111122223333:user/staff/ann
}
