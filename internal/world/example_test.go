package world_test

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/world"
)

// A world is an AWS for a Go test: the real SDK's clients, without a network, and CloudTrail's records of what they did.
func ExampleNew() {
	w, err := world.New([]byte(`
accounts:
  - id: "111122223333"
    users: [{name: ada, attached: ["arn:aws:iam::aws:policy/AdministratorAccess"], keys: [{id: AKIAADA0000000000001, secret: s}]}]
    regions:
      eu-west-1:
        images: [{id: ami-0golden, name: golden}]
        instances: [{id: i-0web, image: ami-0golden}]
`), world.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx, place := context.Background(), event.Place{Account: "111122223333", Region: "eu-west-1"}
	client := ec2.NewFromConfig(w.Config(place, aws.Credentials{AccessKeyID: "AKIAADA0000000000001", SecretAccessKey: "s"}))
	out, err := client.StopInstances(ctx, &ec2.StopInstancesInput{InstanceIds: []string{"i-0web"}})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(*out.StoppingInstances[0].InstanceId, out.StoppingInstances[0].CurrentState.Name)

	next, _ := w.Next() // nothing happens until its owner moves the clock
	if err := w.AdvanceTo(next); err != nil {
		fmt.Println(err)
	}
	fmt.Println(len(w.Deliveries()), "record")
	// Output:
	// i-0web stopping
	// 1 record
}
