package launch_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/playbooks/launch"
)

// EC2 answers a client token again with the instance that it launched by it, and anybody who may describe the instance reads the token.
func TestAnOldInstanceThatIsAnsweredAgainIsNoLaunch(t *testing.T) {
	a := attack(t)
	book, err := launch.TerminationUnprotected().Default()
	a.must(nil, err)
	observed := func() (seen []string) {
		for next := a.w.Now().Add(time.Hour); a.w.Now().Before(next); a.must(nil, a.w.AdvanceTo(a.w.Now().Add(time.Minute))) {
			for _, d := range a.w.Deliveries() {
				contents, err := event.Unwrap(d.Body)
				a.must(nil, err)
				e, err := event.Decode(contents[0].Record)
				a.must(nil, err)
				for _, o := range book.Observes(e) {
					seen = append(seen, fmt.Sprintf("%s: %s %t", o.Call, o.Of, o.On))
				}
				a.must(nil, a.w.Ack(d.ID))
			}
		}
		return seen
	}
	run := func() (id string) {
		out, err := a.ec2.RunInstances(t.Context(), &ec2.RunInstancesInput{ImageId: aws.String("ami-0bbbbbbbbbbbbbbbb"), MinCount: aws.Int32(1), MaxCount: aws.Int32(1),
			ClientToken: aws.String("t-1"), DisableApiTermination: aws.Bool(true)})
		a.must(nil, err)
		return *out.Instances[0].InstanceId
	}
	id := run()
	first := []string{"RunInstances: launch true", "RunInstances: disableApiTermination true", "RunInstances: disableApiStop false"}
	if seen := observed(); !slices.Equal(seen, first) {
		t.Errorf("the launch shows %q, want %q", seen, first)
	}
	if again := run(); again != id {
		t.Fatalf("the token launched %s beside %s", again, id)
	}
	if seen := observed(); len(seen) > 0 {
		t.Errorf("an hour later the same token shows %q", seen)
	}
	a.must(a.ec2.StopInstances(t.Context(), &ec2.StopInstancesInput{InstanceIds: []string{id}}))
	observed()
	a.must(a.ec2.StartInstances(t.Context(), &ec2.StartInstancesInput{InstanceIds: []string{id}}))
	run()
	if seen := observed(); len(seen) > 0 {
		t.Errorf("right after a start the same token shows %q", seen)
	}
}
