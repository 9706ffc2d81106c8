package world

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
)

func createAutoScalingGroup(c *call, in *autoscaling.CreateAutoScalingGroupInput) (*autoscaling.CreateAutoScalingGroupOutput, *refusal) {
	r, name := c.at(c.place), aws.ToString(in.AutoScalingGroupName)
	if r.Groups[name] != nil {
		return nil, alreadyExists("AutoScalingGroup by this name already exists - A group with the name " + name + " already exists")
	}
	g := &group{
		Name: name, ARN: c.groupARN(c.place, name), Created: c.Now, Min: int(aws.ToInt32(in.MinSize)), Max: int(aws.ToInt32(in.MaxSize)),
		Subnets: aws.ToString(in.VPCZoneIdentifier), Suspended: map[string]string{}, Tags: map[string]string{},
	}
	if g.Desired = g.Min; in.DesiredCapacity != nil {
		g.Desired = int(*in.DesiredCapacity)
	}
	for _, t := range in.Tags {
		g.Tags[aws.ToString(t.Key)] = aws.ToString(t.Value)
	}
	if in.LaunchTemplate == nil && in.LaunchConfigurationName == nil && in.MixedInstancesPolicy == nil {
		return nil, refuse("ValidationError", "Valid requests must contain either LaunchTemplate, LaunchConfigurationName, InstanceId or MixedInstancesPolicy parameter.")
	}
	if refused := r.launchFrom(g, in.LaunchTemplate, in.LaunchConfigurationName, in.MixedInstancesPolicy); refused != nil {
		return nil, refused
	}
	if refused := g.sized(); refused != nil {
		return nil, refused
	}
	r.Groups[name] = g
	c.after(reaction, replaces, c.place, name)
	return &autoscaling.CreateAutoScalingGroupOutput{}, nil
}

func updateAutoScalingGroup(c *call, in *autoscaling.UpdateAutoScalingGroupInput) (*autoscaling.UpdateAutoScalingGroupOutput, *refusal) {
	r := c.at(c.place)
	g, refused := r.group(in.AutoScalingGroupName)
	if refused != nil {
		return nil, refused
	}
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
	next.Subnets = orElse(aws.ToString(in.VPCZoneIdentifier), g.Subnets)
	if refused := r.launchFrom(&next, in.LaunchTemplate, in.LaunchConfigurationName, in.MixedInstancesPolicy); refused != nil {
		return nil, refused
	}
	if refused := next.sized(); refused != nil {
		return nil, refused
	}
	*g = next
	c.after(reaction, replaces, c.place, g.Name)
	return &autoscaling.UpdateAutoScalingGroupOutput{}, nil
}

// launchFrom sets what a group launches from; a template, a launch configuration and a mixed-instances policy exclude each
// other.
func (r *region) launchFrom(g *group, template *types.LaunchTemplateSpecification, configuration *string, mixed *types.MixedInstancesPolicy) *refusal {
	if template != nil && (configuration != nil || mixed != nil) || configuration != nil && mixed != nil {
		return refuse("ValidationError", "Valid requests must contain only one of LaunchTemplate, LaunchConfigurationName, MixedInstancesPolicy.")
	}
	if mixed != nil {
		if _, _, refused := r.mixedFrom(mixed); refused != nil {
			return refused
		}
		g.Template, g.TemplateVersion, g.Configuration, g.Mixed = "", "", "", mixed
	}
	if template != nil {
		t, _, refused := r.templateVersion(template.LaunchTemplateId, template.LaunchTemplateName, aws.ToString(template.Version))
		if refused != nil {
			return refuse("ValidationError", "You must use a valid fully-formed launch template. %s", refused.message)
		}
		g.Template, g.TemplateVersion, g.Configuration, g.Mixed = t.ID, settleTemplate(template.Version), "", nil
	}
	if configuration != nil {
		if r.Configurations[*configuration] == nil {
			return refuse("ValidationError", "Launch configuration name not found - null")
		}
		g.Template, g.TemplateVersion, g.Configuration, g.Mixed = "", "", *configuration, nil
	}
	return nil
}

