package world

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

// terminateInstances ends instances. One protected instance saves those of its availability zone that are named in the
// same call; the others end, although the call fails. Stop protection protects from termination as well:
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-stop-protection.html
func terminateInstances(c *call, in *ec2.TerminateInstancesInput) (*ec2.TerminateInstancesOutput, *refusal) {
	named, refused := c.at(c.place).instances(in.InstanceIds)
	if refused != nil {
		return nil, refused
	}
	spared := map[string]bool{}
	for _, i := range named {
		if attribute := c.protection(i); attribute != "" && !i.ended() {
			spared[i.Zone] = true
			if refused == nil {
				refused = refuse("OperationNotPermitted",
					"The instance '%s' may not be terminated. Modify its '%s' instance attribute and try again.", i.ID, attribute)
			}
		}
	}
	out := &ec2.TerminateInstancesOutput{}
	for _, i := range named {
		if !spared[i.Zone] {
			out.TerminatingInstances = append(out.TerminatingInstances, c.change(i, "shutting-down", "User initiated"))
		}
	}
	return out, refused
}

// protection is the attribute that keeps an instance from termination by this caller, "" where none does.
func (c *call) protection(i *instance) string {
	switch {
	case c.by.service != "":
		return ""
	case i.Protected:
		return "disableApiTermination"
	case i.StopProtected:
		return "disableApiStop"
	}
	return ""
}

func stopInstances(c *call, in *ec2.StopInstancesInput) (*ec2.StopInstancesOutput, *refusal) {
	named, refused := c.at(c.place).instances(in.InstanceIds)
	if refused != nil {
		return nil, refused
	}
	for _, i := range named {
		if i.StopProtected {
			return nil, refuse("OperationNotPermitted",
				"The instance '%s' may not be stopped. Modify its 'disableApiStop' instance attribute and try again.", i.ID)
		}
		if i.ended() {
			return nil, wrongState(i, "stopped")
		}
	}
	out := &ec2.StopInstancesOutput{}
	for _, i := range named {
		out.StoppingInstances = append(out.StoppingInstances, c.change(i, "stopping", "User initiated"))
	}
	return out, nil
}

func startInstances(c *call, in *ec2.StartInstancesInput) (*ec2.StartInstancesOutput, *refusal) {
	named, refused := c.at(c.place).instances(in.InstanceIds)
	if refused != nil {
		return nil, refused
	}
	for _, i := range named {
		if i.ended() || i.State == "stopping" {
			return nil, wrongState(i, "started")
		}
	}
	out := &ec2.StartInstancesOutput{}
	for _, i := range named {
		out.StartingInstances = append(out.StartingInstances, c.change(i, "pending", ""))
	}
	return out, nil
}

func wrongState(i *instance, participle string) *refusal {
	return refuse("IncorrectInstanceState", "The instance '%s' is not in a state from which it can be %s.", i.ID, participle)
}

// change moves an instance, unless it already is or is going there, and says what changed.
func (c *call) change(i *instance, to, by string) types.InstanceStateChange {
	was := i.state()
	arrived := map[string]string{"shutting-down": "terminated", "stopping": "stopped", "pending": "running"}[to]
	if i.State != to && i.State != arrived {
		reason := ""
		if by != "" {
			reason = by + " (" + c.Now.UTC().Format("2006-01-02 15:04:05 GMT") + ")"
		}
		c.move(c.place, i, to, reason)
	}
	return types.InstanceStateChange{InstanceId: aws.String(i.ID), PreviousState: was, CurrentState: i.state()}
}

// onInstances asks for an action on each of some instances.
func (c *call) onInstances(action string, ids []string) []need {
	arns := make([]string, 0, len(ids))
	for _, id := range ids {
		arns = append(arns, c.arn(c.place, "ec2", "instance/"+id))
	}
	return on("ec2:"+action, arns...)
}

// instanceIDs is how records list instances.
func instanceIDs(ids []string) fields {
	items := []any{}
	for _, id := range ids {
		items = append(items, fields{"instanceId": id})
	}
	return fields{"items": items}
}

func (c *call) stateChanges(changes []types.InstanceStateChange) fields {
	items := []any{}
	for _, s := range changes {
		items = append(items, fields{
			"instanceId":    *s.InstanceId,
			"currentState":  fields{"code": *s.CurrentState.Code, "name": string(s.CurrentState.Name)},
			"previousState": fields{"code": *s.PreviousState.Code, "name": string(s.PreviousState.Name)},
		})
	}
	return fields{"requestId": c.requestID, "instancesSet": fields{"items": items}}
}
