package action_test

import (
	"fmt"
	"log"

	"github.com/ripostehq/riposte/action"
	"github.com/ripostehq/riposte/event"
)

// A step is a ladder: where one rung can't be done, or was undone, the next is taken, and the last asks a person. The plan is
// data: it is stored under a digest, and what is executed is what was approved.
func ExampleTry() {
	ireland := event.Place{Partition: "aws", Account: "111122223333", Region: "eu-west-1"}
	group, instance := ireland.In(event.Group, "web"), ireland.In(event.Instance, "i-0web")
	plan := action.Plan{Steps: []action.Step{
		action.Try(action.Suspend{Group: group, Processes: []string{"Launch"}}).Required(),
		action.Try(action.Stop{Instance: instance}).ElseAsk(action.Terminate{Instance: instance}, "it can't be stopped, and nothing brings it back"),
	}}

	codec := action.NewCodec(action.Kinds()...)
	sealed, err := codec.Seal(plan)
	if err != nil {
		log.Fatal(err)
	}
	opened, err := codec.Open(sealed)
	if err != nil {
		log.Fatal(err)
	}
	for _, step := range opened.Steps {
		for _, rung := range step.Ladder {
			fmt.Printf("%s %s %q\n", rung.Do.About().Kind.Name, rung.Do.About().Target.ID, rung.Ask)
		}
	}
	// Output:
	// autoscaling.suspend web ""
	// ec2.stop i-0web ""
	// ec2.terminate i-0web "it can't be stopped, and nothing brings it back"
}
