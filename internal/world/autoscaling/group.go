package autoscaling

import (
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"github.com/ripostehq/riposte/internal/world/core"
	"github.com/ripostehq/riposte/internal/world/ec2"
)

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
	Activities                []types.Activity  // the newest first
	Hook                      string            // that holds what is launched
	Suspended                 map[string]string // reasons by process
	Tags                      map[string]string // propagated to instances, but for those of Kept
	Kept                      map[string]bool   // keys of the tags that are the group's alone
	Classic, Targets          []string          // names of classic load balancers, ARNs of target groups
}

var groups = core.Shelf[group]{
	Kind: "autoscaling.group", ID: "Name", Missing: core.Missing("ValidationError", "AutoScalingGroup name not found - AutoScalingGroup: %s not found"),
}

// described are the parameters of what a group is, when it is made and when it is changed.
const described = "MinSize MaxSize LaunchTemplate LaunchConfigurationName MixedInstancesPolicy VPCZoneIdentifier"

func groupResource() core.Resource {
	return core.Resource{Shelf: &groups, Operations: []core.Operation{
		core.Define(core.Spec[autoscaling.CreateAutoScalingGroupInput, autoscaling.CreateAutoScalingGroupOutput]{
			Write: true, Basis: "record: a recorded one", Knows: "AutoScalingGroupName DesiredCapacity Tags " + described,
			Needs: ofGroup[autoscaling.CreateAutoScalingGroupInput], Answer: createAutoScalingGroup,
		}),
		change(core.UsualSpelling, "DesiredCapacity "+described, updateAutoScalingGroup),
		change(core.UsualSpelling, "DesiredCapacity HonorCooldown", setDesiredCapacity),
		change(core.UsualSpelling, "ForceDelete", deleteAutoScalingGroup),
		core.List[autoscaling.DescribeAutoScalingGroupsInput, autoscaling.DescribeAutoScalingGroupsOutput](
			&groups, listing("AutoScalingGroupNames"), describedGroup,
		),
	}, On: map[core.Happening]func(core.At, string){replaces: lookAfter, ec2.InstanceGone: misses}}
}

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

func groupARN(at core.At, name string) string {
	return at.ARN("autoscaling", "autoScalingGroup:"+at.UUID()+":autoScalingGroupName/"+name)
}

// ofGroup is the right to do something with the group that a call names, and to launch from the template that it names.
func ofGroup[I any](c *core.Call, in *I) []core.Need {
	v := reflect.ValueOf(in).Elem()
	needs := onGroup(c, v.FieldByName("AutoScalingGroupName").Interface().(*string))
	if template := v.FieldByName("LaunchTemplate"); template.IsValid() {
		needs = append(needs, toLaunchFrom(c, template.Interface().(*types.LaunchTemplateSpecification))...)
	}
	return needs
}

func onGroup(c *core.Call, name *string) []core.Need {
	if g, ok := groups.Of(c.At)[aws.ToString(name)]; ok {
		return c.On(g.ARN)
	}
	return c.On(c.ARN("autoscaling", "autoScalingGroup:*:autoScalingGroupName/"+aws.ToString(name)))
}

// toLaunchFrom asks for the right to launch from a template, as AWS does of a caller that names one for a group.
// https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-launch-template-permissions.html
func toLaunchFrom(c *core.Call, t *types.LaunchTemplateSpecification) []core.Need {
	if t == nil {
		return nil
	}
	found, refused := ec2.TemplateBy(c.At, t.LaunchTemplateId, t.LaunchTemplateName)
	if refused != nil {
		return nil // the call itself says so
	}
	instances, from := c.ARN("ec2", "instance/*"), map[string][]string{"ec2:LaunchTemplate": {c.ARN("ec2", "launch-template/"+found.ID)}}
	needs := []core.Need{{Action: "ec2:RunInstances", Resource: instances, Context: from}}
	v, refused := found.Version(aws.ToString(t.Version))
	if refused != nil {
		return needs
	}
	if len(v.Data.Tags) > 0 {
		needs = append(needs, core.Need{Action: "ec2:CreateTags", Resource: instances, Context: map[string][]string{"ec2:CreateAction": {"RunInstances"}}})
	}
	if v.Data.Profile != "" {
		needs = append(needs, ec2.ToPass(c.At, v.Data.Profile))
	}
	return needs
}

func describedGroup(c *core.Call, g *group) types.AutoScalingGroup {
	out := types.AutoScalingGroup{
		AutoScalingGroupName: aws.String(g.Name), AutoScalingGroupARN: aws.String(g.ARN), CreatedTime: aws.Time(g.Created),
		MinSize: aws.Int32(int32(g.Min)), MaxSize: aws.Int32(int32(g.Max)), DesiredCapacity: aws.Int32(int32(g.Desired)),
		DefaultCooldown: aws.Int32(300), HealthCheckType: aws.String("EC2"), LaunchConfigurationName: core.Optional(g.Configuration),
		AvailabilityZones: []string{c.Place.Region + "a"}, VPCZoneIdentifier: core.Optional(g.Subnets),
		ServiceLinkedRoleARN: aws.String(c.RoleOf(linked).ARN), LoadBalancerNames: g.Classic, TargetGroupARNs: g.Targets,
	}
	if t, ok := ec2.Templates().Of(c.At)[g.Template]; ok {
		out.LaunchTemplate = specification(t, g.TemplateVersion)
	}
	out.MixedInstancesPolicy = g.Mixed
	for _, m := range g.Members {
		out.Instances = append(out.Instances, describedMember(c.At, g, m))
	}
	for _, process := range slices.Sorted(maps.Keys(g.Suspended)) {
		out.SuspendedProcesses = append(out.SuspendedProcesses, types.SuspendedProcess{
			ProcessName: aws.String(process), SuspensionReason: aws.String(g.Suspended[process]),
		})
	}
	for _, k := range slices.Sorted(maps.Keys(g.Tags)) {
		out.Tags = append(out.Tags, types.TagDescription{
			Key: aws.String(k), Value: aws.String(g.Tags[k]), PropagateAtLaunch: aws.Bool(!g.Kept[k]), ResourceId: aws.String(g.Name),
			ResourceType: aws.String("auto-scaling-group"),
		})
	}
	return out
}