func (g *group) sized() *refusal {
	switch {
	case g.Min > g.Max:
		return refuse("ValidationError", "Max bound, %d, must be greater than or equal to min bound, %d", g.Max, g.Min)
	case g.Desired < g.Min || g.Desired > g.Max:
		return refuse("ValidationError", "Desired capacity:%d must be between the specified min size:%d and max size:%d", g.Desired, g.Min, g.Max)
	}
	return nil
}

func setDesiredCapacity(c *call, in *autoscaling.SetDesiredCapacityInput) (*autoscaling.SetDesiredCapacityOutput, *refusal) {
	g, refused := c.at(c.place).group(in.AutoScalingGroupName)
	if refused != nil {
		return nil, refused
	}
	n := int(aws.ToInt32(in.DesiredCapacity))
	switch {
	case n > g.Max:
		return nil, refuse("ValidationError", "New SetDesiredCapacity value %d is above max value %d for the AutoScalingGroup.", n, g.Max)
	case n < g.Min:
		return nil, refuse("ValidationError", "New SetDesiredCapacity value %d is below min value %d for the AutoScalingGroup.", n, g.Min)
	}
	g.Desired = n
	c.after(reaction, replaces, c.place, g.Name)
	return &autoscaling.SetDesiredCapacityOutput{}, nil
}

func deleteAutoScalingGroup(c *call, in *autoscaling.DeleteAutoScalingGroupInput) (*autoscaling.DeleteAutoScalingGroupOutput, *refusal) {
	r := c.at(c.place)
	g, refused := r.group(in.AutoScalingGroupName)
	if refused != nil {
		return nil, refused
	}
	if len(g.Members) > 0 && !aws.ToBool(in.ForceDelete) {
		text := "You cannot delete an AutoScalingGroup while there are instances or pending Spot instance request(s) still in the group."
		return nil, refuse("ResourceInUse", "%s", text).with(&types.ResourceInUseFault{Message: aws.String(text)})
	}
	c.end(c.place, g, append([]*member(nil), g.Members...))
	delete(r.Groups, g.Name)
	return &autoscaling.DeleteAutoScalingGroupOutput{}, nil
}

func createLaunchConfiguration(c *call, in *autoscaling.CreateLaunchConfigurationInput) (*autoscaling.CreateLaunchConfigurationOutput, *refusal) {
	r, name := c.at(c.place), aws.ToString(in.LaunchConfigurationName)
	if r.Configurations[name] != nil {
		return nil, alreadyExists("Launch Configuration by this name already exists - A launch configuration already exists with the name " + name)
	}
	if in.ImageId == nil || in.InstanceType == nil {
		return nil, refuse("ValidationError", "Valid requests must contain either the InstanceID parameter or both the ImageId and InstanceType parameters.")
	}
	r.Configurations[name] = &configuration{
		Name: name, ARN: c.arn(c.place, "autoscaling", "launchConfiguration:"+c.uuid()+":launchConfigurationName/"+name), Created: c.Now,
		Data: launchData{
			Image: *in.ImageId, Type: *in.InstanceType, KeyName: aws.ToString(in.KeyName), Profile: aws.ToString(in.IamInstanceProfile),
			SecurityGroups: in.SecurityGroups, UserData: aws.ToString(in.UserData),
		},
	}
	return &autoscaling.CreateLaunchConfigurationOutput{}, nil
}

func alreadyExists(text string) *refusal {
	return refuse("AlreadyExists", "%s", text).with(&types.AlreadyExistsFault{Message: aws.String(text)})
}

// settleTemplate is the version of a group's template as AWS keeps it: $Default where none was named.
func settleTemplate(version *string) string {
	if v := aws.ToString(version); v != "" {
		return v
	}
	return "$Default"
}
