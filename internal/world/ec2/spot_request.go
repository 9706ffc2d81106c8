package ec2

import (
	"cmp"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/internal/world/core"
)

// spotRequest is a request for one spot instance.
type spotRequest struct {
	ID, Type, State string // one-time, persistent; open, active, disabled, closed, cancelled
	Instance        string
	Created         time.Time
	Launch          *types.RequestSpotLaunchSpecification
}

var spotRequests = core.Shelf[spotRequest]{
	Kind: "ec2.spot-instances-request", ID: "ID",
	Missing: core.Missing("InvalidSpotInstanceRequestID.NotFound", "The spot instance request ID '%s' does not exist"),
}

func spotRequestResource() core.Resource {
	return core.Resource{Shelf: &spotRequests, Operations: []core.Operation{
		core.Define(core.Spec[ec2.RequestSpotInstancesInput, ec2.RequestSpotInstancesOutput]{
			Write: true, Basis: core.UsualSpelling,
			Knows: "InstanceCount LaunchSpecification SpotPrice Type ClientToken", Answer: requestSpotInstances,
			Response: func(c *core.Call, out *ec2.RequestSpotInstancesOutput) any {
				items := []any{}
				for _, x := range out.SpotInstanceRequests {
					items = append(items, core.Fields{
						"spotInstanceRequestId": aws.ToString(x.SpotInstanceRequestId), "type": string(x.Type), "state": string(x.State),
						"launchSpecification": core.Fields{"imageId": aws.ToString(x.LaunchSpecification.ImageId)},
					})
				}
				return core.Fields{"requestId": c.RequestID, "spotInstanceRequestSet": core.Fields{"items": items}}
			},
		}),
		core.List[ec2.DescribeSpotInstanceRequestsInput, ec2.DescribeSpotInstanceRequestsOutput](
			&spotRequests, core.Listing{IDs: "SpotInstanceRequestIds"}, describedRequest,
		),
		core.Define(core.Spec[ec2.CancelSpotInstanceRequestsInput, ec2.CancelSpotInstanceRequestsOutput]{
			Write: true, Basis: "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/using-spot-instances-cancel.html; " + core.UsualSpelling,
			Knows: "SpotInstanceRequestIds",
			Needs: func(c *core.Call, in *ec2.CancelSpotInstanceRequestsInput) []core.Need {
				var arns []string
				for _, id := range in.SpotInstanceRequestIds {
					arns = append(arns, c.ARN("ec2", "spot-instances-request/"+id))
				}
				return c.On(arns...)
			},
			Answer: core.FoundAll(&spotRequests, "SpotInstanceRequestIds", cancelSpotInstanceRequests),
		}),
	}, On: map[core.Happening]func(core.At, string){replenishes: lookAfterRequest, InstanceGone: requestMisses}}
}

func requestSpotInstances(c *core.Call, in *ec2.RequestSpotInstancesInput) (*ec2.RequestSpotInstancesOutput, *core.Refusal) {
	if in.LaunchSpecification == nil || in.LaunchSpecification.ImageId == nil {
		return nil, core.Refuse("MissingParameter", "The request must contain the parameter LaunchSpecification.ImageId")
	}
	if _, refused := imageSeen(c.At, *in.LaunchSpecification.ImageId); refused != nil {
		return nil, refused
	}
	out := &ec2.RequestSpotInstancesOutput{}
	for range max(1, aws.ToInt32(in.InstanceCount)) {
		x := &spotRequest{
			ID: "sir-" + c.Mint(8), Type: cmp.Or(string(in.Type), "one-time"), State: "open", Created: c.Now, Launch: in.LaunchSpecification,
		}
		spotRequests.Put(c.At, x)
		c.After(ReactionDelay, replenishes, x.ID)
		out.SpotInstanceRequests = append(out.SpotInstanceRequests, describedRequest(c, x))
	}
	return out, nil
}

