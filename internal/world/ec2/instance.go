package ec2

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/event"
	"github.com/ripostehq/riposte/internal/world/core"
)

// Instance is one EC2 instance.
type Instance struct {
	ID, Image, Type, KeyName string
	Zone, Subnet, VPC, IP    string
	Profile, UserData        string
	Token, Reservation       string // Token is the client token of its launch
	Index                    int    // in its launch
	State, Reason            string
	Launched, Ended          time.Time
	Protected, StopProtected bool
	Shutdown                 string // what a shutdown from inside does: stop, terminate
	Tags                     map[string]string
	Interface                string
	Spot                     string // the spot request that it was launched by
	Metadata                 Metadata
	Shown                    types.Instance // what EC2 shows of it besides, in the SDK's words: a host, a licence, hibernation
}

var instances = core.Shelf[Instance]{
	Kind: "ec2.instance", ID: "ID",
	Missing: func(id string) *core.Refusal {
		if !strings.HasPrefix(id, "i-") {
			return core.Refuse("InvalidInstanceID.Malformed", "Invalid id: %q", id)
		}
		return core.Refuse("InvalidInstanceID.NotFound", "The instance ID '%s' does not exist", id)
	},
	Filters: map[string]string{
		"instance-id": "ID", "image-id": "Image", "launch-time": "Launched", "client-token": "Token", "instance-state-name": "State",
		"instance-type": "Type", "vpc-id": "VPC", "reservation-id": "Reservation", "tag": "Tags", "tag-key": "Tags",
		"iam-instance-profile.arn": "Profile", "network-interface.network-interface-id": "Interface",
	},
}

// Instances are those of all places.
func Instances() *core.Shelf[Instance] { return &instances }

func instanceResource() core.Resource {
	return core.Resource{Shelf: &instances, Operations: []core.Operation{
		core.Define(core.Spec[ec2.RunInstancesInput, ec2.RunInstancesOutput]{
			Write: true, Basis: "record: recorded ones", Answer: runInstances, Needs: runNeeds, Request: runRequest, Response: runResponse,
			Knows: "ImageId InstanceType MinCount MaxCount KeyName SecurityGroupIds SubnetId PrivateIpAddress ClientToken UserData LaunchTemplate " +
				"DisableApiTermination DisableApiStop InstanceInitiatedShutdownBehavior IamInstanceProfile TagSpecifications Placement MetadataOptions",
		}),
		core.Define(core.Spec[ec2.DescribeInstancesInput, ec2.DescribeInstancesOutput]{
			Knows: "InstanceIds Filters MaxResults NextToken", Answer: describeInstances,
		}),
		core.Define(core.Spec[ec2.DescribeInstanceAttributeInput, ec2.DescribeInstanceAttributeOutput]{
			Knows: "InstanceId Attribute", Answer: core.Found(&instances, "InstanceId", describeInstanceAttribute),
		}),
		core.Define(core.Spec[ec2.ModifyInstanceAttributeInput, ec2.ModifyInstanceAttributeOutput]{
			Write: true, Basis: "record: recorded ones, disableApiStop and groupSet by analogy, unverified",
			Knows: "InstanceId Attribute Value DisableApiTermination DisableApiStop InstanceInitiatedShutdownBehavior Groups",
			Needs: attributeNeeds, Answer: core.Found(&instances, "InstanceId", modifyInstanceAttribute),
			Request: func(_ *core.Call, in *ec2.ModifyInstanceAttributeInput) any { // in the caller's spelling
				r := core.Camel(in).(core.Fields)
				if in.Groups != nil {
					delete(r, "groups")
					r["groupSet"] = groupIDs(in.Groups)
				}
				return r
			},
			Response: returned[ec2.ModifyInstanceAttributeOutput],
		}),
		core.Define(core.Spec[ec2.ModifyInstanceMetadataOptionsInput, ec2.ModifyInstanceMetadataOptionsOutput]{
			Write: true, Basis: core.UsualSpelling, Needs: metadataNeeds,
			Knows:  "InstanceId HttpTokens HttpEndpoint HttpProtocolIpv6 InstanceMetadataTags HttpPutResponseHopLimit",
			Answer: core.Found(&instances, "InstanceId", modifyMetadataOptions), Response: metadataResponse,
		}),
		core.Define(core.Spec[ec2.TerminateInstancesInput, ec2.TerminateInstancesOutput]{
			Write: true, Basis: "record: recorded ones", Knows: "InstanceIds", Needs: terminateNeeds,
			Answer: core.FoundAll(&instances, "InstanceIds", terminateInstances), Request: instancesRequest[ec2.TerminateInstancesInput],
			Response: func(c *core.Call, out *ec2.TerminateInstancesOutput) any {
				return stateChanges(c, out.TerminatingInstances)
			},
		}),
		core.Define(core.Spec[ec2.StopInstancesInput, ec2.StopInstancesOutput]{
			Write: true, Basis: "record: recorded ones", Knows: "InstanceIds Force", Needs: stopNeeds,
			Answer: core.FoundAll(&instances, "InstanceIds", stopInstances),
			Request: func(c *core.Call, in *ec2.StopInstancesInput) any {
				return core.Fields{"instancesSet": instanceIDs(in.InstanceIds), "force": aws.ToBool(in.Force)}
			},
			Response: func(c *core.Call, out *ec2.StopInstancesOutput) any { return stateChanges(c, out.StoppingInstances) },
		}),
		core.Define(core.Spec[ec2.StartInstancesInput, ec2.StartInstancesOutput]{
			Write: true, Basis: "record: recorded ones", Knows: "InstanceIds", Needs: ofInstances[ec2.StartInstancesInput],
			Answer: core.FoundAll(&instances, "InstanceIds", startInstances), Request: instancesRequest[ec2.StartInstancesInput],
			Response: func(c *core.Call, out *ec2.StartInstancesOutput) any { return stateChanges(c, out.StartingInstances) },
		}),
	}, On: map[core.Happening]func(core.At, string){
		settles: settle, vanishes: func(at core.At, id string) { delete(instances.Of(at), id) },
	}}
}

