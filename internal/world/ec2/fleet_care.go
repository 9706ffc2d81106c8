package ec2

import (
	"cmp"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ripostehq/riposte/internal/world/core"
)

const (
	// replenishes is when a fleet or a spot request looks after its instances.
	replenishes core.Happening = "a fleet or a spot request looks after its instances"

	// ReplacementDelay is how long a group or fleet takes to replace an instance that stopped or ended. AWS promises no figure.
	ReplacementDelay = time.Minute
	// ReactionDelay is how long it takes to follow a change of itself: AWS says at once.
	ReactionDelay = time.Second
)

// lookAfterFleet launches what a fleet that maintains its size misses, and ends what is too much where its policy says so. A
// fleet of another type launches once: nothing is replaced.
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/modify-ec2-fleet.html
func lookAfterFleet(at core.At, id string) {
	f := fleetBy(at, id)
	if f == nil {
		return
	}
	has := slices.DeleteFunc(inOrder(at), func(i *Instance) bool { return i.Tags[f.Tag] != f.ID || i.Gone() }) // the oldest first
	missing := f.Total - len(has)
	switch {
	case missing > 0:
		if _, refused := launchForFleet(at, f, missing); refused != nil && f.Type == "maintain" {
			at.After(ReplacementDelay, replenishes, id)
		}
	case missing < 0 && (f.Excess == "termination" || f.Excess == "default"):
		var ids []string
		for _, i := range has[:-missing] {
			ids = append(ids, i.ID)
		}
		_, _ = at.Act(f.Service, "ec2.TerminateInstances", &ec2.TerminateInstancesInput{InstanceIds: ids})
	}
}

func fleetBy(at core.At, id string) *fleet {
	if f, ok := fleets.Of(at)[id]; ok {
		return f
	}
	return spotFleets.Of(at)[id]
}

// fleetMisses tells the fleet of an instance that ends.
func fleetMisses(at core.At, id string) {
	i := instances.Of(at)[id]
	if f := fleetBy(at, cmp.Or(i.Tags[fleetTag], i.Tags[spotFleetTag])); f != nil && f.Type == "maintain" && i.State == "shutting-down" {
		at.After(ReplacementDelay, replenishes, f.ID)
	}
}

func launchForFleet(at core.At, f *fleet, n int) (ids []string, refused *core.Refusal) {
	in := f.launch()
	in.MinCount, in.MaxCount, in.ClientToken = aws.Int32(int32(n)), aws.Int32(int32(n)), aws.String(at.UUID())
	out, refused := at.Act(f.Service, "ec2.RunInstances", in)
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
		ResourceType: types.ResourceTypeInstance, Tags: TagsOf(map[string]string{f.Tag: f.ID}),
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
