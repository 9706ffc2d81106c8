package world

import (
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/event"
)

// lookAfterFleet launches what a fleet that maintains its size misses, and ends what is too much where its policy says so. A
// fleet of another type launches once: nothing is replaced.
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/modify-ec2-fleet.html
func (s *state) lookAfterFleet(p event.Place, id string) {
	if r, ok := s.at(p).SpotRequests[id]; ok {
		s.lookAfterRequest(p, r)
		return
	}
	f, ok := s.at(p).Fleets[id]
	if !ok {
		return
	}
	has := s.at(p).launchedBy(f)
	missing := f.Total - len(has)
	switch {
	case missing > 0:
		if _, refused := s.launchForFleet(p, f, missing); refused != nil && f.Type == "maintain" {
			s.after(replacement, replenishes, p, id)
		}
	case missing < 0 && (f.Excess == "termination" || f.Excess == "default"):
		var ids []string
		for _, i := range has[:-missing] {
			ids = append(ids, i.ID)
		}
		_, _ = s.byService(p, f.Service, "ec2.TerminateInstances", &ec2.TerminateInstancesInput{InstanceIds: ids})
	}
}

// launchedBy are the living instances of a fleet, the oldest first.
func (r *region) launchedBy(f *fleet) (has []*instance) {
	for _, i := range r.inOrder() {
		if i.Tags[f.Tag] == f.ID && !i.ended() {
			has = append(has, i)
		}
	}
	return has
}

// ofFleet tells the fleet, or the persistent spot request, of an instance that it is gone.
func (s *state) ofFleet(p event.Place, i *instance) {
	id := i.Tags[fleetTag]
	if id == "" {
		id = orElse(i.Tags[spotFleetTag], i.Spot)
	}
	if f, ok := s.at(p).Fleets[id]; ok && f.Type == "maintain" || s.at(p).SpotRequests[id] != nil {
		s.after(replacement, replenishes, p, id)
	}
}

func (s *state) launchForFleet(p event.Place, f *fleet, n int) (ids []string, refused *refusal) {
	in := f.launch()
	in.MinCount, in.MaxCount, in.ClientToken = aws.Int32(int32(n)), aws.Int32(int32(n)), aws.String(s.uuid())
	out, refused := s.byService(p, f.Service, "ec2.RunInstances", in)
	if refused != nil {
		return nil, refused
	}
	for _, i := range out.(*ec2.RunInstancesOutput).Instances {
		ids = append(ids, *i.InstanceId)
	}
	return ids, nil
}

// launch is a fleet's RunInstances, by the first of its templates or specifications: the world has capacity of every type.
func (f *fleet) launch() *ec2.RunInstancesInput {
	in := &ec2.RunInstancesInput{TagSpecifications: []types.TagSpecification{{
		ResourceType: types.ResourceTypeInstance, Tags: tagsOf(map[string]string{f.Tag: f.ID}),
	}}}
	var t *types.FleetLaunchTemplateSpecification
	switch {
	case len(f.Templates) > 0:
		t = f.Templates[0].LaunchTemplateSpecification
		if o := f.Templates[0].Overrides; len(o) > 0 {
			in.ImageId, in.InstanceType = o[0].ImageId, o[0].InstanceType
		}
	case len(f.Request.LaunchTemplateConfigs) > 0:
		t = f.Request.LaunchTemplateConfigs[0].LaunchTemplateSpecification
	default:
		l := f.Request.LaunchSpecifications[0]
		in.ImageId, in.InstanceType, in.KeyName, in.IamInstanceProfile, in.UserData = l.ImageId, l.InstanceType, l.KeyName, l.IamInstanceProfile, l.UserData
		for _, g := range l.SecurityGroups {
			in.SecurityGroupIds = append(in.SecurityGroupIds, aws.ToString(g.GroupId))
		}
	}
	if t != nil {
		in.LaunchTemplate = &types.LaunchTemplateSpecification{LaunchTemplateId: t.LaunchTemplateId, Version: t.Version}
		if t.LaunchTemplateId == nil {
			in.LaunchTemplate.LaunchTemplateName = t.LaunchTemplateName
		}
	}
	return in
}

// serviceRole is the service-linked role by which a service acts in an account.
func (s *state) serviceRole(p event.Place, service string) *role {
	if service == autoScaling {
		return s.groupRole(p)
	}
	name := map[string]string{
		"ec2fleet.amazonaws.com": "AWSServiceRoleForEC2Fleet", "spotfleet.amazonaws.com": "AWSServiceRoleForEC2SpotFleet", spotService: "AWSServiceRoleForEC2Spot",
	}[service]
	global, path := event.Place{Account: p.Account}, "/aws-service-role/"+service+"/"
	return &role{
		Name: name, Path: path, ARN: s.arn(global, "iam", "role"+path+name),
		ID: "AROA" + strings.ToUpper(s.fixed("", global, name)[2:]),
	}
}

// byService carries out a call of a service's own, under its service-linked role, and records it.
func (s *state) byService(p event.Place, service, name string, in any) (any, *refusal) {
	r := s.serviceRole(p, service)
	as := strings.TrimPrefix(r.Name, "AWSServiceRoleFor")
	c := &call{
		state: s, operation: operations()[name], place: p, requestID: s.uuid(), input: in,
		from: Origin{SourceIP: service, UserAgent: service},
		by: principal{
			account: p.Account, arn: fmt.Sprintf("arn:%s:sts::%s:assumed-role/%s/%s", s.Partition, p.Account, r.Name, as),
			id: r.ID + ":" + as, role: r, service: service, session: &session{Created: s.Now},
		},
	}
	out, refused := c.do(c, in)
	c.record(out, refused)
	return out, refused
}
