package ec2

import (
	"cmp"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/internal/world/core"
)

// createFleet launches at once where the type is instant; else the fleet looks after itself from now on.
func createFleet(c *core.Call, in *ec2.CreateFleetInput) (*ec2.CreateFleetOutput, *core.Refusal) {
	f := &fleet{
		ID: "fleet-" + c.UUID(), Token: aws.ToString(in.ClientToken), Type: cmp.Or(string(in.Type), "maintain"), State: "active", Created: c.Now,
		Excess: cmp.Or(string(in.ExcessCapacityTerminationPolicy), "termination"), Service: fleetService, Tag: fleetTag,
	}
	if refused := f.resize(in.TargetCapacitySpecification); refused != nil {
		return nil, refused
	}
	for _, t := range in.LaunchTemplateConfigs {
		made, refused := fleetTemplate(c, t)
		if refused != nil {
			return nil, refused
		}
		f.Templates = append(f.Templates, made)
	}
	fleets.Put(c.At, f)
	out := &ec2.CreateFleetOutput{FleetId: aws.String(f.ID)}
	if f.Type != "instant" {
		c.After(ReactionDelay, replenishes, f.ID)
		return out, nil
	}
	ids, refused := launchForFleet(c.At, f, f.Total)
	if refused != nil {
		out.Errors = []types.CreateFleetError{{ErrorCode: aws.String(refused.Code), ErrorMessage: aws.String(refused.Message)}}
		return out, nil
	}
	out.Instances = []types.CreateFleetInstance{{InstanceIds: ids}}
	return out, nil
}

// fleetTemplate completes a template that the request names by either of its names, as DescribeFleets shows it.
func fleetTemplate(c *core.Call, in types.FleetLaunchTemplateConfigRequest) (types.FleetLaunchTemplateConfig, *core.Refusal) {
	s := in.LaunchTemplateSpecification
	if s == nil {
		return types.FleetLaunchTemplateConfig{}, core.Refuse("MissingParameter", "The request must contain the parameter LaunchTemplateSpecification")
	}
	t, _, refused := VersionBy(c.At, s.LaunchTemplateId, s.LaunchTemplateName, aws.ToString(s.Version))
	if refused != nil {
		return types.FleetLaunchTemplateConfig{}, refused
	}
	out := types.FleetLaunchTemplateConfig{LaunchTemplateSpecification: &types.FleetLaunchTemplateSpecification{
		LaunchTemplateId: aws.String(t.ID), LaunchTemplateName: aws.String(t.Name), Version: s.Version,
	}}
	for _, o := range in.Overrides {
		out.Overrides = append(out.Overrides, types.FleetLaunchTemplateOverrides{ImageId: o.ImageId, InstanceType: o.InstanceType})
	}
	return out, nil
}

// resize takes the parts of a size that are given. That the sorts' capacities and the default stay where they are not given, and
// the unit becomes the usual one again, is unverified.
func (f *fleet) resize(t *types.TargetCapacitySpecificationRequest) *core.Refusal {
	if t == nil || t.TotalTargetCapacity == nil {
		return core.Refuse("MissingParameter", "The request must contain the parameter TotalTargetCapacity")
	}
	f.Total = int(*t.TotalTargetCapacity)
	f.OnDemand, f.Spot = given32(t.OnDemandTargetCapacity, f.OnDemand), given32(t.SpotTargetCapacity, f.Spot)
	f.Unit = string(t.TargetCapacityUnitType)
	f.Default = cmp.Or(string(t.DefaultTargetCapacityType), cmp.Or(f.Default, "on-demand"))
	if min(f.Total, f.OnDemand, f.Spot) < 0 || f.OnDemand+f.Spot > f.Total {
		return core.Refuse("InvalidTargetCapacitySpecification", "The on-demand and spot target capacities do not fit the total target capacity")
	}
	return nil
}

func given32(n *int32, otherwise int) int {
	if n == nil {
		return otherwise
	}
	return int(*n)
}

// modifyFleet changes the size of a fleet that maintains one; no other can be changed.
func modifyFleet(c *core.Call, in *ec2.ModifyFleetInput) (*ec2.ModifyFleetOutput, *core.Refusal) {
	f, refused := fleets.Find(c.At, in.FleetId)
	if refused == nil {
		refused = f.modifiable()
	}
	if refused != nil {
		return nil, refused
	}
	changed := *f
	changed.Excess = cmp.Or(string(in.ExcessCapacityTerminationPolicy), f.Excess)
	if in.TargetCapacitySpecification != nil {
		refused = changed.resize(in.TargetCapacitySpecification)
	}
	if refused != nil {
		return nil, refused
	}
	*f = changed
	c.After(ReactionDelay, replenishes, f.ID)
	return &ec2.ModifyFleetOutput{Return: aws.Bool(true)}, nil
}

func (f *fleet) modifiable() *core.Refusal {
	switch {
	case f.Type != "maintain":
		return core.Refuse("UnsupportedOperation", "A fleet of type %s cannot be modified", f.Type)
	case f.State != "active":
		return core.Refuse("FleetNotInModifiableState", "The fleet %s cannot be modified in the state %s", f.ID, f.State)
	}
	return nil
}

func requestSpotFleet(c *core.Call, in *ec2.RequestSpotFleetInput) (*ec2.RequestSpotFleetOutput, *core.Refusal) {
	asked := in.SpotFleetRequestConfig
	if len(asked.LaunchSpecifications)+len(asked.LaunchTemplateConfigs) == 0 {
		return nil, core.Refuse("InvalidSpotFleetRequestConfig", "Parameter: LaunchSpecifications or LaunchTemplateConfigs must be specified.")
	}
	if min(aws.ToInt32(asked.TargetCapacity), aws.ToInt32(asked.OnDemandTargetCapacity)) < 0 {
		return nil, core.Refuse("InvalidSpotFleetRequestConfig", "Parameter: TargetCapacity must not be negative.")
	}
	f := &fleet{
		ID: "sfr-" + c.UUID(), Type: cmp.Or(string(asked.Type), "maintain"), State: "active", Created: c.Now,
		Excess: cmp.Or(string(asked.ExcessCapacityTerminationPolicy), "default"), Service: spotFleetService, Tag: spotFleetTag,
		Total: int(aws.ToInt32(asked.TargetCapacity)), OnDemand: int(aws.ToInt32(asked.OnDemandTargetCapacity)), Request: asked,
	}
	spotFleets.Put(c.At, f)
	c.After(ReactionDelay, replenishes, f.ID)
	return &ec2.RequestSpotFleetOutput{SpotFleetRequestId: aws.String(f.ID)}, nil
}

func modifySpotFleetRequest(c *core.Call, in *ec2.ModifySpotFleetRequestInput) (*ec2.ModifySpotFleetRequestOutput, *core.Refusal) {
	f, refused := spotFleets.Find(c.At, in.SpotFleetRequestId)
	if refused == nil {
		refused = f.modifiable()
	}
	if refused != nil {
		return nil, refused
	}
	total, onDemand := given32(in.TargetCapacity, f.Total), given32(in.OnDemandTargetCapacity, f.OnDemand)
	if min(total, onDemand) < 0 || onDemand > total {
		return nil, core.Refuse("InvalidTargetCapacitySpecification", "The on-demand target capacity does not fit the target capacity")
	}
	f.Total, f.OnDemand, f.Excess = total, onDemand, cmp.Or(string(in.ExcessCapacityTerminationPolicy), f.Excess)
	c.After(ReactionDelay, replenishes, f.ID)
	return &ec2.ModifySpotFleetRequestOutput{Return: aws.Bool(true)}, nil
}
