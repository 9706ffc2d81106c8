package ripostetest_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/smithy-go"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/ripostetest"
)

const estate = `
now: 2030-01-07T09:00:00Z
accounts:
  - id: "111122223333"
    name: shop
    users: [{name: ann, attached: ["arn:aws:iam::aws:policy/AdministratorAccess"], keys: [{id: AKIAANN0000000000001, secret: ann}]}]
    regions:
      eu-west-1:
        images: [{id: ami-0bbbbbbbbbbbbbbbb, name: golden, created: 2029-11-01T00:00:00Z}]
        instances: [{id: i-0web, image: ami-0bbbbbbbbbbbbbbbb, protected: true}]
`

// An AWS for Go tests: the SDK's own client gets AWS's own errors, and the trail tells afterwards what was tried.
func ExampleNew() {
	w, err := ripostetest.New(estate, ripostetest.Options{})
	if err != nil {
		log.Fatal(err)
	}
	ireland := event.Place{Partition: "aws", Account: "111122223333", Region: "eu-west-1"}
	client := ec2.NewFromConfig(w.Config(ireland, aws.Credentials{AccessKeyID: "AKIAANN0000000000001", SecretAccessKey: "ann"}))

	_, err = client.TerminateInstances(context.Background(), &ec2.TerminateInstancesInput{InstanceIds: []string{"i-0web"}})
	var refused smithy.APIError
	if errors.As(err, &refused) {
		fmt.Println(refused.ErrorCode() + ": " + refused.ErrorMessage())
	}

	if err := w.AdvanceTo(w.Now().Add(5 * time.Second)); err != nil { // CloudTrail delivers after seconds
		log.Fatal(err)
	}
	for _, d := range w.Deliveries() {
		var message struct {
			Detail struct{ EventName, ErrorCode string }
		}
		if err := json.Unmarshal(d.Body, &message); err != nil {
			log.Fatal(err)
		}
		fmt.Println(message.Detail.EventName, message.Detail.ErrorCode)
	}
	// Output:
	// OperationNotPermitted: The instance 'i-0web' may not be terminated. Modify its 'disableApiTermination' instance attribute and try again.
	// TerminateInstances Client.OperationNotPermitted
}
