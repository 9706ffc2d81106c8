package ec2

import (
	"reflect"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/internal/world/core"
)

// terminateInstances ends instances. One protected instance saves those of its availability zone that are named in the
// same call; the others end, although the call fails. Stop protection protects from termination as well:
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-stop-protection.html
func terminateInstances(c *core.Call, in *ec2.TerminateInstancesInput, named []*Instance) (*ec2.TerminateInstancesOutput, *core.Refusal) {
	var refused *core.Refusal
	spared := map[string]bool{}
	for _, i := range named {
		attribute := "disableApiTermination"
		if !i.Protected {
			attribute = "disableApiStop"
		}
		if (i.Protected || i.StopProtected) && c.By.Service == "" && !i.Gone() { // services are not held up
			spared[i.Zone] = true
			if refused == nil {
				refused = core.Refuse("OperationNotPermitted",
					"The instance '%s' may not be terminated. Modify its '%s' instance attribute and try again.", i.ID, attribute)
			}
		}
	}
	out := &ec2.TerminateInstancesOutput{}
	for _, i := range named {
		if !spared[i.Zone] {
			out.TerminatingInstances = append(out.TerminatingInstances, changeState(c, i, "shutting-down", "User initiated"))
		}
	}
	return out, refused
}

func stopInstances(c *core.Call, in *ec2.StopInstancesInput, named []*Instance) (*ec2.StopInstancesOutput, *core.Refusal) {
	for _, i := range named {
		if i.StopProtected {
			return nil, core.Refuse("OperationNotPermitted",
				"The instance '%s' may not be stopped. Modify its 'disableApiStop' instance attribute and try again.", i.ID)
		}
		if i.Gone() {
			return nil, wrongState(i, "stopped")
		}
	}
	out := &ec2.StopInstancesOutput{}
	for _, i := range named {
		out.StoppingInstances = append(out.StoppingInstances, changeState(c, i, "stopping", "User initiated"))
	}
	return out, nil
}

func startInstances(c *core.Call, in *ec2.StartInstancesInput, named []*Instance) (*ec2.StartInstancesOutput, *core.Refusal) {
	for _, i := range named {
		if i.Gone() || i.State == "stopping" {
			return nil, wrongState(i, "started")
		}
	}
	out := &ec2.StartInstancesOutput{}
	for _, i := range named {
		if !i.Alive() {
			i.Launched = c.Now // EC2 calls every start a launch
		}
		out.StartingInstances = append(out.StartingInstances, changeState(c, i, "pending", ""))
	}
	return out, nil
}

func wrongState(i *Instance, participle string) *core.Refusal {
	return core.Refuse("IncorrectInstanceState", "The instance '%s' is not in a state from which it can be %s.", i.ID, participle)
}

// change moves an instance, unless it already is or is going there, and says what changed.
func changeState(c *core.Call, i *Instance, to, by string) types.InstanceStateChange {
	was := i.state()
	arrived := map[string]string{"shutting-down": "terminated", "stopping": "stopped", "pending": "running"}[to]
	if i.State != to && i.State != arrived {
		reason := ""
		if by != "" {
			reason = by + " (" + c.Now.UTC().Format("2006-01-02 15:04:05 GMT") + ")"
		}
		move(c.At, i, to, reason)
	}
	return types.InstanceStateChange{InstanceId: aws.String(i.ID), PreviousState: was, CurrentState: i.state()}
}

// ofInstances is the right to do something with each instance that a call names.
func ofInstances[I any](c *core.Call, in *I) []core.Need {
	var arns []string
	for _, id := range namedInstances(in) {
		arns = append(arns, c.ARN("ec2", "instance/"+id))
	}
	return c.On(arns...)
}

// namedInstances are the ids in a call's InstanceIds, or its InstanceId.
func namedInstances(in any) []string {
	v := reflect.ValueOf(in).Elem()
	if ids := v.FieldByName("InstanceIds"); ids.IsValid() {
		return ids.Interface().([]string)
	}
	return []string{aws.ToString(v.FieldByName("InstanceId").Interface().(*string))}
}

// instancesRequest is the record of a request that names instances and nothing else.
func instancesRequest[I any](_ *core.Call, in *I) any {
	return core.Fields{"instancesSet": instanceIDs(namedInstances(in))}
}

// instanceIDs is how records list instances.
func instanceIDs(ids []string) core.Fields {
	items := []any{}
	for _, id := range ids {
		items = append(items, core.Fields{"instanceId": id})
	}
	return core.Fields{"items": items}
}

func stateChanges(c *core.Call, changes []types.InstanceStateChange) core.Fields {
	items := []any{}
	for _, s := range changes {
		items = append(items, core.Fields{
			"instanceId":    *s.InstanceId,
			"currentState":  core.Fields{"code": *s.CurrentState.Code, "name": string(s.CurrentState.Name)},
			"previousState": core.Fields{"code": *s.PreviousState.Code, "name": string(s.PreviousState.Name)},
		})
	}
	return core.Fields{"requestId": c.RequestID, "instancesSet": core.Fields{"items": items}}
}