// cancelSpotInstanceRequests ends requests; the instances that they launched run on.
func cancelSpotInstanceRequests(c *core.Call, in *ec2.CancelSpotInstanceRequestsInput, all []*spotRequest) (*ec2.CancelSpotInstanceRequestsOutput, *core.Refusal) {
	out := &ec2.CancelSpotInstanceRequestsOutput{}
	for _, x := range all {
		if x.State != "closed" {
			x.State = "cancelled"
		}
		out.CancelledSpotInstanceRequests = append(out.CancelledSpotInstanceRequests, types.CancelledSpotInstanceRequest{
			SpotInstanceRequestId: aws.String(x.ID), State: types.CancelSpotInstanceRequestState(x.State),
		})
	}
	return out, nil
}

// lookAfterRequest launches what an open request asks for. When its instance ends, a one-time request is closed, and a
// persistent one opens again.
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/spot-requests.html
func lookAfterRequest(at core.At, id string) {
	x, ok := spotRequests.Of(at)[id]
	if !ok {
		return
	}
	if i, ok := instances.Of(at)[x.Instance]; x.State == "active" && (!ok || i.Gone()) {
		x.State = map[string]string{"persistent": "open"}[x.Type]
		x.State = cmp.Or(x.State, "closed")
	}
	if x.State != "open" {
		return
	}
	out, refused := at.Act(spotService, "ec2.RunInstances", x.launch(x.ID+":"+at.Mint(8)))
	if refused != nil {
		at.After(ReplacementDelay, replenishes, x.ID)
		return
	}
	x.Instance, x.State = *out.(*ec2.RunInstancesOutput).Instances[0].InstanceId, "active"
}

// requestMisses tells the spot request of an instance that ends.
func requestMisses(at core.At, id string) {
	if i := instances.Of(at)[id]; i.State == "shutting-down" && spotRequests.Of(at)[i.Spot] != nil {
		at.After(ReplacementDelay, replenishes, i.Spot)
	}
}

// launch is a request's RunInstances.
func (x *spotRequest) launch(token string) *ec2.RunInstancesInput {
	return &ec2.RunInstancesInput{
		MinCount: aws.Int32(1), MaxCount: aws.Int32(1), ClientToken: aws.String(token),
		ImageId: x.Launch.ImageId, InstanceType: x.Launch.InstanceType, KeyName: x.Launch.KeyName, SecurityGroupIds: x.Launch.SecurityGroupIds,
		IamInstanceProfile: x.Launch.IamInstanceProfile, UserData: x.Launch.UserData, SubnetId: x.Launch.SubnetId,
	}
}

func describedRequest(_ *core.Call, x *spotRequest) types.SpotInstanceRequest {
	return types.SpotInstanceRequest{
		SpotInstanceRequestId: aws.String(x.ID), Type: types.SpotInstanceType(x.Type), State: types.SpotInstanceState(x.State),
		InstanceId: core.Optional(x.Instance), CreateTime: aws.Time(x.Created),
		LaunchSpecification: &types.LaunchSpecification{
			ImageId: x.Launch.ImageId, InstanceType: x.Launch.InstanceType, KeyName: x.Launch.KeyName, IamInstanceProfile: x.Launch.IamInstanceProfile,
			SubnetId: x.Launch.SubnetId,
		},
	}
}

type spotRequestEstate struct {
	ID       string `yaml:"id"`
	Type     string `yaml:"type"` // one-time
	Image    string `yaml:"image"`
	Instance string `yaml:"instance"` // running; without it the request is open
}

func (e spotRequestEstate) build(at core.At) error {
	x := spotRequests.Put(at, &spotRequest{
		ID: e.ID, Type: cmp.Or(e.Type, "one-time"), State: "open", Created: at.Now.Add(-settled),
		Launch: &types.RequestSpotLaunchSpecification{ImageId: aws.String(e.Image)},
	})
	if e.Instance == "" {
		return nil
	}
	x.Instance, x.State = e.Instance, "active"
	if _, err := Running(at, spotService, x.launch(""), e.Instance); err != nil {
		return fmt.Errorf("spot request %s: %w", x.ID, err)
	}
	instances.Of(at)[e.Instance].Spot = x.ID
	return nil
}
