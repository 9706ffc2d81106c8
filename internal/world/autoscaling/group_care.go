package autoscaling

import (
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	sdk "github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/internal/world/core"
	"github.com/ripostehq/riposte/internal/world/ec2"
)

// groupTag marks what a group launched. Only AWS can write tags that begin with "aws:".
const groupTag = "aws:autoscaling:groupName"

// replaces is when a group looks after its instances.
const replaces core.Happening = "a group looks after its instances"

// misses tells a group that one of its instances stops or ends.
func misses(at core.At, instance string) {
	g, ok := groups.Of(at)[ec2.Instances().Of(at)[instance].Tags[groupTag]]
	if !ok {
		return
	}
	if m := g.member(instance); m != nil && m.Lost.IsZero() {
		m.Lost = at.Now
		at.After(ec2.ReplacementDelay, replaces, g.Name)
	}
}

// lookAfter is what a group does for itself: what is unhealthy ends, what is missing is launched, what is too much ends.
// What a suspended process keeps it from:
// https://docs.aws.amazon.com/autoscaling/ec2/userguide/understand-how-suspending-processes-affects-other-processes.html
func lookAfter(at core.At, name string) {
	g, ok := groups.Of(at)[name]
	if !ok {
		return
	}
	for _, m := range g.Members { // one that was started again is well
		if i, ok := ec2.Instances().Of(at)[m.Instance]; ok && i.Alive() {
			m.Lost = time.Time{}
		}
	}
	if g.runs("HealthCheck") && g.runs("ReplaceUnhealthy") && g.runs("Terminate") {
		endUnhealthy(at, g)
	}
	if missing := g.Desired - len(g.inService()); missing > 0 && g.runs("Launch") {
		launchFor(at, g, missing)
	}
	if surplus := len(g.inService()) - g.Desired; surplus > 0 && g.runs("Terminate") {
		endMembers(at, g, g.inService()[:surplus]) // the oldest first; which ones is the termination policy's to say
	}
}

func endUnhealthy(at core.At, g *group) {
	var lost []*member
	for _, m := range g.inService() {
		if !m.Lost.IsZero() && !m.Lost.Add(ec2.ReplacementDelay).After(at.Now) {
			lost = append(lost, m)
		}
	}
	endMembers(at, g, lost)
}

// end terminates members and forgets them. Termination protection does not bind a group.
func endMembers(at core.At, g *group, members []*member) {
	var ids []string
	for _, m := range members {
		g.drop(m)
		if i, ok := ec2.Instances().Of(at)[m.Instance]; ok && !i.Gone() {
			ids = append(ids, m.Instance)
		}
	}
	if len(ids) > 0 {
		_, _ = at.Act(linked, "ec2.TerminateInstances", &sdk.TerminateInstancesInput{InstanceIds: ids})
	}
}

// launchFor launches what a group misses; where that fails, the group tries again.
func launchFor(at core.At, g *group, n int) {
	out, refused := at.Act(linked, "ec2.RunInstances", launchOf(at, g, n))
	if refused != nil {
		at.After(ec2.ReplacementDelay, replaces, g.Name)
		return
	}
	for _, i := range out.(*sdk.RunInstancesOutput).Instances {
		m := &member{Instance: *i.InstanceId}
		g.Members = append(g.Members, m)
		g.hold(at, m)
	}
}

// launchOf is a group's RunInstances: from its template, which names the image, or from its launch configuration.
func launchOf(at core.At, g *group, n int) *sdk.RunInstancesInput {
	tags := map[string]string{groupTag: g.Name}
	for k, v := range g.Tags {
		if !g.Kept[k] {
			tags[k] = v
		}
	}
	in := &sdk.RunInstancesInput{
		MinCount: aws.Int32(int32(n)), MaxCount: aws.Int32(int32(n)), ClientToken: aws.String(at.UUID()),
		TagSpecifications: []ec2types.TagSpecification{{ResourceType: ec2types.ResourceTypeInstance, Tags: ec2.TagsOf(tags)}},
		Placement:         &ec2types.Placement{AvailabilityZone: aws.String(at.Place.Region + "a")},
	}
	if subnet, _, _ := strings.Cut(g.Subnets, ","); subnet != "" {
		in.SubnetId = aws.String(subnet)
	}
	if g.Mixed != nil {
		from, first, refused := mixedFrom(at, g.Mixed)
		if refused == nil { // else the launch itself is refused
			in.LaunchTemplate = &ec2types.LaunchTemplateSpecification{
				LaunchTemplateId: from.LaunchTemplateId, LaunchTemplateName: from.LaunchTemplateName, Version: from.Version,
			}
			in.ImageId, in.InstanceType = first.ImageId, ec2types.InstanceType(aws.ToString(first.InstanceType))
		}
		return in
	}
	if g.Template != "" {
		in.LaunchTemplate = &ec2types.LaunchTemplateSpecification{LaunchTemplateId: aws.String(g.Template), Version: aws.String(g.TemplateVersion)}
		return in
	}
	if c, ok := configurations.Of(at)[g.Configuration]; ok {
		in.ImageId, in.InstanceType, in.KeyName = c.ImageId, ec2types.InstanceType(aws.ToString(c.InstanceType)), c.KeyName
		in.SecurityGroupIds, in.UserData = c.SecurityGroups, c.UserData
		if c.IamInstanceProfile != nil {
			in.IamInstanceProfile = &ec2types.IamInstanceProfileSpecification{Name: c.IamInstanceProfile}
		}
	}
	return in
}

// mixedFrom is the template by which a mixed-instances policy launches, and the first of its overrides: the world has capacity
// of every type.
// https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_LaunchTemplateOverrides.html
func mixedFrom(at core.At, m *types.MixedInstancesPolicy) (types.LaunchTemplateSpecification, types.LaunchTemplateOverrides, *core.Refusal) {
	if m.LaunchTemplate == nil || m.LaunchTemplate.LaunchTemplateSpecification == nil {
		return types.LaunchTemplateSpecification{}, types.LaunchTemplateOverrides{}, core.Refuse("ValidationError", "You must use a valid fully-formed launch template.")
	}
	from, first := *m.LaunchTemplate.LaunchTemplateSpecification, types.LaunchTemplateOverrides{}
	if len(m.LaunchTemplate.Overrides) > 0 {
		first = m.LaunchTemplate.Overrides[0]
	}
	if first.LaunchTemplateSpecification != nil {
		from = *first.LaunchTemplateSpecification
	}
	_, _, refused := ec2.VersionBy(at, from.LaunchTemplateId, from.LaunchTemplateName, aws.ToString(from.Version))
	if refused != nil {
		refused = core.Refuse("ValidationError", "You must use a valid fully-formed launch template. %s", refused.Message)
	}
	return from, first, refused
}
