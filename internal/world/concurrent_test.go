package world_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"

	"github.com/ripostehq/riposte/internal/world"
)

// Attackers, riposte and the clock work on one world at the same time; nothing is recorded twice, nothing is lost.
func TestManyAtOnce(t *testing.T) {
	w := made(t, world.Options{DeliveryDelay: -1})
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			client := ec2.NewFromConfig(w.Config(ireland, mallory))
			for range 5 {
				run := &ec2.RunInstancesInput{ImageId: aws.String("ami-0aaaaaaaaaaaaaaaa"), MinCount: aws.Int32(1), MaxCount: aws.Int32(1)}
				if _, err := client.RunInstances(context.Background(), run); err != nil {
					t.Error(err)
				}
				w.Next()
				w.Deliveries()
			}
		})
	}
	all.Wait()
	pass(t, w, time.Minute)
	seen := map[string]bool{}
	for _, r := range delivered(t, w) {
		seen[r.EventID], seen[r.RequestID] = true, true
	}
	if len(seen) != 40 {
		t.Errorf("%d different event and request ids, want 40", len(seen))
	}
}