// specification names a version of a template.
func specification(t *ec2.Template, version string) *types.LaunchTemplateSpecification {
	return &types.LaunchTemplateSpecification{
		LaunchTemplateId: aws.String(t.ID), LaunchTemplateName: aws.String(t.Name), Version: aws.String(version),
	}
}

func describedMember(at core.At, g *group, m *member) types.Instance {
	out := types.Instance{
		InstanceId: aws.String(m.Instance), HealthStatus: aws.String("Healthy"), LifecycleState: types.LifecycleStateInService,
		ProtectedFromScaleIn: aws.Bool(false), LaunchConfigurationName: core.Optional(g.Configuration),
	}
	if m.Standby {
		out.LifecycleState = types.LifecycleStateStandby
	}
	if m.Hook != "" {
		out.LifecycleState = types.LifecycleStatePendingWait
	}
	if !m.Lost.IsZero() && g.runs("HealthCheck") && !m.Standby {
		out.HealthStatus = aws.String("Unhealthy")
	}
	i, ok := ec2.Instances().Of(at)[m.Instance]
	if !ok {
		return out
	}
	out.AvailabilityZone, out.InstanceType, out.ImageId = aws.String(i.Zone), aws.String(i.Type), aws.String(i.Image)
	if t, ok := ec2.Templates().Of(at)[i.Tags["aws:ec2launchtemplate:id"]]; ok {
		out.LaunchTemplate = specification(t, i.Tags["aws:ec2launchtemplate:version"])
	}
	return out
}

// mostMembers bounds what one line of an estate can make.
const mostMembers = 1000

type groupEstate struct {
	Name          string            `yaml:"name"`
	Template      string            `yaml:"template"` // name
	Version       string            `yaml:"version"`  // $Default
	Configuration string            `yaml:"launch_configuration"`
	Min           int               `yaml:"min"`
	Max           int               `yaml:"max"`
	Desired       int               `yaml:"desired"`
	Hook          string            `yaml:"hook"` // that holds the instances before they enter service
	Suspended     []string          `yaml:"suspended"`
	Tags          map[string]string `yaml:"tags"`
	Instances     []string          `yaml:"instances"`  // ids of the running ones; the rest are made
	Standby       []string          `yaml:"standby"`    // ids of those on standby, beside them
	Activities    []string          `yaml:"activities"` // causes, the newest first
	Launched      []string          `yaml:"launched"`   // ids of those that it launched once
	Classic       []string          `yaml:"load_balancers"`
	Targets       []string          `yaml:"target_groups"`
}

func (e groupEstate) build(at core.At) error {
	g := &group{
		Name: e.Name, ARN: groupARN(at, e.Name), Created: at.Now, Min: e.Min, Max: e.Max, Desired: e.Desired, Suspended: map[string]string{}, Tags: e.Tags,
		Classic: e.Classic, Hook: e.Hook, Targets: e.Targets,
	}
	for _, process := range e.Suspended {
		if !slices.Contains(processes(), process) {
			return fmt.Errorf("no process %q", process)
		}
		g.Suspended[process] = "User suspended at " + core.Stamp(at.Now)
	}
	if e.Desired > mostMembers {
		return fmt.Errorf("%d instances, a world takes at most %d", e.Desired, mostMembers)
	}
	var template *types.LaunchTemplateSpecification
	if e.Template != "" {
		template = &types.LaunchTemplateSpecification{LaunchTemplateName: aws.String(e.Template), Version: core.Optional(e.Version)}
	}
	refused := launchFrom(at, g, template, core.Optional(e.Configuration), nil)
	if refused == nil {
		refused = g.sized()
	}
	if refused != nil {
		return errors.New(refused.Message)
	}
	groups.Put(at, g)
	for _, cause := range e.Activities {
		g.Activities = append(g.Activities, types.Activity{
			ActivityId: aws.String(at.UUID()), AutoScalingGroupName: aws.String(g.Name), Cause: aws.String(cause), StartTime: aws.Time(at.Now),
		})
	}
	for _, id := range e.Launched {
		g.Activities = append(g.Activities, types.Activity{
			ActivityId: aws.String(at.UUID()), AutoScalingGroupName: aws.String(g.Name), Description: aws.String("Launching a new EC2 instance: " + id), StartTime: aws.Time(at.Now),
		})
	}
	running := append(slices.Clone(e.Instances), make([]string, max(g.Desired-len(e.Instances), 0))...)[:g.Desired]
	for n, id := range append(running, e.Standby...) {
		made, err := ec2.Running(at, linked, launchOf(at, g, 1), id)
		if err != nil {
			return err
		}
		g.Members = append(g.Members, &member{Instance: made, Standby: n >= g.Desired, Hook: e.Hook})
	}
	return nil
}
