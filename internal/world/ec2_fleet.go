package world

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

// fleet is an EC2 Fleet, or a Spot Fleet, which is the older sort of the same.
type fleet struct {
	ID, Token       string
	Type, State     string // maintain, request, instant; submitted, active
	Excess, Default string // as its own sort spells them
	Total, OnDemand int
	Spot            int
	Created         time.Time
	Templates       []types.FleetLaunchTemplateConfig
	Request         *types.SpotFleetRequestConfigData // of a Spot Fleet: all that was asked for
	Service, Tag    string                            // who launches for it, and the tag that is put on what is launched
}

// The tags by which AWS marks what a fleet launched.
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/tag-ec2-fleet.html
const (
	fleetTag     = "aws:ec2:fleet-id"
	spotFleetTag = "aws:ec2spot:fleet-request-id"
)

// fleet finds one of a sort, in EC2's words where there is none.
func (r *region) fleet(id *string, tag string) (*fleet, *refusal) {
	if f, ok := r.Fleets[aws.ToString(id)]; ok && f.Tag == tag {
		return f, nil
	}
	if tag == spotFleetTag {
		return nil, refuse("InvalidSpotFleetRequestId.NotFound", "The spot fleet request ID '%s' does not exist", aws.ToString(id))
	}
	return nil, refuse("InvalidFleetId.NotFound", "The fleet ID '%s' does not exist", aws.ToString(id))
}

// fleets lists those of a sort, or the named ones.
func (r *region) fleets(ids []string, tag string) ([]*fleet, *refusal) {
	if len(ids) == 0 {
		all := slices.SortedFunc(maps.Values(r.Fleets), func(a, b *fleet) int { return strings.Compare(a.ID, b.ID) })
		return slices.DeleteFunc(all, func(f *fleet) bool { return f.Tag != tag }), nil
	}
	var all []*fleet
	for _, id := range ids {
		f, refused := r.fleet(&id, tag)
		if refused != nil {
			return nil, refused
		}
		all = append(all, f)
	}
	return all, nil
}

func describeFleets(c *call, in *ec2.DescribeFleetsInput) (*ec2.DescribeFleetsOutput, *refusal) {
	all, refused := c.at(c.place).fleets(in.FleetIds, fleetTag)
	if refused != nil {
		return nil, refused
	}
	page, next, refused := paged(all, in.NextToken, in.MaxResults)
	out := &ec2.DescribeFleetsOutput{NextToken: next}
	for _, f := range page {
		out.Fleets = append(out.Fleets, types.FleetData{
			FleetId: aws.String(f.ID), FleetState: types.FleetStateCode(f.State), Type: types.FleetType(f.Type), CreateTime: aws.Time(f.Created),
			ExcessCapacityTerminationPolicy: types.FleetExcessCapacityTerminationPolicy(f.Excess), LaunchTemplateConfigs: f.Templates,
			ClientToken: optional(f.Token),
			TargetCapacitySpecification: &types.TargetCapacitySpecification{
				TotalTargetCapacity: aws.Int32(int32(f.Total)), OnDemandTargetCapacity: aws.Int32(int32(f.OnDemand)),
				SpotTargetCapacity: aws.Int32(int32(f.Spot)), DefaultTargetCapacityType: types.DefaultTargetCapacityType(f.Default),
			},
		})
	}
	return out, refused
}

func describeSpotFleetRequests(c *call, in *ec2.DescribeSpotFleetRequestsInput) (*ec2.DescribeSpotFleetRequestsOutput, *refusal) {
	all, refused := c.at(c.place).fleets(in.SpotFleetRequestIds, spotFleetTag)
	if refused != nil {
		return nil, refused
	}
	page, next, refused := paged(all, in.NextToken, in.MaxResults)
	out := &ec2.DescribeSpotFleetRequestsOutput{NextToken: next}
	for _, f := range page {
		asked := *f.Request
		asked.TargetCapacity, asked.OnDemandTargetCapacity = aws.Int32(int32(f.Total)), aws.Int32(int32(f.OnDemand))
		asked.ExcessCapacityTerminationPolicy, asked.Type = types.ExcessCapacityTerminationPolicy(f.Excess), types.FleetType(f.Type)
		out.SpotFleetRequestConfigs = append(out.SpotFleetRequestConfigs, types.SpotFleetRequestConfig{
			SpotFleetRequestId: aws.String(f.ID), SpotFleetRequestState: types.BatchState(f.State), CreateTime: aws.Time(f.Created),
			SpotFleetRequestConfig: &asked,
		})
	}
	return out, refused
}