const (
	settles  core.Happening = "an instance's transition ends"
	vanishes core.Happening = "a terminated instance is no longer listed"

	// InstanceGone is heard of an instance that begins to stop or to end.
	InstanceGone core.Happening = "an instance stops or ends"
)

// transition is how long an instance takes to start, stop or end. On AWS it varies by image and type.
const transition = 10 * time.Second

// remembered is how long a terminated instance is still listed, approximately:
// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_TerminateInstances.html
const remembered = time.Hour

// Alive reports an instance that runs, or is about to.
func (i *Instance) Alive() bool { return i.State == "pending" || i.State == "running" }

// Gone reports an instance that has ended, or is about to.
func (i *Instance) Gone() bool { return i.State == "shutting-down" || i.State == "terminated" }

// state is the instance's state with EC2's number for it.
func (i *Instance) state() *types.InstanceState {
	code := map[string]int32{"pending": 0, "running": 16, "shutting-down": 32, "terminated": 48, "stopping": 64, "stopped": 80}[i.State]
	return &types.InstanceState{Code: &code, Name: types.InstanceStateName(i.State)}
}

// inOrder lists instances by launch, and by id within one moment.
func inOrder(at core.At) []*Instance {
	return slices.SortedFunc(maps.Values(instances.Of(at)), func(a, b *Instance) int {
		if c := a.Launched.Compare(b.Launched); c != 0 {
			return c
		}
		if c := a.Index - b.Index; c != 0 && a.Reservation == b.Reservation {
			return c
		}
		return strings.Compare(a.ID, b.ID)
	})
}

// move begins a transition; what launched the instance will notice.
func move(at core.At, i *Instance, to, reason string) {
	i.Reason = reason
	i.enter(at, to)
	at.After(transition, settles, i.ID)
	if to != "pending" {
		at.Happen(InstanceGone, i.ID)
	}
}

