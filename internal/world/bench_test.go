package world_test

import (
	"context"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/internal/world"
)

// BenchmarkCall is one change through a real client: validation, signing, checking the signature, policies, effect,
// record.
func BenchmarkCall(b *testing.B) {
	w, err := world.New([]byte(shop), world.Options{})
	if err != nil {
		b.Fatal(err)
	}
	client := ec2.NewFromConfig(w.Config(ireland, mallory))
	in := &ec2.ModifyInstanceAttributeInput{
		InstanceId: aws.String("i-0protected"), DisableApiTermination: &types.AttributeBooleanValue{Value: aws.Bool(true)},
	}
	for b.Loop() {
		if _, err := client.ModifyInstanceAttribute(context.Background(), in); err != nil {
			b.Fatal(err)
		}
	}
}
