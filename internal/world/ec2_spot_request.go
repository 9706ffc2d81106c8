package world

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/event"
)

// spotRequest is a request for one spot instance.
type spotRequest struct {
	ID, Type, State string // one-time, persistent; open, active, disabled, closed, cancelled
	Instance        string
	Created         time.Time
	Launch          *types.RequestSpotLaunchSpecification
}

// spotService launches for spot requests.
const spotService = "spot.amazonaws.com"

// spotRequests are the named ones, or all.
func (r *region) spotRequests(ids []string) ([]*spotRequest, *refusal) {
	if len(ids) == 0 {
		return slices.SortedFunc(maps.Values(r.SpotRequests), func(a, b *spotRequest) int { return strings.Compare(a.ID, b.ID) }), nil
	}
	var all []*spotRequest
	for _, id := range ids {
		x, ok := r.SpotRequests[id]
		if !ok {
			return nil, refuse("InvalidSpotInstanceRequestID.NotFound", "The spot instance request ID '%s' does not exist", id)
		}
		all = append(all, x)
	}
	return all, nil
}

func requestSpotInstances(c *call, in *ec2.RequestSpotInstancesInput) (*ec2.RequestSpotInstancesOutput, *refusal) {
	if in.LaunchSpecification == nil || in.LaunchSpecification.ImageId == nil {
		return nil, refuse("MissingParameter", "The request must contain the parameter LaunchSpecification.ImageId")
	}
	if _, refused := c.image(c.place, *in.LaunchSpecification.ImageId); refused != nil {
		return nil, refused
	}
	out := &ec2.RequestSpotInstancesOutput{}
	for range max(1, aws.ToInt32(in.InstanceCount)) {
		x := &spotRequest{
			ID: "sir-" + c.mint(8), Type: orElse(string(in.Type), "one-time"), State: "open", Created: c.Now, Launch: in.LaunchSpecification,
		}
		c.at(c.place).SpotRequests[x.ID] = x
		c.after(reaction, replenishes, c.place, x.ID)
		out.SpotInstanceRequests = append(out.SpotInstanceRequests, x.described())
	}
	return out, nil
}

func describeSpotInstanceRequests(c *call, in *ec2.DescribeSpotInstanceRequestsInput) (*ec2.DescribeSpotInstanceRequestsOutput, *refusal) {
	all, refused := c.at(c.place).spotRequests(in.SpotInstanceRequestIds)
	if refused != nil {
		return nil, refused
	}
	page, next, refused := paged(all, in.NextToken, in.MaxResults)
	out := &ec2.DescribeSpotInstanceRequestsOutput{NextToken: next}
	for _, x := range page {
		out.SpotInstanceRequests = append(out.SpotInstanceRequests, x.described())
	}
	return out, refused
}

// cancelSpotInstanceRequests ends requests; the instances that they launched run on.
func cancelSpotInstanceRequests(c *call, in *ec2.CancelSpotInstanceRequestsInput) (*ec2.CancelSpotInstanceRequestsOutput, *refusal) {
	all, refused := c.at(c.place).spotRequests(in.SpotInstanceRequestIds)
	if refused != nil {
		return nil, refused
	}
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
func (s *state) lookAfterRequest(p event.Place, x *spotRequest) {
	if i, ok := s.at(p).Instances[x.Instance]; x.State == "active" && (!ok || i.ended()) {
		x.State = map[string]string{"persistent": "open"}[x.Type]
		x.State = orElse(x.State, "closed")
	}
	if x.State != "open" {
		return
	}
	out, refused := s.byService(p, spotService, "ec2.RunInstances", x.launch(x.ID+":"+s.mint(8)))
	if refused != nil {
		s.after(replacement, replenishes, p, x.ID)
		return
	}
	x.Instance, x.State = *out.(*ec2.RunInstancesOutput).Instances[0].InstanceId, "active"
}

// launch is a request's RunInstances.
func (x *spotRequest) launch(token string) *ec2.RunInstancesInput {
	return &ec2.RunInstancesInput{
		MinCount: aws.Int32(1), MaxCount: aws.Int32(1), ClientToken: aws.String(token),
		ImageId: x.Launch.ImageId, InstanceType: x.Launch.InstanceType, KeyName: x.Launch.KeyName, SecurityGroupIds: x.Launch.SecurityGroupIds,
		IamInstanceProfile: x.Launch.IamInstanceProfile, UserData: x.Launch.UserData, SubnetId: x.Launch.SubnetId,
	}
}

// bySpot marks what a spot request launches, whose token begins with its id.
func (c *call) bySpot(made []*instance) {
	for _, i := range made {
		id, _, _ := strings.Cut(i.Token, ":")
		if c.by.service == spotService && c.at(c.place).SpotRequests[id] != nil {
			i.Spot = id
		}
	}
}

func (x *spotRequest) described() types.SpotInstanceRequest {
	return types.SpotInstanceRequest{
		SpotInstanceRequestId: aws.String(x.ID), Type: types.SpotInstanceType(x.Type), State: types.SpotInstanceState(x.State),
		InstanceId: optional(x.Instance), CreateTime: aws.Time(x.Created),
		LaunchSpecification: &types.LaunchSpecification{
			ImageId: x.Launch.ImageId, InstanceType: x.Launch.InstanceType, KeyName: x.Launch.KeyName, IamInstanceProfile: x.Launch.IamInstanceProfile,
			SubnetId: x.Launch.SubnetId,
		},
	}
}
