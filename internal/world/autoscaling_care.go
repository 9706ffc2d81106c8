package world

import (
	"maps"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/event"
)

const (
	// replacement is how long a group takes to replace an instance that stopped or ended. AWS promises no figure.
	replacement = time.Minute
	// reaction is how long a group takes to follow a change of itself: AWS says at once.
	reaction = time.Second
)

// missed tells a group that one of its instances stopped or ended.
func (s *state) missed(p event.Place, name, instance string) {
	g, ok := s.at(p).Groups[name]
	if !ok {
		return
	}
	if m := g.member(instance); m != nil && m.Lost.IsZero() {
		m.Lost = s.Now
		s.after(replacement, replaces, p, name)
	}
}

// lookAfter is what a group does for itself: what is unhealthy ends, what is missing is launched, what is too much ends.
// What a suspended process keeps it from:
// https://docs.aws.amazon.com/autoscaling/ec2/userguide/understand-how-suspending-processes-affects-other-processes.html
func (s *state) lookAfter(p event.Place, name string) {
	g, ok := s.at(p).Groups[name]
	if !ok {
		return
	}
	s.checkHealth(p, g)
	if g.runs("HealthCheck") && g.runs("ReplaceUnhealthy") && g.runs("Terminate") {
		s.endUnhealthy(p, g)
	}
	if missing := g.Desired - len(g.inService()); missing > 0 && g.runs("Launch") {
		s.launchFor(p, g, missing)
	}
	if surplus := len(g.inService()) - g.Desired; surplus > 0 && g.runs("Terminate") {
		s.end(p, g, g.inService()[:surplus]) // the oldest first; which ones is the termination policy's to say
	}
}

// checkHealth notices instances that were started again.
func (s *state) checkHealth(p event.Place, g *group) {
	for _, m := range g.Members {
		if i, ok := s.at(p).Instances[m.Instance]; ok && i.alive() {
			m.Lost = time.Time{}
		}
	}
}

func (s *state) endUnhealthy(p event.Place, g *group) {
	var lost []*member
	for _, m := range g.inService() {
		if !m.Lost.IsZero() && !m.Lost.Add(replacement).After(s.Now) {
			lost = append(lost, m)
		}
	}
	s.end(p, g, lost)
}

// end terminates members and forgets them. Termination protection does not bind a group.
func (s *state) end(p event.Place, g *group, members []*member) {
	var ids []string
	for _, m := range members {
		g.drop(m)
		if i, ok := s.at(p).Instances[m.Instance]; ok && !i.ended() {
			ids = append(ids, m.Instance)
		}
	}
	if len(ids) > 0 {
		_, _ = s.byAutoScaling(p, "ec2.TerminateInstances", &ec2.TerminateInstancesInput{InstanceIds: ids})
	}
}

// launchFor launches what a group misses; where that fails, the group tries again.
func (s *state) launchFor(p event.Place, g *group, n int) {
	out, refused := s.byAutoScaling(p, "ec2.RunInstances", s.launchOf(p, g, n))
	if refused != nil {
		s.after(replacement, replaces, p, g.Name)
		return
	}
	for _, i := range out.(*ec2.RunInstancesOutput).Instances {
		g.Members = append(g.Members, &member{Instance: *i.InstanceId})
	}
}

// launchOf is a group's RunInstances: from its template, which names the image, or from its launch configuration.
func (s *state) launchOf(p event.Place, g *group, n int) *ec2.RunInstancesInput {
	tags := maps.Clone(g.Tags)
	tags[groupTag] = g.Name
	in := &ec2.RunInstancesInput{
		MinCount: aws.Int32(int32(n)), MaxCount: aws.Int32(int32(n)), ClientToken: aws.String(s.uuid()),
		TagSpecifications: []types.TagSpecification{{ResourceType: types.ResourceTypeInstance, Tags: tagsOf(tags)}},
		Placement:         &types.Placement{AvailabilityZone: aws.String(p.Region + "a")},
	}
	if subnet, _, _ := strings.Cut(g.Subnets, ","); subnet != "" {
		in.SubnetId = aws.String(subnet)
	}
	if g.Mixed != nil {
		s.at(p).mix(in, g.Mixed)
		return in
	}
	if g.Template != "" {
		in.LaunchTemplate = &types.LaunchTemplateSpecification{LaunchTemplateId: aws.String(g.Template), Version: aws.String(g.TemplateVersion)}
		return in
	}
	if c, ok := s.at(p).Configurations[g.Configuration]; ok {
		in.ImageId, in.InstanceType, in.KeyName = aws.String(c.Data.Image), types.InstanceType(c.Data.Type), optional(c.Data.KeyName)
		in.SecurityGroupIds, in.UserData = c.Data.SecurityGroups, optional(c.Data.UserData)
		if c.Data.Profile != "" {
			in.IamInstanceProfile = &types.IamInstanceProfileSpecification{Name: aws.String(c.Data.Profile)}
		}
	}
	return in
}
