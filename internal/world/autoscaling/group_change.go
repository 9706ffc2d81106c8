package autoscaling

import (
	"cmp"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"github.com/ripostehq/riposte/internal/world/core"
	"github.com/ripostehq/riposte/internal/world/ec2"
)

func createAutoScalingGroup(c *core.Call, in *autoscaling.CreateAutoScalingGroupInput) (*autoscaling.CreateAutoScalingGroupOutput, *core.Refusal) {
	name := aws.ToString(in.AutoScalingGroupName)
	if groups.Of(c.At)[name] != nil {
		return nil, alreadyExists("AutoScalingGroup by this name already exists - A group with the name " + name + " already exists")
	}
	g := &group{
		Name: name, ARN: groupARN(c.At, name), Created: c.Now, Min: int(aws.ToInt32(in.MinSize)), Max: int(aws.ToInt32(in.MaxSize)),
		Subnets: aws.ToString(in.VPCZoneIdentifier), Tags: map[string]string{},
	}
	if g.Desired = g.Min; in.DesiredCapacity != nil {
		g.Desired = int(*in.DesiredCapacity)
	}
	for _, t := range in.Tags {
		g.tag(t)
	}
	if in.LaunchTemplate == nil && in.LaunchConfigurationName == nil && in.MixedInstancesPolicy == nil {
		return nil, core.Refuse("ValidationError", "Valid requests must contain either LaunchTemplate, LaunchConfigurationName, InstanceId or MixedInstancesPolicy parameter.")
	}
	if refused := launchFrom(c.At, g, in.LaunchTemplate, in.LaunchConfigurationName, in.MixedInstancesPolicy); refused != nil {
		return nil, refused
	}
	if refused := g.sized(); refused != nil {
		return nil, refused
	}
	groups.Put(c.At, g)
	g.resized(c, 0, "created an AutoScalingGroup")
	c.After(ec2.ReactionDelay, replaces, name)
	return &autoscaling.CreateAutoScalingGroupOutput{}, nil
}

func updateAutoScalingGroup(c *core.Call, in *autoscaling.UpdateAutoScalingGroupInput, g *group) (*autoscaling.UpdateAutoScalingGroupOutput, *core.Refusal) {
	next := *g
	for _, size := range []struct {
		given *int32
		into  *int
	}{{in.MinSize, &next.Min}, {in.MaxSize, &next.Max}, {in.DesiredCapacity, &next.Desired}} {
		if size.given != nil {
			*size.into = int(*size.given)
		}
	}
	if in.DesiredCapacity == nil { // sizes that leave the desired capacity outside move it
		next.Desired = min(max(next.Desired, next.Min), next.Max)
	}
	next.Subnets = cmp.Or(aws.ToString(in.VPCZoneIdentifier), g.Subnets)
	if refused := launchFrom(c.At, &next, in.LaunchTemplate, in.LaunchConfigurationName, in.MixedInstancesPolicy); refused != nil {
		return nil, refused
	}
	if refused := next.sized(); refused != nil {
		return nil, refused
	}
	next.resized(c, g.Desired, fmt.Sprintf("update of AutoScalingGroup constraints to min: %d, max: %d, desired: %d", next.Min, next.Max, next.Desired))
	*g = next
	c.After(ec2.ReactionDelay, replaces, g.Name)
	return &autoscaling.UpdateAutoScalingGroupOutput{}, nil
}

// launchFrom sets what a group launches from; a template, a launch configuration and a mixed-instances policy exclude each
// other.
func launchFrom(at core.At, g *group, template *types.LaunchTemplateSpecification, configuration *string, mixed *types.MixedInstancesPolicy) *core.Refusal {
	if template != nil && (configuration != nil || mixed != nil) || configuration != nil && mixed != nil {
		return core.Refuse("ValidationError", "Valid requests must contain only one of LaunchTemplate, LaunchConfigurationName, MixedInstancesPolicy.")
	}
	if mixed != nil {
		if _, _, refused := mixedFrom(at, mixed); refused != nil {
			return refused
		}
		g.Template, g.TemplateVersion, g.Configuration, g.Mixed = "", "", "", mixed
	}
	if template != nil {
		t, _, refused := ec2.VersionBy(at, template.LaunchTemplateId, template.LaunchTemplateName, aws.ToString(template.Version))
		if refused != nil {
			return core.Refuse("ValidationError", "You must use a valid fully-formed launch template. %s", refused.Message)
		}
		g.Template, g.TemplateVersion, g.Configuration, g.Mixed = t.ID, cmp.Or(aws.ToString(template.Version), "$Default"), "", nil
	}
	if configuration != nil {
		if configurations.Of(at)[*configuration] == nil {
			return core.Refuse("ValidationError", "Launch configuration name not found - null")
		}
		g.Template, g.TemplateVersion, g.Configuration, g.Mixed = "", "", *configuration, nil
	}
	return nil
}

func (g *group) sized() *core.Refusal {
	switch {
	case g.Min > g.Max:
		return core.Refuse("ValidationError", "Max bound, %d, must be greater than or equal to min bound, %d", g.Max, g.Min)
	case g.Desired < g.Min || g.Desired > g.Max:
		return core.Refuse("ValidationError", "Desired capacity:%d must be between the specified min size:%d and max size:%d", g.Desired, g.Min, g.Max)
	}
	return nil
}

func setDesiredCapacity(c *core.Call, in *autoscaling.SetDesiredCapacityInput, g *group) (*autoscaling.SetDesiredCapacityOutput, *core.Refusal) {
	n := int(aws.ToInt32(in.DesiredCapacity))
	switch {
	case n > g.Max:
		return nil, core.Refuse("ValidationError", "New SetDesiredCapacity value %d is above max value %d for the AutoScalingGroup.", n, g.Max)
	case n < g.Min:
		return nil, core.Refuse("ValidationError", "New SetDesiredCapacity value %d is below min value %d for the AutoScalingGroup.", n, g.Min)
	}
	was := g.Desired
	g.Desired = n
	g.resized(c, was, "explicitly set group desired capacity")
	c.After(ec2.ReactionDelay, replaces, g.Name)
	return &autoscaling.SetDesiredCapacityOutput{}, nil
}

func deleteAutoScalingGroup(c *core.Call, in *autoscaling.DeleteAutoScalingGroupInput, g *group) (*autoscaling.DeleteAutoScalingGroupOutput, *core.Refusal) {
	if len(g.Members) > 0 && !aws.ToBool(in.ForceDelete) {
		text := "You cannot delete an AutoScalingGroup while there are instances or pending Spot instance request(s) still in the group."
		return nil, core.Refuse("ResourceInUse", "%s", text).With(&types.ResourceInUseFault{Message: aws.String(text)})
	}
	endMembers(c.At, g, append([]*member(nil), g.Members...))
	delete(groups.Of(c.At), g.Name)
	return &autoscaling.DeleteAutoScalingGroupOutput{}, nil
}

func alreadyExists(text string) *core.Refusal {
	return core.Refuse("AlreadyExists", "%s", text).With(&types.AlreadyExistsFault{Message: aws.String(text)})
}