// enter comes to a state, of which EC2 sends a notice.
func (i *Instance) enter(at core.At, state string) {
	i.State = state
	at.Notify(event.InstanceState, at.ARN("ec2", "instance/"+i.ID), core.Fields{"instance-id": i.ID, "state": state})
}

// settle ends a transition.
func settle(at core.At, id string) {
	i, ok := instances.Of(at)[id]
	if !ok {
		return
	}
	switch i.State {
	case "pending":
		i.enter(at, "running")
	case "stopping":
		i.enter(at, "stopped")
	case "shutting-down":
		i.Ended = at.Now
		i.enter(at, "terminated")
		// Its first interface goes with it, others are free again: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/using-eni.html
		for _, n := range interfacesOf(at, i.ID) {
			n.Instance, n.Attachment = "", ""
			if n.Device == 0 {
				delete(interfaces.Of(at), n.ID)
			}
		}
		partDisks(at, id)
		at.After(remembered, vanishes, id)
	}
}

// ShutDown is the operating system's own shutdown.
func ShutDown(at core.At, id string) error {
	i, ok := instances.Of(at)[id]
	if !ok || i.State != "running" {
		return fmt.Errorf("shut down %s: no such running instance", id)
	}
	to := "stopping"
	if i.Shutdown == "terminate" {
		to = "shutting-down"
	}
	move(at, i, to, "Instance initiated (shutdown)")
	return nil
}

type instanceEstate struct {
	ID     string         `yaml:"id"`
	State  string         `yaml:"state"`  // running
	For    time.Duration  `yaml:"for"`    // how long it has been so
	Reason string         `yaml:"reason"` // of its last change of state
	Shown  map[string]any `yaml:"shown"`  // Instance.Shown
	Launch Launch         `yaml:",inline"`
}

func (e instanceEstate) build(at core.At) error {
	if !slices.Contains([]string{"", "running", "stopped", "shutting-down", "terminated"}, e.State) {
		return fmt.Errorf("instance %s: no instance stays in state %q", e.ID, e.State)
	}
	if instances.Of(at)[e.ID] != nil {
		return fmt.Errorf("instance %s is listed twice", e.ID)
	}
	if _, refused := imageSeen(at, e.Launch.Image); refused != nil {
		return fmt.Errorf("instance %s: %s", e.ID, refused.Message)
	}
	if _, refused := securityGroups.Some(at, e.Launch.SecurityGroups); refused != nil {
		return fmt.Errorf("instance %s: %s", e.ID, refused.Message)
	}
	i := launch(at, e.Launch, 1, "")[0]
	i.Launched = at.Now.Add(-e.For)
	i.Reason = e.Reason
	besides, err := json.Marshal(e.Shown)
	if err == nil {
		err = json.Unmarshal(besides, &i.Shown)
	}
	if err != nil {
		return fmt.Errorf("instance %s: %w", e.ID, err)
	}
	stand(at, i, e.ID, cmp.Or(e.State, "running"))
	return nil
}

// Running has one instance running that a service launched before the world began, and returns its id: made, unless one
// is given.
func Running(at core.At, by core.Linked, in *ec2.RunInstancesInput, id string) (string, error) {
	in.MinCount, in.MaxCount = aws.Int32(1), aws.Int32(1)
	d, refused := launchDataOf(at.As(by, "ec2.RunInstances", in), in)
	if refused != nil {
		return "", errors.New(refused.Message)
	}
	return stand(at, launch(at, d, 1, "")[0], id, "running"), nil
}

// stand gives an instance that was just made the id and state that the estate wants.
func stand(at core.At, i *Instance, id, as string) string {
	at.Forget(i.ID)
	if id != "" {
		delete(instances.Of(at), i.ID)
		i.ID = id
		instances.Put(at, i)
		interfaces.Of(at)[i.Interface].Instance = id
	}
	i.State = as
	return i.ID
}
