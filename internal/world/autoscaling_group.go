package world

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"github.com/ripostehq/riposte/event"
)

// configuration is one launch configuration; it never changes.
type configuration struct {
	Name, ARN string
	Created   time.Time
	Data      launchData
}

// group is one Auto Scaling group.
type group struct {
	Name, ARN                 string
	Created                   time.Time
	Min, Max, Desired         int
	Template, TemplateVersion string // id and $Default, $Latest or a number
	Configuration             string // instead of a template
	Mixed                     *types.MixedInstancesPolicy
	Refreshes                 []refresh
	Subnets                   string
	Members                   []*member
	Suspended                 map[string]string // reasons by process
	Tags                      map[string]string // all are propagated to instances
}

// member is an instance as its group sees it.
type member struct {
	Instance string
	Standby  bool
	Lost     time.Time // when its instance stopped or ended, zero while it is well
}

// processes are those that can be suspended.
// https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_SuspendProcesses.html
func processes() []string {
	return []string{"AZRebalance", "AddToLoadBalancer", "AlarmNotification", "HealthCheck", "InstanceRefresh", "Launch",
		"ReplaceUnhealthy", "ScheduledActions", "Terminate"}
}

func (g *group) runs(process string) bool { _, off := g.Suspended[process]; return !off }

// inService are the members that count towards the desired capacity.
func (g *group) inService() []*member {
	var in []*member
	for _, m := range g.Members {
		if !m.Standby {
			in = append(in, m)
		}
	}
	return in
}

func (g *group) member(instance string) *member {
	for _, m := range g.Members {
		if m.Instance == instance {
			return m
		}
	}
	return nil
}

func (g *group) drop(gone *member) {
	g.Members = slices.DeleteFunc(g.Members, func(m *member) bool { return m == gone })
}

// group finds one by name.
func (r *region) group(name *string) (*group, *refusal) {
	if g, ok := r.Groups[aws.ToString(name)]; ok {
		return g, nil
	}
	return nil, refuse("ValidationError", "AutoScalingGroup name not found - AutoScalingGroup: %s not found", aws.ToString(name))
}

func (r *region) groupsByName() []*group {
	return slices.SortedFunc(maps.Values(r.Groups), func(a, b *group) int { return strings.Compare(a.Name, b.Name) })
}

func (s *state) groupARN(p event.Place, name string) string {
	return s.arn(p, "autoscaling", "autoScalingGroup:"+s.uuid()+":autoScalingGroupName/"+name)
}

// onGroup asks for an action on one group.
func (c *call) onGroup(name *string) []need {
	arn := c.arn(c.place, "autoscaling", "autoScalingGroup:*:autoScalingGroupName/"+aws.ToString(name))
	if g, refused := c.at(c.place).group(name); refused == nil {
		arn = g.ARN
	}
	return on("autoscaling:"+c.name, arn)
}

// toLaunchFrom asks for the right to launch from a template, as AWS does of whoever names one for a group.
// https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-launch-template-permissions.html
func (c *call) toLaunchFrom(t *types.LaunchTemplateSpecification) []need {
	if t == nil {
		return nil
	}
	found, refused := c.at(c.place).templateBy(t.LaunchTemplateId, t.LaunchTemplateName)
	if refused != nil {
		return nil // the call itself says so
	}
	instances, from := c.arn(c.place, "ec2", "instance/*"), map[string][]string{"ec2:LaunchTemplate": {c.arn(c.place, "ec2", "launch-template/"+found.ID)}}
	needs := []need{{Action: "ec2:RunInstances", Resource: instances, Context: from}}
	v, refused := found.version(aws.ToString(t.Version))
	if refused != nil {
		return needs
	}
	if len(v.Data.Tags) > 0 {
		needs = append(needs, need{Action: "ec2:CreateTags", Resource: instances, Context: map[string][]string{"ec2:CreateAction": {"RunInstances"}}})
	}
	if v.Data.Profile != "" {
		needs = append(needs, c.toPass(v.Data.Profile))
	}
	return needs
}

// toPass asks for the right to hand the role of an instance profile, which has the profile's name, to EC2.
func (c *call) toPass(profile string) need {
	return need{
		Action: "iam:PassRole", Resource: c.arn(event.Place{Account: c.place.Account}, "iam", "role/"+profile),
		Context: map[string][]string{"iam:PassedToService": {"ec2.amazonaws.com"}},
	}
}

func (c *call) describedGroup(g *group) types.AutoScalingGroup {
	r := c.at(c.place)
	out := types.AutoScalingGroup{
		AutoScalingGroupName: aws.String(g.Name), AutoScalingGroupARN: aws.String(g.ARN), CreatedTime: aws.Time(g.Created),
		MinSize: aws.Int32(int32(g.Min)), MaxSize: aws.Int32(int32(g.Max)), DesiredCapacity: aws.Int32(int32(g.Desired)),
		DefaultCooldown: aws.Int32(300), HealthCheckType: aws.String("EC2"), LaunchConfigurationName: optional(g.Configuration),
		AvailabilityZones: []string{c.place.Region + "a"}, VPCZoneIdentifier: optional(g.Subnets),
		ServiceLinkedRoleARN: aws.String(c.groupRole(c.place).ARN),
	}
	if t, ok := r.Templates[g.Template]; ok {
		out.LaunchTemplate = t.specification(g.TemplateVersion)
	}
	out.MixedInstancesPolicy = g.Mixed
	for _, m := range g.Members {
		out.Instances = append(out.Instances, r.describedMember(g, m))
	}
	for _, process := range slices.Sorted(maps.Keys(g.Suspended)) {
		out.SuspendedProcesses = append(out.SuspendedProcesses, types.SuspendedProcess{
			ProcessName: aws.String(process), SuspensionReason: aws.String(g.Suspended[process]),
		})
	}
	for _, k := range slices.Sorted(maps.Keys(g.Tags)) {
		out.Tags = append(out.Tags, types.TagDescription{
			Key: aws.String(k), Value: aws.String(g.Tags[k]), PropagateAtLaunch: aws.Bool(true), ResourceId: aws.String(g.Name),
			ResourceType: aws.String("auto-scaling-group"),
		})
	}
	return out
}

func (t *template) specification(version string) *types.LaunchTemplateSpecification {
	return &types.LaunchTemplateSpecification{
		LaunchTemplateId: aws.String(t.ID), LaunchTemplateName: aws.String(t.Name), Version: aws.String(version),
	}
}

func (r *region) describedMember(g *group, m *member) types.Instance {
	out := types.Instance{
		InstanceId: aws.String(m.Instance), HealthStatus: aws.String("Healthy"), LifecycleState: types.LifecycleStateInService,
		ProtectedFromScaleIn: aws.Bool(false), LaunchConfigurationName: optional(g.Configuration),
	}
	if m.Standby {
		out.LifecycleState = types.LifecycleStateStandby
	}
	if !m.Lost.IsZero() && g.runs("HealthCheck") && !m.Standby {
		out.HealthStatus = aws.String("Unhealthy")
	}
	i, ok := r.Instances[m.Instance]
	if !ok {
		return out
	}
	out.AvailabilityZone, out.InstanceType, out.ImageId = aws.String(i.Zone), aws.String(i.Type), aws.String(i.Image)
	if t, ok := r.Templates[i.Tags["aws:ec2launchtemplate:id"]]; ok {
		out.LaunchTemplate = t.specification(i.Tags["aws:ec2launchtemplate:version"])
	}
	return out
}
