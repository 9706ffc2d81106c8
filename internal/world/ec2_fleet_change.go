package world

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

// createFleet launches at once where the type is instant; else the fleet looks after itself from now on.
func createFleet(c *call, in *ec2.CreateFleetInput) (*ec2.CreateFleetOutput, *refusal) {
	f := &fleet{
		ID: "fleet-" + c.uuid(), Token: aws.ToString(in.ClientToken), Type: orElse(string(in.Type), "maintain"), State: "active", Created: c.Now,
		Excess: orElse(string(in.ExcessCapacityTerminationPolicy), "termination"), Service: "ec2fleet.amazonaws.com", Tag: fleetTag,
	}
	if refused := f.resize(in.TargetCapacitySpecification); refused != nil {
		return nil, refused
	}
	for _, t := range in.LaunchTemplateConfigs {
		made, refused := c.fleetTemplate(t)
		if refused != nil {
			return nil, refused
		}
		f.Templates = append(f.Templates, made)
	}
	c.at(c.place).Fleets[f.ID] = f
	out := &ec2.CreateFleetOutput{FleetId: aws.String(f.ID)}
	if f.Type != "instant" {
		c.after(reaction, replenishes, c.place, f.ID)
		return out, nil
	}
	ids, refused := c.launchForFleet(c.place, f, f.Total)
	if refused != nil {
		out.Errors = []types.CreateFleetError{{ErrorCode: aws.String(refused.code), ErrorMessage: aws.String(refused.message)}}
		return out, nil
	}
	out.Instances = []types.CreateFleetInstance{{InstanceIds: ids}}
	return out, nil
}

// fleetTemplate completes a template that the request names by either of its names, as DescribeFleets shows it.
func (c *call) fleetTemplate(in types.FleetLaunchTemplateConfigRequest) (types.FleetLaunchTemplateConfig, *refusal) {
	s := in.LaunchTemplateSpecification
	if s == nil {
		return types.FleetLaunchTemplateConfig{}, refuse("MissingParameter", "The request must contain the parameter LaunchTemplateSpecification")
	}
	t, _, refused := c.at(c.place).templateVersion(s.LaunchTemplateId, s.LaunchTemplateName, aws.ToString(s.Version))
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

// resize takes the capacities that are given; what is not given stays, as the reference says of no part of it: unverified.
func (f *fleet) resize(t *types.TargetCapacitySpecificationRequest) *refusal {
	if t == nil || t.TotalTargetCapacity == nil {
		return refuse("MissingParameter", "The request must contain the parameter TotalTargetCapacity")
	}
	f.Total = int(*t.TotalTargetCapacity)
	f.OnDemand, f.Spot = given32(t.OnDemandTargetCapacity, f.OnDemand), given32(t.SpotTargetCapacity, f.Spot)
	f.Default = orElse(string(t.DefaultTargetCapacityType), orElse(f.Default, "on-demand"))
	if min(f.Total, f.OnDemand, f.Spot) < 0 || f.OnDemand+f.Spot > f.Total {
		return refuse("InvalidTargetCapacitySpecification", "The on-demand and spot target capacities do not fit the total target capacity")
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
func modifyFleet(c *call, in *ec2.ModifyFleetInput) (*ec2.ModifyFleetOutput, *refusal) {
	f, refused := c.at(c.place).fleet(in.FleetId, fleetTag)
	if refused == nil {
		refused = f.modifiable()
	}
	if refused != nil {
		return nil, refused
	}
	changed := *f
	changed.Excess = orElse(string(in.ExcessCapacityTerminationPolicy), f.Excess)
	if in.TargetCapacitySpecification != nil {
		refused = changed.resize(in.TargetCapacitySpecification)
	}
	if refused != nil {
		return nil, refused
	}
	*f = changed
	c.after(reaction, replenishes, c.place, f.ID)
	return &ec2.ModifyFleetOutput{Return: aws.Bool(true)}, nil
}

func (f *fleet) modifiable() *refusal {
	switch {
	case f.Type != "maintain":
		return refuse("UnsupportedOperation", "A fleet of type %s cannot be modified", f.Type)
	case f.State != "active":
		return refuse("FleetNotInModifiableState", "The fleet %s cannot be modified in the state %s", f.ID, f.State)
	}
	return nil
}

func requestSpotFleet(c *call, in *ec2.RequestSpotFleetInput) (*ec2.RequestSpotFleetOutput, *refusal) {
	asked := in.SpotFleetRequestConfig
	if len(asked.LaunchSpecifications)+len(asked.LaunchTemplateConfigs) == 0 {
		return nil, refuse("InvalidSpotFleetRequestConfig", "Parameter: LaunchSpecifications or LaunchTemplateConfigs must be specified.")
	}
	if min(aws.ToInt32(asked.TargetCapacity), aws.ToInt32(asked.OnDemandTargetCapacity)) < 0 {
		return nil, refuse("InvalidSpotFleetRequestConfig", "Parameter: TargetCapacity must not be negative.")
	}
	f := &fleet{
		ID: "sfr-" + c.uuid(), Type: orElse(string(asked.Type), "maintain"), State: "active", Created: c.Now,
		Excess: orElse(string(asked.ExcessCapacityTerminationPolicy), "default"), Service: "spotfleet.amazonaws.com", Tag: spotFleetTag,
		Total: int(aws.ToInt32(asked.TargetCapacity)), OnDemand: int(aws.ToInt32(asked.OnDemandTargetCapacity)), Request: asked,
	}
	c.at(c.place).Fleets[f.ID] = f
	c.after(reaction, replenishes, c.place, f.ID)
	return &ec2.RequestSpotFleetOutput{SpotFleetRequestId: aws.String(f.ID)}, nil
}

func modifySpotFleetRequest(c *call, in *ec2.ModifySpotFleetRequestInput) (*ec2.ModifySpotFleetRequestOutput, *refusal) {
	f, refused := c.at(c.place).fleet(in.SpotFleetRequestId, spotFleetTag)
	if refused == nil {
		refused = f.modifiable()
	}
	if refused != nil {
		return nil, refused
	}
	total, onDemand := given32(in.TargetCapacity, f.Total), given32(in.OnDemandTargetCapacity, f.OnDemand)
	if min(total, onDemand) < 0 || onDemand > total {
		return nil, refuse("InvalidTargetCapacitySpecification", "The on-demand target capacity does not fit the target capacity")
	}
	f.Total, f.OnDemand, f.Excess = total, onDemand, orElse(string(in.ExcessCapacityTerminationPolicy), f.Excess)
	c.after(reaction, replenishes, c.place, f.ID)
	return &ec2.ModifySpotFleetRequestOutput{Return: aws.Bool(true)}, nil
}
